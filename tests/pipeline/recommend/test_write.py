"""Answers as files: a few rows at a time, whatever the attributes weigh."""

import gzip
import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.arrays import columns
from pipeline.recommend.attributes import longest_attributes
from pipeline.recommend.model_handler import ANSWER_SCHEMA
from pipeline.recommend.write import write_answers

TABLE = pa.record_batch(
    {
        "item_id": ["a", "b", "c"],
        "title": ["x" * 300, "yé", None],
        "size": ["1", None, "3"],
    }
)


def answers(num_rows):
    """Users with 0 to 4 items each, in the order of their digests."""
    return pa.RecordBatch.from_pylist(
        [
            {
                "user_id": f"u{number}",
                "digest_high": number,
                "digest_low": 0,
                "items": ["a", "b", "c", "a"][: number % 5],
                "scores": np.arange(number % 5, dtype=np.float32).tolist(),
                "num_events": number,
                "is_popular": False,
            }
            for number in range(num_rows)
        ],
        schema=ANSWER_SCHEMA,
    )


def write(folder, num_rows, kind, table=TABLE):
    serialised = None if table is None else columns.to_bytes(table)
    element = (0, columns.to_bytes(answers(num_rows)))
    shard = write_answers(element, str(folder), 1, kind, serialised)
    assert shard.num_rows == num_rows
    return folder / "recommendations" / shard.name


def rows_in(path):
    if path.suffix == ".parquet":
        return pq.read_table(path).to_pylist()
    return [
        json.loads(line) for line in gzip.decompress(path.read_bytes()).splitlines()
    ]


@pytest.mark.parametrize("num_rows", [0, 1, 57])
@pytest.mark.parametrize("kind", ["jsonl", "parquet"])
def test_attributes_are_added_to_as_many_rows_at_once_as_fit(
    tmp_path, monkeypatch, kind, num_rows
):
    whole = rows_in(write(tmp_path / "whole", num_rows, kind))
    monkeypatch.setattr("pipeline.recommend.write._ATTRIBUTE_BYTES_AT_ONCE", 5_000)
    path = write(tmp_path / "parts", num_rows, kind)
    assert rows_in(path) == whole
    entries = {entry["item_id"]: entry for entry in TABLE.to_pylist()}
    assert [row["attributes"] for row in whole] == [
        [
            {name: entries[item][name] for name in ("title", "size")}
            for item in row["items"]
        ]
        for row in whole
    ]
    if kind == "parquet" and num_rows == 57:
        # Of up to 4 items of 301 bytes, 4 rows weigh less than 5,000.
        assert pq.ParquetFile(path).num_row_groups == 15


def test_rows_without_attributes_are_one_group(tmp_path):
    path = write(tmp_path, 57, "parquet", table=None)
    assert pq.ParquetFile(path).num_row_groups == 1
    assert "attributes" not in rows_in(path)[0]


def test_the_longest_attributes_are_those_of_all_fields():
    assert longest_attributes(TABLE) == 300 + 1
    assert longest_attributes(TABLE.slice(0, 0)) == 0
