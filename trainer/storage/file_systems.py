"""The file system behind a remote path: pyarrow's, built in for `gs://` and `s3://`.

TensorFlow's own `gs://` ignores storage emulators and it has no `s3://`; Beam is no
part of the trainer.
"""

import os
from datetime import timedelta
from functools import lru_cache
from typing import Any

from trainer.storage.errors import no_bucket, told
from trainer.storage.paths import bucket_of, key_of, scheme_of

# The first request is answered soon or never: no network, no credentials. Later ones
# may wait for a service that is down for a moment, since hours of training may hang
# on them.
_FIRST_SECS, _LATER_SECS = 5, 60
_FIRST_ATTEMPTS, _LATER_ATTEMPTS = 3, 10


def connect(path: str, verb: str = "read") -> Any:
    """Returns the file system of a path, after one request that shows it answers.

    Args:
      path: remote; it need not be there, its bucket must.
      verb: what is to be done with it, for messages: `read` or `written`.

    Returns:
      A `pyarrow.fs.FileSystem` whose paths are those of `paths.key_of`.

    Raises:
      UserError: there are no credentials, they do not suffice, there is no such
        bucket, or nothing answers.
    """
    from pyarrow.fs import FileSelector, FileType

    scheme, bucket, key = scheme_of(path), bucket_of(path), key_of(path)
    with told(path, verb):
        first = _file_system(scheme, bucket, patient=False, **_endpoints())
        if key == bucket:
            # Not for the bucket's own data, which readers of objects may not see.
            found = bool(first.get_file_info(FileSelector(bucket)))
        else:
            found = first.get_file_info(key).type != FileType.NotFound
        if not found and not _has_bucket(first, bucket):
            raise no_bucket(path)
        return _file_system(scheme, bucket, patient=True, **_endpoints())


def _has_bucket(file_system: Any, bucket: str) -> bool:
    from pyarrow.fs import FileType

    try:
        return bool(file_system.get_file_info(bucket).type != FileType.NotFound)
    except OSError:
        return True  # Who may use the objects need not be allowed to see their bucket.


def _endpoints() -> dict[str, str]:
    """Returns the services to ask instead of Google's and Amazon's, from the names.

    The variables are those of the clouds' own libraries, and of their emulators.
    """
    of_gs = ("CLOUD_STORAGE_EMULATOR_ENDPOINT", "STORAGE_EMULATOR_HOST")
    of_s3 = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL")
    return {
        "gs": next(filter(None, map(os.environ.get, of_gs)), ""),
        "s3": next(filter(None, map(os.environ.get, of_s3)), ""),
    }


@lru_cache
def _file_system(scheme: str, bucket: str, *, patient: bool, gs: str, s3: str) -> Any:
    from pyarrow import fs

    if scheme == "gs":
        options: dict[str, Any] = {}
        if gs:
            # An emulator asks for no credentials, and pyarrow would first look for
            # some.
            before, _, host = gs.rpartition("://")
            options = {
                "anonymous": True,
                "scheme": before or "http",
                "endpoint_override": host.rstrip("/"),
            }
        seconds = _LATER_SECS if patient else _FIRST_SECS
        return fs.GcsFileSystem(retry_time_limit=timedelta(seconds=seconds), **options)
    attempts = _LATER_ATTEMPTS if patient else _FIRST_ATTEMPTS
    return fs.S3FileSystem(
        region=_region(bucket, s3),
        endpoint_override=s3 or None,
        retry_strategy=fs.AwsStandardS3RetryStrategy(max_attempts=attempts),
    )


def _region(bucket: str, endpoint: str) -> str | None:
    """Returns the region of a bucket; None leaves it to Amazon's library."""
    from pyarrow.fs import resolve_s3_region

    named = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
    if named or endpoint:
        return named or "us-east-1"
    try:
        return str(resolve_s3_region(bucket))
    except OSError as error:
        if "bucket" in str(error).lower() and "not found" in str(error).lower():
            raise no_bucket(f"s3://{bucket}") from error
        raise
