"""Rows to events: which rows are accepted, and why the others are not."""

from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.parse.dates import day_of, parse_dates
from pipeline.parse.ids import NotAScalarError, as_text, check_ids
from pipeline.parse.review_schema import ReviewSchema
from pipeline.parse.rows import (
    FUTURE_DATE,
    INVALID_DATE,
    INVALID_ID,
    INVALID_RATING,
    MISSING,
    Reject,
    Rows,
    plain_value,
)

USER = "user"
ITEM = "item"
MOMENT = "moment"
POSITION = "position"

EVENT_SCHEMA = pa.schema(
    [
        (USER, pa.string()),
        (ITEM, pa.string()),
        (MOMENT, pa.int64()),
        (POSITION, pa.int64()),
    ]
)

# Of the text of a refused row, in characters: a file of nothing but long lines would
# else be held in memory whole, and more than once.
LONGEST_TEXT = 1 << 16

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Events:
    """What became of the rows of a block.

    Attributes:
      batch: the events, with the columns of `EVENT_SCHEMA`.
      kept: bool [rows], the rows that became events, in their order.
      rejects: refused rows, those that could not be read included.
      dropped: accepted rows left out by choice, by flag.
    """

    batch: pa.RecordBatch
    kept: pa.BooleanArray
    rejects: list[Reject]
    dropped: dict[str, int] = field(default_factory=dict)

    @property
    def num_accepted(self) -> int:
        """Rows that were understood, those dropped by choice included."""
        return len(self.batch) + sum(self.dropped.values())


def parse_events(
    rows: Rows,
    schema: ReviewSchema,
    first_position: int,
    latest_day: int,
    min_rating: float | None = None,
) -> Events:
    """Judges every row of a block.

    Args:
      rows: the rows.
      schema: which field is what, and how dates are written.
      first_position: the position in the input of the block's place 0.
      latest_day: days since 1970-01-01; events of later days are refused.
      min_rating: accepted rows with a lower rating, or none, are dropped.
    """
    verdicts = _Verdicts(rows)
    # No message of the program names a user.
    users = _ids(rows, schema.user, verdicts, shown=False)
    items = _ids(rows, schema.item, verdicts)
    moments, missing, invalid = _dates(rows, schema, verdicts)
    verdicts.refuse(missing, MISSING, schema.date, "is missing or empty")
    verdicts.refuse(invalid, INVALID_DATE, schema.date, "is no date")
    verdicts.refuse(
        day_of(moments) > latest_day, FUTURE_DATE, schema.date, "is after --latest_date"
    )
    too_low = np.zeros(len(rows), bool)
    if min_rating is not None and schema.rating is not None:
        ratings, missing, invalid = _ratings(rows, schema.rating, verdicts)
        verdicts.refuse(invalid, INVALID_RATING, schema.rating, "is no number")
        if schema.rating_required:
            verdicts.refuse(missing, MISSING, schema.rating, "is missing or empty")
        too_low = ~(ratings >= min_rating) & verdicts.accepted
    kept = pa.array(verdicts.accepted & ~too_low)
    batch = pa.record_batch(
        [
            users.filter(kept),
            items.filter(kept),
            pa.array(moments).filter(kept),
            pa.array(first_position + rows.places).filter(kept),
        ],
        schema=EVENT_SCHEMA,
    )
    dropped = {"min_rating": int(too_low.sum())} if too_low.any() else {}
    rejects = [_with_short_text(r) for r in (*rows.rejects, *verdicts.rejects())]
    return Events(batch, kept, rejects, dropped)


def _with_short_text(reject: Reject) -> Reject:
    """Returns a reject whose text is no longer than rows are for a reader."""
    if len(reject.text) <= LONGEST_TEXT:
        return reject
    text = f"{reject.text[:LONGEST_TEXT]}... ({len(reject.text):,} characters)"
    return replace(reject, text=text)


