"""Answers by shard, as sorted files of JSON lines or Parquet."""

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.arrays import columns
from pipeline.recommend.attributes import (
    ATTRIBUTES,
    longest_attributes,
    with_attributes,
)
from pipeline.recommend.options import Format
from pipeline.recommend.request_shards import by_digest
from pipeline.storage.files import new_file
from schemas.layout import join

FOLDER = "recommendations"
_ROWS_AT_ONCE = 1 << 12
_ROWS_A_GROUP = 1 << 16
# Attributes beside the items of so many rows: text of an Arrow column that lies beyond
# 2 GB can't be addressed.
_ATTRIBUTE_BYTES_AT_ONCE = 1 << 26
_SUFFIXES: dict[Format, str] = {"jsonl": "jsonl.gz", "parquet": "parquet"}

# What a row of a file holds, in this order, and behind it attributes of the items.
ROW_FIELDS = ("user_id", "items", "scores", "last_event", "num_events")


@dataclass(frozen=True)
class AnswerShard:
    """One written file.

    Attributes:
      name: the file's name.
      num_rows: its users.
      num_popular: those who got the popular items.
    """

    name: str
    num_rows: int
    num_popular: int


def file_name(shard: int, num_shards: int, format: Format) -> str:
    """Returns the name of one file in the folder `recommendations`."""
    return f"recommendations-{shard:05d}-of-{num_shards:05d}.{_SUFFIXES[format]}"


def write_answers(
    element: tuple[int, bytes],
    output: str,
    num_shards: int,
    format: Format,
    table: bytes | None = None,
) -> AnswerShard:
    """Writes one shard, its users in the order of their digests.

    Args:
      element: its number, and a serialised batch of `ANSWER_SCHEMA` in any order.
      output: the folder of all recommendations.
      num_shards: the number of shards.
      format: of the file.
      table: the serialised item table of the model, where it has one.
    """
    shard, answers = element
    batch = by_digest(columns.from_bytes(answers))
    rows = batch.select(ROW_FIELDS)
    attributes = None if table is None else columns.from_bytes(table)
    name = file_name(shard, num_shards, format)
    write = _write_groups if format == "parquet" else _write_lines
    with new_file(join(output, FOLDER, name)) as stream:
        write(rows, attributes, stream)
    return AnswerShard(
        name, len(rows), batch.column("is_popular").to_pylist().count(True)
    )


def _write_groups(
    rows: pa.RecordBatch, table: pa.RecordBatch | None, stream: BinaryIO
) -> None:
    schema = _beside(rows.slice(0, 0), table).schema
    with pq.ParquetWriter(stream, schema, compression="zstd") as writer:
        for some in _slices(rows, table, _ROWS_A_GROUP):
            writer.write_batch(some)


def _write_lines(
    rows: pa.RecordBatch, table: pa.RecordBatch | None, stream: BinaryIO
) -> None:
    # `json.dumps` would make an encoder for every row.
    encode = json.JSONEncoder(ensure_ascii=False).encode
    # Without a time stamp or a name: the same bytes every time.
    with gzip.GzipFile("", "wb", 6, stream, mtime=0) as lines:
        # As Python objects, rows take several times their space.
        for some in _slices(rows, table, _ROWS_AT_ONCE):
            lines.write(
                "".join(f"{encode(row)}\n" for row in python_rows(some)).encode()
            )


def _slices(
    rows: pa.RecordBatch, table: pa.RecordBatch | None, most_rows: int
) -> Iterator[pa.RecordBatch]:
    """Yields a few rows at a time, with what the item table says of their items."""
    if table is not None:
        most_items = int(
            np.diff(rows.column("items").offsets.to_numpy()).max(initial=1)
        )
        row_bytes = max(1, most_items * longest_attributes(table))
        most_rows = min(most_rows, max(1, _ATTRIBUTE_BYTES_AT_ONCE // row_bytes))
    for start in range(0, len(rows), most_rows):
        yield _beside(rows.slice(start, most_rows), table)


def _beside(rows: pa.RecordBatch, table: pa.RecordBatch | None) -> pa.RecordBatch:
    return rows if table is None else with_attributes(rows, table)


def python_rows(rows: pa.RecordBatch) -> Iterator[dict[str, Any]]:
    """Yields rows as `json` takes them, scores in the fewest digits of a float32."""
    scores = rows.column("scores")
    offsets = scores.offsets.to_numpy() - scores.offsets[0].as_py()
    # By way of their texts; Arrow's are the fewest digits that tell a float32.
    numbers = scores.flatten().cast(pa.string()).cast(pa.float64()).to_pylist()
    others = rows.drop_columns(["scores"]).to_pylist()
    for row, start, stop in zip(others, offsets[:-1], offsets[1:], strict=True):
        day = row["last_event"]
        yield {
            "user_id": row["user_id"],
            "items": row["items"],
            "scores": numbers[start:stop],
            "last_event": None if day is None else day.isoformat(),
            "num_events": row["num_events"],
            **({ATTRIBUTES: row[ATTRIBUTES]} if ATTRIBUTES in row else {}),
        }
