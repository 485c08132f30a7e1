"""Attributes of JSON lines: of any types, and no other field is read differently."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.formats.json_lines import JsonLinesParser
from pipeline.parse.attributes import attribute_values
from pipeline.parse.ids import NotAScalarError, text_of
from tests.pipeline.formats.test_json_lines import FIELDS, flat, line_of, parse

ATTRIBUTES = ("category", "size")


def parse_with_attributes(data):
    """Returns what `parse` does, and the attributes of each row."""
    pieces = list(JsonLinesParser(FIELDS, frozenset(), ATTRIBUTES).parse(data))
    found = [
        dict(zip(ATTRIBUTES, values, strict=True))
        for piece in pieces
        for values in zip(
            *(attribute_values(piece.fields[name]).to_pylist() for name in ATTRIBUTES),
            strict=True,
        )
    ]
    return flat(pieces), found


def attribute_of(value):
    """Does what `attribute_values` does, for one value."""
    try:
        text = text_of(value)
    except NotAScalarError:
        return None
    return text if text and text.strip() and text.isprintable() else None


ANY_VALUE = st.one_of(
    st.none(),
    st.sampled_from(["gown", "", " ", "a\nb", "é"]),
    st.integers(-5, 2**60),
    st.floats(-100, 100),
    st.booleans(),
    st.lists(st.integers(), max_size=2),
    st.just({"a": {"b": 1}}),
)


@given(
    st.lists(
        st.tuples(st.sampled_from(["u", 7, None]), ANY_VALUE, ANY_VALUE), max_size=6
    )
)
def test_attributes_of_any_mix_of_types_leave_the_other_fields_alone(rows):
    data = b"".join(
        json.dumps(
            {"user": user, "item": "i", "date": "d", "category": one, "size": other}
        ).encode()
        + b"\n"
        for user, one, other in rows
    )
    found, attributes = parse_with_attributes(data)
    assert found == parse(data)
    assert attributes == [
        {"category": attribute_of(one), "size": attribute_of(other)}
        for _, one, other in rows
    ]


@pytest.mark.parametrize(
    "line",
    [
        b'{"user": "u", "size": 1, "size": 2}',
        b'{"user": "u", "size": "\xff"}',
        b'{"user": "u", "size": NaN}',
        b'{"user": "u", "size": ' + b"[" * 5000 + b"]" * 5000 + b"}",
        b'{"user": "u", "size": ' + b"9" * 5000 + b"}",
        b'{"user": "u"} {"user": "v", "size": 3}',
        b'{"user": "u", "size": 4,}',
        b'null\n{"user": "u", "size": 4}',
    ],
    ids=lambda line: line[:40].decode(errors="replace"),
)
def test_odd_attributes_refuse_no_row_that_is_read_without_them(line):
    data = line_of("a", "b", "c") + line + b"\n" + line_of("d", "e", "f")
    assert parse_with_attributes(data)[0] == parse(data)


def test_types_of_attributes_are_learned_from_block_to_block():
    parser = JsonLinesParser(FIELDS, frozenset(), ATTRIBUTES)
    numbers = b'{"user": "u", "category": "gown", "size": 4}\n'
    texts = b'{"user": "u", "size": "M"}\n'
    for data, expected in ((numbers, "4"), (texts, "M"), (numbers, "4")):
        (piece,) = parser.parse(data)
        assert attribute_values(piece.fields["size"]).to_pylist() == [expected]
