import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.formats.json_lines import SMALLEST_PIECE_BYTES, JsonLinesParser
from pipeline.parse.ids import NotAScalarError, as_text, text_of
from pipeline.parse.rows import NOT_JSON

FIELDS = ("user", "item", "date")


def parse(data, numeric=()):
    """Returns rows as (place, values, what is wrong), rejects, and places in all."""
    parser = JsonLinesParser(FIELDS, frozenset(numeric))
    return flat(parser.parse(data))


def flat(pieces):
    rows, rejects, lines = [], [], 0
    for piece in pieces:
        lines += piece.num_lines
        rejects += [(r.row, r.reason, r.text) for r in piece.rejects]
        columns = [as_text(piece.fields[name]).to_pylist() for name in FIELDS]
        texts = piece.text(range(len(piece)))
        for index, place in enumerate(piece.places.tolist()):
            values = tuple(column[index] for column in columns)
            wrong = {
                name: piece.wrong[name][index]
                for name in FIELDS
                if index in piece.wrong.get(name, {})
            }
            rows.append((place, values, wrong, texts[index]))
    return rows, rejects, lines


def parse_by_line(data):
    """Does what `parse` does, a line at a time with Python's own parser."""
    rows, rejects = [], []
    lines = data.split(b"\n")
    for place, line in enumerate(lines):
        if not line.strip():
            continue
        text = line.rstrip(b"\r").decode(errors="surrogateescape")
        shown = text.encode(errors="backslashreplace").decode()
        try:
            record = json.loads(text)
        except ValueError:
            rejects.append((place, NOT_JSON, shown))
            continue
        if not isinstance(record, dict):
            rejects.append((place, NOT_JSON, shown))
            continue
        values, wrong = [], {}
        for name in FIELDS:
            try:
                value = text_of(record.get(name))
                (value or "").encode()
            except NotAScalarError as error:
                value, wrong[name] = None, str(error)
            except UnicodeEncodeError:
                value, wrong[name] = None, "is not UTF-8"
            values.append(value)
        rows.append((place, tuple(values), wrong, shown))
    return rows, rejects, len(lines) - (not lines[-1])


def line_of(*values):
    return json.dumps(dict(zip(FIELDS, values, strict=False))).encode() + b"\n"


def values_of(data, numeric=()):
    return [values for _, values, _, _ in parse(data, numeric)[0]]


@pytest.mark.parametrize("numeric", [(), ("user",), FIELDS])
def test_numbers_and_text_in_any_mix_are_the_same_ids(numeric):
    data = (
        line_of(2260466, "007", "2016-04-20")
        + line_of("2260466", 7, 1461110400)
        + line_of(2260466.0, 7.5, None)
        + line_of(2**70, -(2**70), "")
    )
    assert values_of(data, numeric) == [
        ("2260466", "007", "2016-04-20"),
        ("2260466", "7", "1461110400"),
        ("2260466", "7.5", None),
        (str(2**70), str(-(2**70)), ""),
    ]


def test_big_numbers_keep_every_digit_beside_fractions():
    data = line_of(2**53 + 1, 1, "d") + line_of(1.5, 1, "d")
    assert values_of(data, ["user"])[0] == ("9007199254740993", "1", "d")


def test_blank_lines_keep_their_places():
    data = b"\n" + line_of("u", "i", "d") + b"  \r\n\t\n" + line_of("v", "j", "e")
    rows, rejects, lines = parse(data)
    assert [place for place, _, _, _ in rows] == [1, 4]
    assert (rejects, lines) == ([], 5)


def test_carriage_returns_and_a_missing_last_line_break():
    data = b'{"user": "u", "item": "i\\r", "date": "d"}\r\n{"user": "v"}'
    rows, rejects, lines = parse(data)
    assert rows == [
        (0, ("u", "i\r", "d"), {}, '{"user": "u", "item": "i\\r", "date": "d"}'),
        (1, ("v", None, None), {}, '{"user": "v"}'),
    ]
    assert (rejects, lines) == ([], 2)


@pytest.mark.parametrize("data", [b"", b"\n", b" \n\r\n"])
def test_no_rows(data):
    assert parse(data) == ([], [], data.count(b"\n"))


@pytest.mark.parametrize(
    "line",
    [
        b"{",
        b"nonsense",
        b"[1, 2]",
        b"3",
        b"null",
        b'"text"',
        b'{"user": "u"} trailing',
        b'{"user": "u"},',
        b'{"user": "u"}{"user": "v"}',
        b'{"user": "u" "item": "i"}',
        b'{"user": 007}',
        b'{"user": "a\x01b"}',
        b'\xef\xbb\xbf{"user": "u"}',
    ],
)
@pytest.mark.parametrize("neighbour", [b"", b"\n", line_of("v", "j", "e")])
def test_line_that_is_no_object_is_rejected_with_its_place_and_text(line, neighbour):
    data = line_of("u", "i", "d") + line + b"\n" + neighbour
    rows, rejects, lines = parse(data)
    assert [place for place, _, _, _ in rows] == ([0, 2] if neighbour[1:] else [0])
    text = line.decode()
    assert rejects == [(1, NOT_JSON, text)]
    assert lines == 2 + bool(neighbour)


@pytest.mark.parametrize("before", [b"", b"\n \t", b'{"user": "u"}\n' * 9 + b"\r\n "])
@pytest.mark.parametrize("line", [b"null", b"nullify", b"null{}"])
def test_null_at_the_start_of_a_piece_does_not_end_the_process(before, line):
    data = before + line + b"\n" + line_of("v", "j", "e")
    rows, rejects, _ = parse(data)
    place = before.count(b"\n")
    assert [reason for _, reason, _ in rejects] == [NOT_JSON]
    assert (rejects[0][0], rows[-1][0]) == (place, place + 1)


