"""The whole graph: on an engine that works as services do, and where it fails."""

import datetime

import apache_beam as beam
import pytest
from apache_beam.runners.portability.fn_api_runner import FnApiRunner

from pipeline.graph import build, delete_temp
from pipeline.options import Options, ReadOptions, day_number
from pipeline.parse.review_schema import load_review_schema
from tests.support.engines import bit_by_bit
from tests.support.records import shard_bytes


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


@pytest.mark.slow
def test_groups_that_are_handed_over_bit_by_bit(tmp_path, sample_reviews):
    ordinary = built(tmp_path / "a", sample_reviews, FnApiRunner())
    assert built(tmp_path / "b", sample_reviews, bit_by_bit()) == ordinary


def waits_for(pipeline, name):
    """Returns the names of all steps whose outcome a step waits for."""
    transforms = pipeline.to_runner_api().components.transforms
    producers = {
        collection: transform
        for transform in transforms.values()
        if not transform.subtransforms
        for collection in transform.outputs.values()
    }
    (first,) = (of for of in transforms.values() if of.unique_name == name)
    found, waiting = set(), [first]
    while waiting:
        inputs = waiting.pop().inputs.values()
        new = [producers[i] for i in inputs if producers[i].unique_name not in found]
        found |= {transform.unique_name for transform in new}
        waiting += new
    return found


def test_rejects_are_written_once_it_is_known_that_they_are_not_too_many(tmp_path):
    pipeline = beam.Pipeline(runner=FnApiRunner())
    read = ReadOptions(load_review_schema("plain"))
    build(pipeline, ["log.csv"], "data", str(tmp_path), Options(read))
    awaited = waits_for(pipeline, "WriteRejects/WriteFiles")
    assert any(name.startswith("CheckRows") for name in awaited)


def test_scratch_files_that_cannot_be_deleted_are_told_and_fail_nothing(caplog):
    delete_temp(None, "nowhere://bucket/temp")
    (record,) = caplog.records
    assert record.levelname == "WARNING"
    assert record.getMessage().startswith("cannot delete nowhere://bucket/temp: ")
