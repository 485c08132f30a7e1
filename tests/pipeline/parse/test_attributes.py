import datetime

import pyarrow as pa
import pytest

from pipeline.parse.attributes import attribute_values


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["gown", "body type", " a "], ["gown", "body type", " a "]),
        ([None, "", "  ", "a\nb", "a\x00", "c"], [None] * 5 + ["c"]),
        # As ids: one number, one text.
        ([14, None, 2**60], ["14", None, str(2**60)]),
        ([14.0, 7.5, float("nan")], ["14", "7.5", None]),
    ],
)
def test_text_and_numbers_as_text(values, expected):
    assert attribute_values(pa.array(values)).to_pylist() == expected


@pytest.mark.parametrize(
    "values",
    [
        [True, False],
        [["a"], []],
        [{"a": 1}, None],
        [datetime.date(2016, 4, 20)] * 2,
        [None, None],
    ],
    ids=str,
)
def test_anything_else_is_no_value(values):
    found = attribute_values(pa.array(values))
    assert found.type == pa.string()
    assert found.to_pylist() == [None, None]


def test_a_column_of_repeated_text():
    values = pa.array(["a", "b", "a", None]).dictionary_encode()
    assert attribute_values(values).to_pylist() == ["a", "b", "a", None]
