"""Clients of S3 that are used again."""

import threading
import time
from types import SimpleNamespace
from typing import Any

from apache_beam.io.aws.clients.s3 import boto3_client

# Keys that are changed in a file or the environment are noticed after so long.
_KEPT_SECS = 300


class _Session:
    """A boto3 session, as far as Beam uses one, whose clients are used again."""

    def __init__(self, boto3: Any) -> None:
        self._boto3 = boto3
        self._lock = threading.Lock()
        self._clients: dict[Any, Any] = {}

    def client(self, **options: Any) -> Any:
        """Returns what boto3's `Session.client` does; clients serve any thread."""
        key = (tuple(sorted(options.items())), time.monotonic() // _KEPT_SECS)
        with self._lock:
            if key not in self._clients:
                self._clients.clear()
                # A session of its own, as in Beam: the keys are looked for again.
                session = self._boto3.session.Session()
                self._clients[key] = session.client(**options)
            return self._clients[key]


def share_clients() -> None:
    """Lets Beam make a client of S3 once, and not for each look at a file.

    Each took 0.1 s of CPU for descriptions of the service and a connection of its own:
    two thirds of a run over a small log.
    """
    boto3 = boto3_client.boto3
    if boto3 is None or isinstance(boto3, SimpleNamespace):
        return
    session = _Session(boto3)
    boto3_client.boto3 = SimpleNamespace(
        session=SimpleNamespace(Session=lambda: session)
    )
