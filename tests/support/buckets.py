"""Buckets on emulators of Google's and Amazon's storage, for tests of both programs.

    from tests.support.buckets import bucket, gs_bucket, s3_bucket  # noqa: F401

A test that takes `gs_bucket` or `s3_bucket` gets the URL of an empty folder in a bucket
and the environment in which this process, and those it starts, find the emulator;
`bucket` gives one after the other. The servers run once a session.
"""

import contextlib
import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.programs import ROOT

BUCKET = "seamstress-test"

KEYS = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}


def environment(scheme: str, address: str) -> dict[str, str]:
    """The variables by which pyarrow, Beam and boto3 find an emulator."""
    if scheme == "gs":
        return {
            "CLOUD_STORAGE_EMULATOR_ENDPOINT": address,  # pyarrow
            "STORAGE_EMULATOR_HOST": address,  # google-cloud-storage, so Beam
        }
    return {
        **KEYS,
        "AWS_ENDPOINT_URL": address,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        # No keys of whoever runs the tests.
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }


@contextlib.contextmanager
def serving(scheme: str, **variables: str) -> Iterator[str]:
    """Yields the address of an emulator that runs until the end of the block.

    `variables` are added to the environment of the emulator.
    """
    with subprocess.Popen(
        [sys.executable, "-m", "tests.support.bucket_server", scheme, BUCKET],
        cwd=ROOT,
        env={**os.environ, **variables},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        address = server.stdout.readline().strip()
        assert address.startswith("http"), f"the emulator of {scheme}:// did not start"
        try:
            yield address
        finally:
            server.stdin.close()
            server.kill()  # Its threads serve for ever.


@pytest.fixture(scope="session")
def gs_server() -> Iterator[str]:
    with serving("gs") as address:
        yield address


@pytest.fixture(scope="session")
def s3_server() -> Iterator[str]:
    with serving("s3") as address:
        yield address


@pytest.fixture
def gs_bucket(gs_server: str, monkeypatch: pytest.MonkeyPatch) -> str:
    return _folder("gs", gs_server, monkeypatch)


@pytest.fixture
def s3_bucket(s3_server: str, monkeypatch: pytest.MonkeyPatch) -> str:
    return _folder("s3", s3_server, monkeypatch)


@pytest.fixture(params=["gs", "s3"])
def bucket(request: pytest.FixtureRequest) -> str:
    """A folder in each kind of bucket, one after the other."""
    folder: str = request.getfixturevalue(f"{request.param}_bucket")
    return folder


def _folder(scheme: str, address: str, monkeypatch: pytest.MonkeyPatch) -> str:
    for name, value in environment(scheme, address).items():
        monkeypatch.setenv(name, value)
    return f"{scheme}://{BUCKET}/{uuid.uuid4().hex[:8]}"


def copy_to(folder: Path | str, url: str) -> None:
    """Copies a local folder into a bucket, by pyarrow and not by the code at test."""
    from pyarrow import fs

    target, root = _file_system(url)
    fs.copy_files(str(folder), root, destination_filesystem=target)


def files_in(url: str) -> dict[str, bytes]:
    """The files of a folder in a bucket, by path inside it."""
    from pyarrow import fs

    source, root = _file_system(url)
    selector = fs.FileSelector(root, recursive=True, allow_not_found=True)
    found = {}
    for info in source.get_file_info(selector):
        if info.type == fs.FileType.File:
            with source.open_input_stream(info.path, compression=None) as file:
                found[info.path.removeprefix(f"{root}/")] = file.read()
    return found


def read(url: str) -> bytes:
    """The content of one file; nothing where there is none."""
    source, path = _file_system(url)
    try:
        with source.open_input_stream(path, compression=None) as file:
            content: bytes = file.read()
    except FileNotFoundError:
        return b""
    return content


def put(url: str, content: bytes) -> None:
    """Writes one file."""
    target, path = _file_system(url)
    with target.open_output_stream(path, compression=None) as file:
        file.write(content)


def _file_system(url: str) -> tuple[Any, str]:
    from pyarrow import fs

    scheme, _, path = url.partition("://")
    if scheme == "s3":
        return fs.S3FileSystem(endpoint_override=os.environ["AWS_ENDPOINT_URL"]), path
    address = os.environ["CLOUD_STORAGE_EMULATOR_ENDPOINT"]
    host = address.removeprefix("http://")
    return (
        fs.GcsFileSystem(anonymous=True, scheme="http", endpoint_override=host),
        path,
    )
