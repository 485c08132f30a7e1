"""Rows as a format reader hands them over, before anybody judges their values."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa


@dataclass(frozen=True)
class Reject:
    """A row that cannot be used.

    Attributes:
      row: where it stands in its block, from 0: the line of a text file, the row of
        any other.
      reason: one of `REASONS`.
      detail: what is wrong, with the field and the value.
      text: the row as it was found.
    """

    row: int
    reason: str
    detail: str
    text: str


NOT_JSON = "not_json"
NOT_A_RECORD = "not_a_record"
MISSING = "missing_field"
INVALID_ID = "invalid_id"
INVALID_DATE = "invalid_date"
FUTURE_DATE = "future_date"
INVALID_RATING = "invalid_rating"

REASONS = {
    NOT_JSON: "not JSON",
    NOT_A_RECORD: "not a record with the header's number of fields",
    MISSING: "field missing or empty",
    INVALID_ID: "id neither text nor number, or with a control character",
    INVALID_DATE: "date not understood",
    FUTURE_DATE: "date after --latest_date",
    INVALID_RATING: "rating not a number",
}


# What Arrow raises for days, time zones, text and objects that Python cannot hold.
_UNKNOWN_TO_PYTHON = (ArithmeticError, LookupError, ValueError, pa.ArrowException)


@dataclass(frozen=True)
class Rows:
    """The needed fields of consecutive rows, in the order of the input.

    Attributes:
      fields: a column of equal length for each needed field, by the field's name.
      places: int64 [rows], where each row stands in its block, from 0.
      text: returns the text of the rows at the given indices, for rejects.
      rejects: rows of the block that are in no column, since they could not be read.
      num_lines: how many places the block has, blank lines included.
      wrong: what is wrong with values that are neither text nor a number nor a date,
        by the field's name and the row's index; the field's column has null there.
    """

    fields: dict[str, pa.Array]
    places: npt.NDArray[np.int64]
    text: Callable[[Sequence[int]], list[str]]
    num_lines: int
    rejects: Sequence[Reject] = field(default_factory=tuple)
    wrong: Mapping[str, Mapping[int, str]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.places)

    def after(self, lines: int) -> "Rows":
        """Returns the same rows in a block that has `lines` more at its start."""
        return replace(
            self,
            places=self.places + lines,
            num_lines=self.num_lines + lines,
            rejects=[replace(r, row=r.row + lines) for r in self.rejects],
        )


def plain_value(value: pa.Scalar) -> Any:
    """Returns a value as Python's own, to be shown.

    Days and moments that Python's types cannot hold are given as numbers, bytes as
    text, and lists and the like that hold any of these as their type.
    """
    if isinstance(value, pa.DictionaryScalar):
        return plain_value(value.value)
    try:
        plain = value.as_py()
    except _UNKNOWN_TO_PYTHON as error:
        if isinstance(error, UnicodeDecodeError) and hasattr(value, "as_buffer"):
            plain = value.as_buffer().to_pybytes()
        else:
            plain = getattr(value, "value", f"({value.type} that cannot be shown)")
    if isinstance(plain, bytes):
        return plain.decode("utf-8", errors="backslashreplace")
    return plain
