"""Clients of S3: one for all files, of whichever thread."""

from concurrent.futures import ThreadPoolExecutor

import boto3
import pytest
from apache_beam.io.filesystems import FileSystems
from apache_beam.options.pipeline_options import PipelineOptions

from pipeline.storage import s3_clients
from pipeline.storage.files import new_file, open_raw
from tests.support.buckets import s3_bucket, s3_server  # noqa: F401

OPTIONS = {"service_name": "s3", "region_name": "us-east-1", "endpoint_url": None}


@pytest.fixture
def made(monkeypatch):
    """Counts the clients that boto3 makes."""
    made = []
    make = boto3.session.Session.client

    def counting(session, **options):
        made.append(options)
        return make(session, **options)

    monkeypatch.setattr(boto3.session.Session, "client", counting)
    return made


@pytest.mark.parametrize("threads", [1, 8])
def test_files_of_many_threads_come_through_one_client(
    s3_bucket,  # noqa: F811
    made,
    monkeypatch,
    threads,
):
    monkeypatch.setattr(s3_clients, "_KEPT_SECS", 1e9)
    monkeypatch.setattr(FileSystems, "_pipeline_options", PipelineOptions([]))

    def there_and_back(number: int) -> bytes:
        path = f"{s3_bucket}/folder/{number}"
        with new_file(path) as stream:
            stream.write(b"%d" % number * 100_000)
        assert FileSystems.exists(path)
        with open_raw(path) as stream:
            return stream.read()

    with ThreadPoolExecutor(threads) as pool:
        found = list(pool.map(there_and_back, range(20)))
    assert found == [b"%d" % number * 100_000 for number in range(20)]
    assert len(made) <= 1


def test_other_options_and_later_times_have_clients_of_their_own(made, monkeypatch):
    monkeypatch.setattr(s3_clients, "_KEPT_SECS", 1e9)
    session = s3_clients._Session(boto3)
    first = session.client(**OPTIONS)
    assert session.client(**OPTIONS) is first
    other = session.client(**{**OPTIONS, "region_name": "eu-west-1"})
    assert other.meta.region_name == "eu-west-1"
    again = session.client(**OPTIONS)
    monkeypatch.setattr(s3_clients, "_KEPT_SECS", 1e-6)
    assert session.client(**OPTIONS) is not again
    assert [options["region_name"] for options in made] == [
        "us-east-1",
        "eu-west-1",
        "us-east-1",
        "us-east-1",
    ]


def test_beam_has_what_it_had_where_boto3_is_missing(monkeypatch):
    monkeypatch.setattr(s3_clients.boto3_client, "boto3", None)
    s3_clients.share_clients()
    assert s3_clients.boto3_client.boto3 is None


def test_sharing_twice_is_sharing_once():
    before = s3_clients.boto3_client.boto3
    s3_clients.share_clients()
    assert s3_clients.boto3_client.boto3 is before
