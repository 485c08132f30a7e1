import math
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.parse.ids import NotAScalarError, as_text, check_ids, text_of


@pytest.mark.parametrize(
    "value", [2260466, "2260466", 2260466.0, Decimal("2260466.00"), np.int32(2260466)]
)
def test_number_and_text_are_one_id(value):
    assert text_of(value) == "2260466"


@pytest.mark.parametrize("kind", [pa.int32(), pa.uint64(), pa.float64(), pa.string()])
def test_column_of_any_type_has_the_same_ids(kind):
    column = pa.array([2260466, None, 7]).cast(kind)
    assert as_text(column).to_pylist() == ["2260466", None, "7"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("007", "007"),
        (" a ", " a "),
        ("", ""),
        (None, None),
        (math.nan, None),
        (-0.0, "0"),
        (1.5, "1.5"),
        (-3, "-3"),
        (2**80, "1208925819614629174706176"),
        (1e22, "10000000000000000000000"),
        (Decimal("12345678901234567890123.5"), "12345678901234567890123.5"),
        (Decimal(f"{'1' * 40}.250"), f"{'1' * 40}.25"),
    ],
)
def test_canonical_text(value, text):
    assert text_of(value) == text


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (True, "is true or false"),
        (np.bool_(False), "is true or false"),
        ([1], "is a list, not text or a number"),
        ({"id": 1}, "is a dict, not text or a number"),
        (math.inf, "is not a finite number"),
        (-math.inf, "is not a finite number"),
        (Decimal("Infinity"), "is not a finite number"),
    ],
)
def test_other_values_are_refused(value, message):
    with pytest.raises(NotAScalarError, match=message):
        text_of(value)


@pytest.mark.parametrize(
    "column",
    [pa.array([True]), pa.array([[1]]), pa.array([{"id": 1}]), pa.array([b"a"])],
    ids=lambda column: str(column.type),
)
def test_column_of_other_types_is_refused(column):
    with pytest.raises(NotAScalarError, match="not text or numbers"):
        as_text(column)


def test_whole_decimals_beyond_floats_keep_every_digit():
    column = pa.array([Decimal(9007199254740993), None], pa.decimal128(38, 0))
    assert as_text(column).to_pylist() == ["9007199254740993", None]


@st.composite
def columns(draw):
    kind, values = draw(
        st.sampled_from(
            [
                (pa.string(), st.text()),
                (pa.large_string(), st.text()),
                (pa.string_view(), st.text()),
                (pa.int64(), st.integers(-(2**63), 2**63 - 1)),
                (pa.uint64(), st.integers(0, 2**64 - 1)),
                (pa.float64(), st.floats(allow_infinity=False)),
                (pa.float32(), st.floats(width=32, allow_infinity=False)),
                (
                    pa.decimal128(38, 4),
                    st.decimals(-(10**30), 10**30, places=4),
                ),
                (pa.null(), st.none()),
            ]
        )
    )
    return pa.array(draw(st.lists(st.none() | values)), kind)


@given(columns(), st.booleans())
def test_ids_of_a_column_are_those_of_its_values(column, encode):
    expected = [text_of(value) for value in column.to_pylist()]
    if encode and not pa.types.is_string_view(column.type):
        column = column.dictionary_encode()
    found = as_text(column)
    assert found.type == pa.string()
    assert found.to_pylist() == expected


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_text_of_a_number_names_that_number_and_no_other(number):
    assert float(text_of(number)) == number


def test_blank_ids_are_missing():
    ids = pa.array(["a", "", " ", "\t\n", "\u00a0", "\u3000", None])
    missing, invalid = check_ids(ids)
    assert missing.tolist() == [False, *[True] * 6]
    assert not invalid.any()


@pytest.mark.parametrize(
    "character",
    [*"\0\a\b\t\n\v\f\r\x1b\x1f\x7f\x80\x85\x9f", "\u2028", "\u2029"],
    ids=repr,
)
def test_control_characters_and_line_breaks_are_invalid(character):
    missing, invalid = check_ids(pa.array(["fine", f"a{character}b"]))
    assert not missing.any()
    assert invalid.tolist() == [False, True]


@pytest.mark.parametrize(
    "text", ["a b", "a\u00a0b", "\u00e9", "\U0001f9f5", "\u200b", "-", "a\u3000b"]
)
def test_other_characters_are_allowed(text):
    missing, invalid = check_ids(pa.array([text]))
    assert not missing.any()
    assert not invalid.any()


@given(st.lists(st.none() | st.text(max_size=3)))
def test_every_usable_id_is_one_line_of_a_vocabulary(ids):
    missing, invalid = check_ids(pa.array(ids, pa.string()))
    usable = [text for text, bad in zip(ids, missing | invalid, strict=True) if not bad]
    assert all(text.splitlines() == [text] and text.strip() for text in usable)


def test_no_ids():
    missing, invalid = check_ids(pa.array([], pa.string()))
    assert len(missing) == len(invalid) == 0
