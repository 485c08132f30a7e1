"""What Beam counts is what the manifest says."""

import apache_beam as beam
import pytest
from apache_beam.metrics import MetricsFilter
from apache_beam.runners.portability.fn_api_runner import FnApiRunner

from pipeline.graph import build
from pipeline.options import Options, ReadOptions
from pipeline.parse.review_schema import load_review_schema
from pipeline.steps.counters import NAMESPACE
from tests.support.records import read_manifest
from tests.support.small_reviews import rows, write

pytestmark = pytest.mark.slow


def counters_of(result):
    """Returns the sum of each of our counters over the steps that add to it."""
    found = {}
    query = MetricsFilter().with_namespace(NAMESPACE)
    for counter in result.metrics().query(query)["counters"]:
        name = counter.key.metric.name
        found[name] = found.get(name, 0) + counter.committed
    return found


@pytest.mark.parametrize("cores", [1, 4])
def test_a_run_counts_what_its_manifest_says(tmp_path, monkeypatch, cores):
    monkeypatch.setattr("pipeline.runners.threads.usable_cores", lambda: cores)
    reviews = write(
        tmp_path / "log.csv", [*rows(60, 9), "u1,,2016-04-01,5\n", "u1,i1,never,5\n"]
    )
    read = ReadOptions(load_review_schema("plain"), min_rating=2.0)
    pipeline = beam.Pipeline(runner=FnApiRunner())
    options = Options(read, num_partitions=5, num_shards=3, drop_repeats="exact")
    build(
        pipeline,
        [str(reviews)],
        str(tmp_path / "data"),
        str(tmp_path / "temp"),
        options,
    )
    result = pipeline.run()
    result.wait_until_finish()

    manifest = read_manifest(tmp_path / "data")
    counted = counters_of(result)
    written = {split: manifest.num_records(split) for split in manifest.records}
    events = manifest.rows.accepted - manifest.rows.dropped["min_rating"]
    assert counted == {
        "rows_read": 542,
        "rows_accepted": 540,
        "rows_rejected_missing_field": 1,
        "rows_rejected_invalid_date": 1,
        "events_read": events,
        "events_sorted": events,
        "histories_built": manifest.statistics["users"],
        **{f"windows_cut_{split}": number for split, number in written.items()},
        **{f"records_written_{split}": number for split, number in written.items()},
    }
    assert written["train"]
    assert written["test"]
