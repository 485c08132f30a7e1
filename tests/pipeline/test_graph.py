"""The whole graph on an engine that hands over groups as a service does."""

import datetime

import apache_beam as beam
import pytest
from apache_beam.runners.portability.fn_api_runner import FnApiRunner

from pipeline.graph import build
from pipeline.options import Options, ReadOptions, day_number
from pipeline.parse.review_schema import load_review_schema
from tests.support.engines import bit_by_bit
from tests.support.records import shard_bytes

pytestmark = pytest.mark.slow


def built(folder, reviews, runner):
    read = ReadOptions(
        load_review_schema("rent_the_runway"),
        latest_day=day_number(datetime.date(2020, 1, 1)),
        item_fields=("category",),
    )
    output = str(folder / "data")
    with beam.Pipeline(runner=runner) as pipeline:
        build(
            pipeline,
            [str(reviews)],
            output,
            str(folder / "temp"),
            Options(read, num_partitions=3, num_shards=2),
        )
    return shard_bytes(folder / "data"), (folder / "data/manifest.json").read_text()


def test_groups_that_are_handed_over_bit_by_bit(tmp_path, sample_reviews):
    ordinary = built(tmp_path / "a", sample_reviews, FnApiRunner())
    assert built(tmp_path / "b", sample_reviews, bit_by_bit()) == ordinary
