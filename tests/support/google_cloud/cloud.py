"""A Google Cloud of one bucket, and the pipeline's command with Dataflow's flags."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.support import buckets
from tests.support.google_cloud.credentials import PROJECT, Credentials
from tests.support.google_cloud.tls_proxy import TlsProxy
from tests.support.programs import LATEST_DATE, ROOT, run_python

BUCKET = f"gs://{buckets.BUCKET}"
REGION = "europe-west1"


@dataclass(frozen=True)
class Cloud:
    """What the programs need to use it.

    Attributes:
      environment: variables of their processes.
    """

    environment: dict[str, str]

    def submit(self, service, *flags, module="pipeline"):
        """Runs a program on a `DataflowService`; returns the finished process."""
        return self.run(*_on(service), *flags, module=module)

    def start(self, service, *flags):
        """Starts the pipeline on a `DataflowService`; returns the running process."""
        return subprocess.Popen(
            [sys.executable, *_command("pipeline", *_on(service), *flags)],
            cwd=ROOT,
            env={**os.environ, **self.environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *flags, module="pipeline"):
        """Runs a program with Dataflow's flags; returns the finished process."""
        return run_python(*_command(module, *flags), **self.environment)


def _command(module, *flags):
    return (
        "-m",
        module,
        "--runner=DataflowRunner",
        f"--project={PROJECT}",
        f"--region={REGION}",
        f"--temp_location={BUCKET}/temp",
        *flags,
    )


def _on(service):
    return (
        f"--dataflow_endpoint={service.endpoint}",
        "--schema=rent_the_runway",
        "--setup_file=./setup.py",
        LATEST_DATE,
    )


@contextlib.contextmanager
def google_cloud(folder) -> Iterator[Cloud]:
    """Runs the services, and leads this process to the bucket, until the block ends."""
    with contextlib.ExitStack() as stack:
        address = stack.enter_context(buckets.serving("gs"))
        credentials = stack.enter_context(contextlib.closing(Credentials(folder)))
        port = int(address.rpartition(":")[2])
        proxy = stack.enter_context(contextlib.closing(TlsProxy(port, folder)))
        here = buckets.environment("gs", address) | credentials.environment
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        for name, value in here.items():
            patch.setenv(name, value)
        # The proxy is for TensorFlow, which this process does not send there.
        yield Cloud(here | proxy.environment)
