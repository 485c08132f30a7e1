import contextlib
from collections.abc import Iterator

import pytest

from tests.support import buckets
from tests.support.google_cloud.cloud import BUCKET, Cloud, google_cloud
from tests.support.google_cloud.dataflow import DataflowService
from tests.support.google_cloud.worker import Worker, worker_environment


@pytest.fixture(scope="module")
def cloud(tmp_path_factory) -> Iterator[Cloud]:
    with google_cloud(tmp_path_factory.mktemp("cloud")) as cloud:
        yield cloud


@pytest.fixture(scope="module")
def service() -> Iterator[DataflowService]:
    """A Dataflow whose jobs never end."""
    with contextlib.closing(DataflowService()) as service:
        yield service


@pytest.fixture
def working_service(cloud, tmp_path) -> Iterator[DataflowService]:
    """A Dataflow whose jobs are run by a worker in a virtual environment of its own."""
    worker = Worker(tmp_path / "worker", worker_environment(cloud.environment))
    with (
        contextlib.closing(worker),
        contextlib.closing(DataflowService(worker.run)) as service,
    ):
        yield service


@pytest.fixture(scope="module")
def reviews(cloud, sample_reviews) -> str:
    """The sample's reviews in the bucket."""
    url = f"{BUCKET}/reviews/sample.jsonl"
    buckets.put(url, sample_reviews.read_bytes())
    return url