def test_object_over_several_lines_is_not_one_a_line():
    data = b'{"user": "u",\n"item": {}}\n{"user": "v"}{"user": "w"}\n'
    rows, rejects, _ = parse(data)
    assert rows == []
    assert [place for place, _, _ in rejects] == [0, 1, 2]


@pytest.mark.parametrize(
    ("value", "what"),
    [
        ("[1]", "is a list, not text or a number"),
        ('{"$oid": "5"}', "is a dict, not text or a number"),
        ("true", "is true or false, not text or a number"),
        ("Infinity", "is not a finite number"),
        ("1e999", "is not a finite number"),
        ('"\\ud800"', "is not UTF-8"),
        ('"\xff"', "is not UTF-8"),
    ],
)
@pytest.mark.parametrize("numeric", [(), FIELDS])
def test_value_that_is_no_id_is_told_of_its_own_row_alone(value, what, numeric):
    line = f'{{"user": {value}, "item": "i", "date": "d"}}\n'.encode("latin-1")
    rows, rejects, _ = parse(line_of("u", 1, 1.5) + line, numeric)
    assert rejects == []
    assert [(values, wrong) for _, values, wrong, _ in rows] == [
        (("u", "1", "1.5"), {}),
        ((None, "i", "d"), {"user": what}),
    ]


def test_not_a_number_is_missing():
    assert values_of(b'{"user": NaN, "item": "i", "date": "d"}\n') == [(None, "i", "d")]


def test_fields_that_are_not_needed_may_hold_anything():
    data = (
        b'{"user": "u", "other": [{"a": 1}, true]}\n'
        b'{"user": "v", "other": "\xff"}\n'
        b'{"user": "w", "other": 1e999}\n'
    )
    assert [user for user, _, _ in values_of(data)] == ["u", "v", "w"]


def test_last_of_two_equal_names_counts():
    assert values_of(b'{"user": "u", "user": "v"}\n') == [("v", None, None)]


def test_text_of_bad_bytes_can_be_written():
    _, rejects, _ = parse(b"caf\xe9\n")
    assert rejects == [(0, NOT_JSON, "caf\\udce9")]


def test_types_that_fitted_last_are_tried_first():
    parser = JsonLinesParser(FIELDS, frozenset())
    for value in (1, "u", 2, "v"):
        (piece,) = parser.parse(line_of(value, "i", "d"))
        assert as_text(piece.fields["user"]).to_pylist() == [str(value)]


def test_one_bad_row_does_not_take_the_block_from_arrow():
    good = line_of("u", "i", "d" * 500)
    count = 3 * SMALLEST_PIECE_BYTES // len(good)
    data = good * count + b"bad\n" + good * count
    pieces = list(JsonLinesParser(FIELDS, frozenset()).parse(data))
    assert len(pieces) > 2
    rows, rejects, lines = flat(pieces)
    assert [place for place, _, _, _ in rows] == [
        place for place in range(2 * count + 1) if place != count
    ]
    assert rejects == [(count, NOT_JSON, "bad")]
    assert lines == 2 * count + 1


def test_line_longer_than_a_piece():
    long = line_of("u" * SMALLEST_PIECE_BYTES, "i", "d")
    rows, rejects, lines = parse(b"bad\n" + long + long + b"worse")
    assert [place for place, _, _, _ in rows] == [1, 2]
    assert [place for place, _, _ in rejects] == [0, 3]
    assert lines == 4


scalars = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=4),
    st.integers(-9, 9),
    st.integers(-(2**70), 2**70),
    st.integers(2**53 - 2, 2**53 + 2),
    st.floats(),
    st.none(),
    st.booleans(),
    st.lists(st.integers(), max_size=2),
    st.just({"a": {}}),
)
objects = st.dictionaries(st.sampled_from([*FIELDS, "other"]), scalars)
compact = objects.map(lambda v: json.dumps(v, separators=(",", ":")).encode())
spaced = objects.map(lambda v: f" {json.dumps(v, ensure_ascii=False)} ".encode())
lines_of_text = st.one_of(
    compact,
    compact,
    spaced,
    st.tuples(compact, compact).map(b"".join),
    st.sampled_from(
        [b"", b" ", b"\t", b"{", b"}", b"[]", b"1", b'{"a":{}', b',"b":1}']
    ),
    st.binary(max_size=6).filter(lambda b: b"\n" not in b),
)
numeric_fields = st.sets(st.sampled_from(FIELDS))


@st.composite
def blocks(draw, lines=lines_of_text, min_size=0):
    parts = draw(st.lists(lines, min_size=min_size))
    ends = [draw(st.sampled_from([b"\n", b"\n", b"\r\n"])) for _ in parts]
    data = b"".join(a + b for a, b in zip(parts, ends, strict=True))
    return data.removesuffix(b"\n") if draw(st.booleans()) else data


@given(blocks(), numeric_fields)
def test_a_block_is_read_as_its_lines_are(data, numeric):
    assert parse(data, numeric) == parse_by_line(data)


@given(blocks(st.one_of(compact, spaced)), numeric_fields)
def test_a_block_of_objects_is_read_as_its_lines_are(data, numeric):
    assert parse(data, numeric) == parse_by_line(data)


pad = b" " * (SMALLEST_PIECE_BYTES // 6)


@given(blocks(st.one_of(compact, compact, lines_of_text).map(pad.__add__), min_size=6))
def test_pieces_of_a_block_are_read_as_its_lines_are(data):
    assert parse(data) == parse_by_line(data)
