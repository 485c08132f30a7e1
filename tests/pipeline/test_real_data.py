"""Whole data sets of the real files, record by record, against the literal rules."""

import csv
import datetime
import gzip
import json
import os
from pathlib import Path

import pytest

from tests.support.expected import actual_records, expected_records
from tests.support.programs import run_module
from tests.support.records import read_manifest, read_vocabulary
from tests.support.reference import DAY_MS, Row, Settings, histories
from trainer.data.item_table import read_item_table

REAL_DATA = os.environ.get("REAL_DATA", "")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not REAL_DATA, reason="REAL_DATA names no folder"),
]
_EPOCH = datetime.date(1970, 1, 1)


def build(input_name, output, *arguments):
    """Runs the pipeline; `arguments` are more files, and then flags."""
    done = run_module(
        "pipeline",
        f"--output={output}",
        "--input",
        str(Path(REAL_DATA).resolve() / input_name),
        *arguments,
    )
    assert done.returncode == 0, done.stderr
    return read_manifest(output)


RUNWAY = ("renttherunway_user_item_date.csv.gz", "--date_field=review_date")


@pytest.fixture(scope="module")
def runway_rows():
    with gzip.open(Path(REAL_DATA) / RUNWAY[0], "rt") as stream:
        return [
            Row(
                row["user_id"],
                row["item_id"],
                (datetime.date.fromisoformat(row["review_date"]) - _EPOCH).days
                * DAY_MS,
            )
            for row in csv.DictReader(stream)
        ]


def build_runway(output, *flags):
    return build(RUNWAY[0], output, RUNWAY[1], *flags)


def num_windows(manifest):
    return sum(manifest.num_records(split) for split in manifest.records)


def test_random_split_with_uniform_buckets(tmp_path, runway_rows):
    data_set = tmp_path / "data"
    manifest = build_runway(data_set, "--split=random", "--bucketing=uniform")
    assert manifest.rows.read == 192_544
    assert manifest.rows.rejected == {}
    assert manifest.statistics["users"] == 105_571
    assert manifest.statistics["users_long_enough"] == 15_852
    assert manifest.statistics["items"] == 5_850
    assert num_windows(manifest) == 34_588
    settings = Settings("random", eval_fraction=0.1, bucketing="uniform")
    assert actual_records(data_set) == expected_records(runway_rows, settings)


@pytest.mark.parametrize("split", ["time", "leave_one_out", "user"])
def test_windows_of_the_other_splits(tmp_path, runway_rows, split):
    manifest = build_runway(tmp_path / "data", f"--split={split}")
    fraction = 0.1 if split == "user" else 0.05
    settings = Settings(split, eval_fraction=fraction, test_fraction=fraction)
    assert actual_records(tmp_path / "data") == expected_records(runway_rows, settings)
    if split == "time":
        assert manifest.num_records("test") == 4_156
        assert manifest.statistics["test_unknown_targets"] == 1_676


@pytest.mark.parametrize(
    ("max_length", "min_items", "windows"),
    [(5, 3, 34_588), (8, 3, 27_790), (5, 2, 52_483)],
)
def test_every_window_trains_under_none(
    tmp_path, runway_rows, max_length, min_items, windows
):
    manifest = build_runway(
        tmp_path / "data",
        "--split=none",
        f"--max_length={max_length}",
        f"--min_items={min_items}",
        "--bucketing=uniform",
    )
    assert num_windows(manifest) == windows
    if (max_length, min_items) == (5, 3):
        assert manifest.num_items == 5_700
        records = actual_records(tmp_path / "data")["train"]
        ids = [
            1 + read_vocabulary(tmp_path / "data").index(i)
            for i in ("126335", "132738", "130259")
        ]
        found = [record for record in records if [*record[2][3:], record[3][4]] == ids]
        assert [(r[2], r[3], r[4]) for r in found] == [
            ((0, 0, 0, *ids[:2]), (0, 0, *ids), (0, 0, 0, 100, 84))
        ]


def test_order_inside_a_day_is_that_of_the_file(tmp_path):
    name = "beauty_user_item_timestamp.tsv.gz"
    build(
        name,
        tmp_path / "data",
        "--date_field=timestamp",
        "--split=leave_one_out",
    )
    with gzip.open(Path(REAL_DATA) / name, "rt") as stream:
        rows = [
            Row(row["user_id"], row["item_id"], int(row["timestamp"]) * 1000)
            for row in csv.DictReader(stream, delimiter="\t")
        ]
    vocabulary = read_vocabulary(tmp_path / "data")
    last = {user: events[-1][0] for user, events in histories(rows).items()}
    records = actual_records(tmp_path / "data")["test"]
    assert len(records) == len(last) == 22_363
    for record in records:
        item_id = record[3][-1]
        if item_id <= len(vocabulary):
            assert vocabulary[item_id - 1] == last[record[0]]
        else:
            assert last[record[0]] not in vocabulary


def test_the_first_hundred_original_rows(tmp_path):
    fields = ("category", "size", "rented for")
    # Each is of another user; three further rows make a history of one of them.
    more = tmp_path / "more.jsonl"
    row = '{"user_id": 420272, "item_id": %d, "review_date": "May %d, 2016"}\n'
    more.write_text("".join(row % (n, n) for n in (1, 2, 3)))
    manifest = build(
        "renttherunway_sample100.jsonl",
        tmp_path / "data",
        str(more),
        "--schema=rent_the_runway",
        "--split=none",
        f"--item_fields={','.join(fields)}",
    )
    assert (manifest.rows.read, manifest.rows.rejected) == (103, {})
    items = read_vocabulary(tmp_path / "data")
    assert items == ["3", "2260466", "2", "1"]
    (record,) = actual_records(tmp_path / "data")["train"]
    assert record[2] == (0, 0, 2, 4, 3)
    assert record[3] == (0, 2, 4, 3, 1)
    with open(Path(REAL_DATA) / "renttherunway_sample100.jsonl") as stream:
        originals = [json.loads(line) for line in stream]
    originals.sort(key=lambda row: _day(row["review_date"]))
    expected = {str(n): dict.fromkeys(fields) for n in (1, 2, 3)}
    for row in originals:
        of_item = expected.setdefault(row["item_id"], dict.fromkeys(fields))
        of_item |= {name: str(row[name]) for name in fields if name in row}
    table = read_item_table(str(tmp_path / "data" / "items.parquet"))
    assert {item: table.attributes(item) for item in table.items} == expected


def _day(text):
    return datetime.datetime.strptime(text, "%B %d, %Y")
