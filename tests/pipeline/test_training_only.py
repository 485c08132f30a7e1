"""What was held out reaches nothing that is learned: whole runs, before and after."""

import datetime
import json

import pytest

from tests.support.programs import run_module
from tests.support.records import read_manifest, read_vocabulary, shard_bytes

pytestmark = pytest.mark.slow
_FORMAT = "%B %d, %Y"


def build(reviews, output, split):
    done = run_module(
        "pipeline",
        f"--input={reviews}",
        f"--output={output}",
        "--schema=rent_the_runway",
        f"--split={split}",
    )
    assert done.returncode == 0, done.stderr
    return read_manifest(output)


def learned(data_set):
    """Everything that may depend on training events alone."""
    manifest = read_manifest(data_set)
    train = {k: v for k, v in shard_bytes(data_set).items() if k.startswith("train/")}
    sizes = (manifest.num_items, manifest.nb_days_buckets, manifest.gap_days_buckets)
    return train, read_vocabulary(data_set), sizes, manifest.reference_day


def held_out(data_set):
    return {k: v for k, v in shard_bytes(data_set).items() if "train/" not in k}


def read_rows(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def write_rows(path, rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


def day_of(row):
    date = datetime.datetime.strptime(row["review_date"], _FORMAT).date()
    return (date - datetime.date(1970, 1, 1)).days


@pytest.mark.parametrize("field", ["item_id", "user_id"])
def test_time_learns_nothing_after_the_cut(tmp_path, sample_reviews, field):
    manifest = build(sample_reviews, tmp_path / "before", "time")
    first_eval, _ = manifest.cut_days
    rows = read_rows(sample_reviews)
    for number, row in enumerate(rows):
        if day_of(row) >= first_eval:
            # New items, and items and users that training knows, in another order.
            row[field] = f"new-{number % 7}" if number % 2 else rows[number // 2][field]
    write_rows(tmp_path / "changed.jsonl", rows)
    build(tmp_path / "changed.jsonl", tmp_path / "after", "time")
    assert learned(tmp_path / "after") == learned(tmp_path / "before")
    assert held_out(tmp_path / "after") != held_out(tmp_path / "before")


def test_leave_one_out_learns_nothing_of_the_last_two_events(tmp_path, sample_reviews):
    build(sample_reviews, tmp_path / "before", "leave_one_out")
    rows = read_rows(sample_reviews)
    of_user = {}
    for position, row in enumerate(rows):
        of_user.setdefault(row["user_id"], []).append((day_of(row), position))
    for events in of_user.values():
        for (_, position), later in zip(sorted(events)[-2:], (100, 200), strict=False):
            row = rows[position]
            date = datetime.datetime.strptime(row["review_date"], _FORMAT)
            date += datetime.timedelta(days=later)
            row["review_date"] = date.strftime(_FORMAT)
            row["item_id"] = f"new-{position % 7}"
    write_rows(tmp_path / "changed.jsonl", rows)
    build(tmp_path / "changed.jsonl", tmp_path / "after", "leave_one_out")
    assert learned(tmp_path / "after") == learned(tmp_path / "before")
    assert held_out(tmp_path / "after") != held_out(tmp_path / "before")
