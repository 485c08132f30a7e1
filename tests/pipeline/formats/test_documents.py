import json

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.formats.documents import parse_array, parse_columns
from pipeline.parse.rows import NOT_JSON
from schemas.errors import UserError

FIELDS = ("user", "item")


def rows_of(rows):
    columns = [rows.fields[name].to_pylist() for name in FIELDS]
    return list(zip(rows.places.tolist(), *columns, strict=True))


def test_array_of_records():
    data = json.dumps(
        [
            {"user": 2260466, "item": "007", "other": [1]},
            {"item": 2260466.0, "user": None},
            {},
        ]
    ).encode()
    rows = parse_array(data, FIELDS, "p")
    assert rows_of(rows) == [
        (0, "2260466", "007"),
        (1, None, "2260466"),
        (2, None, None),
    ]
    assert rows.num_lines == 3
    assert rows.text([2, 0]) == ["{}", '{"user": 2260466, "item": "007", "other": [1]}']


def test_entries_that_are_no_records_are_rejected_with_their_places():
    data = '[{"user": 1}, 5, null, "\\ud800", ["\u00e9"], {"user": true}]'.encode()
    rows = parse_array(data, FIELDS, "p")
    assert [(r.row, r.reason, r.text) for r in rows.rejects] == [
        (1, NOT_JSON, "5"),
        (2, NOT_JSON, "null"),
        (3, NOT_JSON, '"\\ud800"'),
        (4, NOT_JSON, '["\u00e9"]'),
    ]
    assert rows_of(rows) == [(0, "1", None), (5, None, None)]
    assert rows.wrong == {"user": {1: "is true or false, not text or a number"}}
    assert rows.num_lines == 6


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", r"p is not a JSON array of records \(.*use --input_format jsonl"),
        (b"[1, 2", r"p is not a JSON array of records \("),
        (b'{"user": 1}\n{"user": 2}', "p is not a JSON array .*--input_format jsonl"),
        (b'[{"user": "\xff"}]', "p is not a JSON array of records .*utf-8"),
        (b'{"user": {"0": 1}}', "p is JSON but not an array .*--input_format columns"),
        (b"[" * 100_000, "p is not a JSON array of records"),
    ],
)
def test_what_is_no_array_is_one_sentence(data, message):
    with pytest.raises(UserError, match=message):
        parse_array(data, FIELDS, "p")


def test_columns_of_pandas():
    frame = pd.DataFrame(
        {"other": [1.5, 2], "user": ["007", None], "item": [2260466, 7]},
        index=[10, 9],
    )
    rows = parse_columns(frame.to_json().encode(), FIELDS, "p")
    assert rows_of(rows) == [(0, "007", "2260466"), (1, None, "7")]
    assert rows.num_lines == 2
    assert rows.text([1]) == ['{"user": null, "item": 7}']


def test_long_numbers_beside_a_null_keep_every_digit():
    data = b'{"user": {"0": 9007199254740993, "1": null}, "item": {"0": 1, "1": 2}}'
    assert rows_of(parse_columns(data, FIELDS, "p")) == [
        (0, "9007199254740993", "1"),
        (1, None, "2"),
    ]


def test_values_go_together_by_their_labels():
    data = b'{"user": {"b": 1, "a": 2}, "item": {"a": 3, "b": 4, "c": 5}}'
    assert rows_of(parse_columns(data, FIELDS, "p")) == [
        (0, "1", "4"),
        (1, "2", "3"),
        (2, None, "5"),
    ]


def test_values_that_are_no_ids():
    data = b'{"user": {"0": [1], "1": true}, "item": {"0": 1, "1": 2}}'
    rows = parse_columns(data, FIELDS, "p")
    assert set(rows.wrong["user"]) == {0, 1}


def test_empty_columns():
    rows = parse_columns(b'{"user": {}, "item": {}}', FIELDS, "p")
    assert (len(rows), rows.num_lines) == (0, 0)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "p is not the column-oriented JSON of pandas .*--input_format jsonl"),
        (b'{"user": {"0": 1}', "p is not the column-oriented JSON of pandas"),
        (b"[1]", "p is JSON but not columns .*--input_format json reads an array"),
        (b'{"user": 1, "item": {}}', "`user` holds no values by row"),
        (b'{"user": {}}', "p has no field `item`; its fields are: `user`. Choose"),
    ],
)
def test_what_is_no_columns_is_one_sentence(data, message):
    with pytest.raises(UserError, match=message):
        parse_columns(data, FIELDS, "p")


values = st.none() | st.text(max_size=3) | st.integers(-(2**70), 2**70)


@given(st.lists(st.tuples(values, values)))
def test_both_forms_hold_the_same_rows(table):
    records = [dict(zip(FIELDS, row, strict=True)) for row in table]
    columns = {
        name: {str(i): row[name] for i, row in enumerate(records)} for name in FIELDS
    }
    array = parse_array(json.dumps(records).encode(), FIELDS, "p")
    by_column = parse_columns(json.dumps(columns).encode(), FIELDS, "p")
    assert rows_of(array) == rows_of(by_column)
    assert array.num_lines == by_column.num_lines == len(table)
