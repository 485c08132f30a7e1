"""Dates as text to milliseconds, in TensorFlow ops that no bad date can fail.

TensorFlow has no strict parser: one bad text fails a whole batch of
`tf.strings.to_number`. Here a text is first matched against the grammar, and what
does not match is parsed as some valid date and marked.
"""

from typing import NamedTuple

import numpy as np
import tensorflow as tf

from trainer.serving import date_format

MILLISECONDS_PER_DAY = 86_400_000

# Day 1 of the proleptic Gregorian calendar is 0001-01-01; this one is 1970-01-01.
_EPOCH_ORDINAL = 719_163
_DAYS_BEFORE_MONTH = (0, 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334)
_DAYS_OF_MONTH = (0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)

# Where the digits of each number stand once a text is laid out by `_layout` as
# "YYYY-MM-DD hh:mm:ss" + "fff" + "+hhmm", and what a digit there is worth.
_DIGITS = {
    "year": {0: 1000, 1: 100, 2: 10, 3: 1},
    "month": {5: 10, 6: 1},
    "day": {8: 10, 9: 1},
    "clock": {
        11: 36_000_000,
        12: 3_600_000,
        14: 600_000,
        15: 60_000,
        17: 10_000,
        18: 1_000,
        19: 100,
        20: 10,
        21: 1,
    },
    "offset": {23: 36_000_000, 24: 3_600_000, 25: 600_000, 26: 60_000},
}
_SIGN = 22
_LAYOUT_WIDTHS = {r"\1 \2:\3": 19, r"\4": 3, r"\5\6": 5}


class Moments(NamedTuple):
    """What a batch of texts means, each field in the shape of the batch.

    Attributes:
      milliseconds: int64, since 1970-01-01T00:00Z; of no meaning where not valid.
      is_valid: bool, whether the text is a date.
      has_time: bool, whether it is valid and names a time of day.
    """

    milliseconds: tf.Tensor
    is_valid: tf.Tensor
    has_time: tf.Tensor


def parse(text: tf.Tensor) -> Moments:
    """Parses dates and date-times of the grammar in `trainer.serving.date_format`.

    Args:
      text: string, any shape.

    Returns:
      The moments, in the shape of `text`.
    """
    matches = tf.strings.regex_full_match(text, date_format.PATTERN)
    layout = _layout(tf.where(matches, text, "1970-01-01"))  # [..., 27]
    digits = layout - ord("0")
    digits = tf.where((digits >= 0) & (digits <= 9), digits, 0)
    year, month, day, clock, offset = tf.unstack(
        # Sums of products rather than tf.matmul, which has no int32 kernel on GPUs.
        tf.reduce_sum(digits[..., tf.newaxis, :] * _weights(), axis=-1),
        axis=-1,
    )
    is_leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    leap_day = tf.cast(is_leap, tf.int32)
    length = tf.gather(_DAYS_OF_MONTH, month)
    length += tf.where(month == 2, leap_day, 0)
    years = year - 1
    ordinal = (
        365 * years
        + years // 4
        - years // 100
        + years // 400
        + tf.gather(_DAYS_BEFORE_MONTH, month)
        + tf.where(month > 2, leap_day, 0)
        + day
    )
    is_west = layout[..., _SIGN] == ord("-")
    of_day = clock + tf.where(is_west, offset, -offset)
    days = tf.cast(ordinal - _EPOCH_ORDINAL, tf.int64)
    is_valid = matches & (year >= 1) & (day <= length)
    return Moments(
        milliseconds=days * MILLISECONDS_PER_DAY + tf.cast(of_day, tf.int64),
        is_valid=is_valid,
        has_time=is_valid & (tf.strings.length(text) > len("1970-01-01")),
    )


def day_of(milliseconds: tf.Tensor) -> tf.Tensor:
    """Returns the whole days since 1970-01-01 (UTC) of int64 `milliseconds`."""
    return tf.math.floordiv(milliseconds, MILLISECONDS_PER_DAY)


def _layout(text: tf.Tensor) -> tf.Tensor:
    """Returns int32 [..., 27]: the bytes of each part of a date at a fixed place."""
    parts = [
        tf.io.decode_raw(
            tf.strings.regex_replace(text, f"^{date_format.PATTERN}$", rewrite),
            tf.uint8,
            fixed_length=width,
        )
        for rewrite, width in _LAYOUT_WIDTHS.items()
    ]
    return tf.cast(tf.concat(parts, axis=-1), tf.int32)


def _weights() -> np.ndarray:
    """Returns int32 [numbers, 27], the worth of a digit at each place."""
    weights = np.zeros([len(_DIGITS), sum(_LAYOUT_WIDTHS.values())], np.int32)
    for row, worth in enumerate(_DIGITS.values()):
        for place, value in worth.items():
            weights[row, place] = value
    return weights
