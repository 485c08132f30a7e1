"""Durations in words."""

import pytest

from trainer.durations import format_duration


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0, "< 1 ms"),
        (0.0123, "0.012 s"),
        (4.26, "4.3 s"),
        (59.4, "59 s"),
        (59.6, "1 min 0 s"),
        (252, "4 min 12 s"),
        (3599.7, "1 h 0 min"),
        (7384, "2 h 3 min"),
        (90_000, "25 h 0 min"),
    ],
)
def test_two_units_at_most(seconds, text):
    assert format_duration(seconds) == text
