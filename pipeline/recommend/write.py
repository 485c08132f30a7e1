"""Answers by shard, as sorted files of JSON lines or Parquet."""

import gzip
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline import columns
from pipeline.digests import bucket_of
from pipeline.recommend.model_handler import ANSWER_SCHEMA
from pipeline.recommend.options import Format
from pipeline.write import new_file
from schemas.layout import join

FOLDER = "recommendations"
_ROWS_AT_ONCE = 1 << 12
_SUFFIXES: dict[Format, str] = {"jsonl": "jsonl.gz", "parquet": "parquet"}

# What a row of a file holds, in this order.
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


def by_shard(element: bytes, num_shards: int) -> Iterator[tuple[int, bytes]]:
    """Yields (shard, serialised answers) of a batch of answers."""
    answers = columns.from_bytes(element)
    shard = bucket_of(answers.column("digest_high").to_numpy(), num_shards)
    for number in np.unique(shard):
        yield int(number), columns.to_bytes(answers.filter(pa.array(shard == number)))


def no_answers(num_shards: int) -> list[tuple[int, bytes]]:
    """Returns an empty part of every shard, so that each is written."""
    nothing = columns.to_bytes(pa.RecordBatch.from_pylist([], schema=ANSWER_SCHEMA))
    return [(shard, nothing) for shard in range(num_shards)]


def file_name(shard: int, num_shards: int, format: Format) -> str:
    """Returns the name of one file in the folder `recommendations`."""
    return f"recommendations-{shard:05d}-of-{num_shards:05d}.{_SUFFIXES[format]}"


def write_answers(
    element: tuple[int, Iterable[bytes]], output: str, num_shards: int, format: Format
) -> AnswerShard:
    """Writes one shard, its users in the order of their digests.

    Args:
      element: its number, and serialised answers in any order.
      output: the folder of all recommendations.
      num_shards: the number of shards.
      format: of the file.
    """
    shard, parts = element
    answers = columns.concatenate([columns.from_bytes(part) for part in parts])
    order = np.lexsort(
        [answers.column(name).to_numpy() for name in ("digest_low", "digest_high")]
    )
    answers = answers.take(pa.array(order))
    rows = answers.select(ROW_FIELDS)
    name = file_name(shard, num_shards, format)
    with new_file(join(output, FOLDER, name)) as stream:
        if format == "parquet":
            pq.write_table(pa.Table.from_batches([rows]), stream, compression="zstd")
        else:
            _write_lines(rows, stream)
    return AnswerShard(
        name, len(rows), answers.column("is_popular").to_pylist().count(True)
    )


def _write_lines(rows: pa.RecordBatch, stream: BinaryIO) -> None:
    # Without a time stamp or a name: the same bytes every time.
    with gzip.GzipFile("", "wb", 6, stream, mtime=0) as lines:
        # As Python objects, rows take several times their space.
        for start in range(0, len(rows), _ROWS_AT_ONCE):
            for row in python_rows(rows.slice(start, _ROWS_AT_ONCE)):
                lines.write(json.dumps(row, ensure_ascii=False).encode() + b"\n")


def python_rows(rows: pa.RecordBatch) -> Iterator[dict[str, Any]]:
    """Yields rows as `json` takes them, scores in the fewest digits of a float32."""
    scores = rows.column("scores")
    offsets = scores.offsets.to_numpy() - scores.offsets[0].as_py()
    texts = [float(str(score)) for score in scores.flatten().to_numpy()]
    others = rows.select(["user_id", "items", "last_event", "num_events"]).to_pylist()
    for row, start, stop in zip(others, offsets[:-1], offsets[1:], strict=True):
        day = row["last_event"]
        yield {
            "user_id": row["user_id"],
            "items": row["items"],
            "scores": texts[start:stop],
            "last_event": None if day is None else day.isoformat(),
            "num_events": row["num_events"],
        }
