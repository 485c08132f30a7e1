"""Reads a file as the pipeline does, block by block, and keeps the account."""

import contextlib
import datetime
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from pipeline.input import input_files, row_blocks
from pipeline.options import ReadOptions
from pipeline.parse.events import ITEM, MOMENT, POSITION, USER, parse_events
from pipeline.parse.review_schema import ReviewSchema
from pipeline.parse.rows import REASONS
from schemas.days import day_number
from schemas.errors import UserError

# The fields of `--schema plain`, and a rating to ask for.
SCHEMA = ReviewSchema("user_id", "item_id", "date", ("iso", "unix"), rating="rating")
LATEST_DATE = datetime.date(2020, 1, 1)


class ReadEvent(NamedTuple):
    """An accepted row; rows count from 1, as in `rejects/`."""

    row: int
    user: str
    item: str
    moment: int


class ReadReject(NamedTuple):
    row: int
    reason: str
    text: str


@dataclass
class Reading:
    """What became of the rows of an input.

    Attributes:
      events: accepted rows, those dropped by choice left out.
      rejects: refused rows.
      num_accepted: accepted rows, those dropped by choice included.
      sentence: of the error that ended the reading; empty where none did.
    """

    events: list[ReadEvent] = field(default_factory=list)
    rejects: list[ReadReject] = field(default_factory=list)
    num_accepted: int = 0
    sentence: str = ""

    @property
    def reasons(self) -> dict[str, int]:
        return dict(Counter(reject.reason for reject in self.rejects))

    @property
    def num_read(self) -> int:
        return self.num_accepted + len(self.rejects)


def options_of(**changes: Any) -> ReadOptions:
    return ReadOptions(SCHEMA, latest_day=day_number(LATEST_DATE), **changes)


def read(pattern: Path | str, options: ReadOptions) -> Reading:
    """Reads what a pattern names; only a `UserError` is an end of its own."""
    reading = Reading()
    try:
        for file in input_files.list_files([str(pattern)]):
            _read_file(file, options, reading)
    except UserError as error:
        reading.sentence = str(error) or "a sentence without words"
    return reading


def _read_file(
    file: input_files.InputFile, options: ReadOptions, reading: Reading
) -> None:
    rows_before = 1
    last_position = -1
    for part in input_files.split_file(file, options):
        for block in row_blocks.row_blocks(part, options):
            found = parse_events(
                block.rows,
                options.schema,
                block.start,
                options.latest_day,
                options.min_rating,
            )
            reading.num_accepted += found.num_accepted
            for event in found.batch.to_pylist():
                place = event[POSITION] - block.start
                reading.events.append(
                    ReadEvent(
                        rows_before + place, event[USER], event[ITEM], event[MOMENT]
                    )
                )
                assert event[POSITION] > last_position, "positions must ascend"
                last_position = event[POSITION]
            for reject in found.rejects:
                assert reject.reason in REASONS
                assert reject.detail.encode()
                assert reject.text.encode() or reject.reason
                reading.rejects.append(
                    ReadReject(rows_before + reject.row, reject.reason, reject.text)
                )
            rows_before += block.places


@contextlib.contextmanager
def cut_into(range_bytes: int, block_bytes: int) -> Iterator[None]:
    """Lets files be cut into small ranges and blocks inside."""
    before = input_files.RANGE_BYTES, row_blocks.BLOCK_BYTES
    input_files.RANGE_BYTES, row_blocks.BLOCK_BYTES = range_bytes, block_bytes
    try:
        yield
    finally:
        input_files.RANGE_BYTES, row_blocks.BLOCK_BYTES = before