class _Verdicts:
    """Collects the first thing that is wrong with each row."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._found: dict[int, tuple[str, str]] = {}
        self.accepted: Bools = np.ones(len(rows), bool)

    def refuse(
        self, wrong: Bools, reason: str, field: str, what: str, shown: bool = True
    ) -> None:
        """Refuses rows.

        Args:
          wrong: which.
          reason: one of `REASONS`.
          field: the field that is wrong.
          what: what is wrong with it.
          shown: whether the detail holds the value. Details are printed and logged;
            the text of a row stands in the rejects alone.
        """
        for index in np.flatnonzero(wrong & self.accepted):
            value = plain_value(self._rows.fields[field][int(index)])
            said = f" {_shorten(value)}" if shown and value not in (None, "") else ""
            self._found[int(index)] = (reason, f"`{field}`{said} {what}")
        self.accepted &= ~wrong

    def refuse_wrong(self, reason: str, field: str) -> None:
        """Refuses what the reader of the format found to be no value at all."""
        for index, what in self._rows.wrong.get(field, {}).items():
            if self.accepted[index]:
                self._found[index] = (reason, f"`{field}` {what}")
                self.accepted[index] = False

    def refuse_all(self, reason: str, field: str, what: str) -> None:
        """Refuses every row, for the type of a column."""
        self.refuse(np.ones(len(self._rows), bool), reason, field, what)

    def rejects(self) -> list[Reject]:
        indices = sorted(self._found)
        return [
            Reject(int(self._rows.places[index]), *self._found[index], text)
            for index, text in zip(indices, self._rows.text(indices), strict=True)
        ]


def _shorten(value: object, longest: int = 60) -> str:
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= longest else text[: longest - 3] + "..."


def _ids(
    rows: Rows, field: str, verdicts: _Verdicts, shown: bool = True
) -> pa.StringArray:
    column = rows.fields[field]
    try:
        ids = as_text(column)
    except NotAScalarError as error:
        verdicts.refuse_all(INVALID_ID, field, str(error))
        return pa.nulls(len(rows), pa.string())
    verdicts.refuse_wrong(INVALID_ID, field)
    missing, invalid = check_ids(ids)
    verdicts.refuse(missing, MISSING, field, "is missing or empty", shown)
    verdicts.refuse(invalid, INVALID_ID, field, "holds a control character", shown)
    return ids


def _dates(
    rows: Rows, schema: ReviewSchema, verdicts: _Verdicts
) -> tuple[npt.NDArray[np.int64], Bools, Bools]:
    try:
        parsed = parse_dates(rows.fields[schema.date], schema.date_formats)
    except NotAScalarError as error:
        verdicts.refuse_all(INVALID_DATE, schema.date, str(error))
        nothing = np.zeros(len(rows), bool)
        return np.zeros(len(rows), np.int64), nothing, nothing
    verdicts.refuse_wrong(INVALID_DATE, schema.date)
    return parsed


def _ratings(
    rows: Rows, field: str, verdicts: _Verdicts
) -> tuple[npt.NDArray[np.float64], Bools, Bools]:
    """Returns ratings, NaN where there is none; which are missing; which are wrong."""
    numbers = np.full(len(rows), np.nan)
    try:
        text = pc.utf8_trim_whitespace(as_text(rows.fields[field])).fill_null("")
    except NotAScalarError as error:
        verdicts.refuse_all(INVALID_RATING, field, str(error))
        nothing = np.zeros(len(rows), bool)
        return numbers, nothing, nothing
    verdicts.refuse_wrong(INVALID_RATING, field)
    missing = text.to_numpy(False) == ""
    is_number = pc.match_substring_regex(text, r"^[+-]?\d+(\.\d*)?([eE][+-]?\d{1,3})?$")
    valid = is_number.to_numpy(False).copy()
    # Not by Arrow, which has no number for what is too large for a float.
    numbers[valid] = [float(number) for number in text.filter(is_number).to_pylist()]
    valid &= np.isfinite(numbers)
    return numbers, missing, ~valid & ~missing
