"""User and item ids as canonical text.

2260466, "2260466" and 2260466.0 are one id. Text is kept as it is.
"""

import math
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.arrays.text_bytes import text_bytes

# Control characters (a vocabulary file could not hold the line breaks among them) and
# Unicode's own line and paragraph separators.
FORBIDDEN = r"[\p{Cc}\x{2028}\x{2029}]"
# Between these, all of ASCII can be seen.
_BLANK, _DELETE = 0x20, 0x7F


class NotAScalarError(ValueError):
    """A value is neither text nor a number."""


def text_of(value: Any) -> str | None:
    """Returns one value as canonical text, None where it is missing.

    Raises:
      NotAScalarError: the value is a list, an object, a truth value or an infinity.
    """
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, (bool, np.bool_)):
        raise NotAScalarError("is true or false, not text or a number")
    if isinstance(value, (int, np.integer)):
        return str(int(value))
    if isinstance(value, (float, np.floating)):
        if math.isnan(value):
            return None
        if math.isinf(value):
            raise NotAScalarError("is not a finite number")
        return str(int(value)) if float(value).is_integer() else repr(float(value))
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise NotAScalarError("is not a finite number")
        is_whole = value == value.to_integral_value()
        # Not by normalize(), which rounds to 28 digits.
        return str(int(value)) if is_whole else format(value, "f").rstrip("0")
    raise NotAScalarError(f"is a {type(value).__name__}, not text or a number")


def as_text(values: pa.Array) -> pa.StringArray:
    """Returns a column of text or numbers as canonical text.

    Args:
      values: text, integer, floating, decimal, null or a dictionary of these.

    Returns:
      string [rows]; missing values are null.

    Raises:
      NotAScalarError: the column has another type, or an infinity.
    """
    kind = values.type
    if pa.types.is_dictionary(kind):
        return as_text(values.dictionary).take(values.indices)
    if pa.types.is_string(kind):
        return values
    if pa.types.is_null(kind) or pa.types.is_integer(kind):
        return values.cast(pa.string())
    if pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return values.cast(pa.string())
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return pa.array([text_of(number) for number in values.to_pylist()], pa.string())
    raise NotAScalarError(f"has the type {kind}, not text or numbers")


def check_ids(
    ids: pa.StringArray,
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Finds the ids that cannot be used.

    Args:
      ids: string [rows].

    Returns:
      Two bool [rows]: which are missing (null, empty or blank), and which hold a
      character that no id may hold.
    """
    if not ids.null_count:
        offsets, data = text_bytes(ids)
        if ((data > _BLANK) & (data < _DELETE)).all():  # as most ids are
            return np.diff(offsets) == 0, np.zeros(len(ids), bool)
    encoded = ids.dictionary_encode()
    distinct = encoded.dictionary
    blank = pc.equal(pc.utf8_trim_whitespace(distinct), "").to_numpy(False)
    forbidden = pc.match_substring_regex(distinct, FORBIDDEN).to_numpy(False)
    # A null points behind the last distinct id.
    codes = encoded.indices.fill_null(len(distinct)).to_numpy()
    missing = np.append(blank, True)[codes]
    return missing, np.append(forbidden, False)[codes] & ~missing
