"""Broken JSON: lines, arrays, and the columns of pandas."""

import json

from tests.faults.input.cases import GOOD, Case, ends, line, raw_line, refused

_MARK = b"\xef\xbb\xbf"
_NESTED = b"[" * 100_000 + b"]" * 100_000
_LONG_ID = "x" * 10_000

LINES = [
    refused("half_a_line.jsonl", GOOD + GOOD[:30], 1, not_json=1),
    refused("half_a_line_in_the_middle.jsonl", GOOD[:30] + b"\n" + GOOD, 1, not_json=1),
    refused("a_line_of_nul.jsonl", GOOD + b"\0" * 50 + b"\n" + GOOD, 2, not_json=1),
    refused("nul_behind_an_object.jsonl", GOOD[:-1] + b"\0{}\n" + GOOD, 1, not_json=1),
    refused("nul_inside_text.jsonl", raw_line(b'"a\0b"') + GOOD, 1, not_json=1),
    refused("nul_escaped.jsonl", line(user_id="a\0b") + GOOD, 1, invalid_id=1),
    refused("bad_utf8_in_an_id.jsonl", raw_line(b'"caf\xe9"') + GOOD, 1, invalid_id=1),
    refused("bad_utf8_elsewhere.jsonl", b'{"x": "\xff", ' + GOOD[1:], 1),
    refused("bad_utf8_alone.jsonl", b"\xff\xfa\n" + GOOD, 1, not_json=1),
    refused("byte_order_mark.jsonl", _MARK + GOOD, 1),
    refused("two_byte_order_marks.jsonl", _MARK * 2 + GOOD + GOOD, 1, not_json=1),
    refused("byte_order_mark_inside.jsonl", GOOD + _MARK + GOOD, 1, not_json=1),
    refused("mark_and_null.jsonl", _MARK * 2 + b"null\n" + GOOD, 1, not_json=1),
    refused("carriage_returns.jsonl", GOOD.replace(b"\n", b"\r\n") * 2, 2),
    refused(
        "carriage_returns_alone.jsonl", GOOD.replace(b"\n", b"\r") * 3, 0, not_json=1
    ),
    refused("mixed_line_ends.jsonl", GOOD + GOOD[:-1] + b"\r\n\r\n \n" + GOOD[:-1], 3),
    refused("same_name_twice.jsonl", b'{"user_id": [1], ' + GOOD[1:], 1),
    refused("object_for_an_id.jsonl", line(user_id={"$oid": "5"}), 0, invalid_id=1),
    refused("list_for_an_id.jsonl", line(item_id=["i"]), 0, invalid_id=1),
    refused("truth_for_an_id.jsonl", line(item_id=True), 0, invalid_id=1),
    refused("object_for_a_date.jsonl", line(date={"$date": 5}), 0, invalid_date=1),
    refused("1e400_for_an_id.jsonl", raw_line(b"1e400") + GOOD, 1, invalid_id=1),
    refused("1e400_for_a_date.jsonl", raw_line(date=b"-1e400"), 0, invalid_date=1),
    refused("1e308_for_an_id.jsonl", raw_line(b"1e308"), 1),
    refused("nan_for_an_id.jsonl", raw_line(b"NaN") + GOOD, 1, missing_field=1),
    refused("infinity_for_an_id.jsonl", raw_line(b"-Infinity"), 0, invalid_id=1),
    refused("infinity_that_is_no_json.jsonl", raw_line(b"Inf") + GOOD, 1, not_json=1),
    refused("negative_zeros.jsonl", raw_line(b"-0") + raw_line(b"-0.0"), 2),
    refused(
        "mixed_types.jsonl", b"".join(line(user_id=v) for v in (7, "7", 7.0, 7.5)), 4
    ),
    refused("huge_whole_number.jsonl", raw_line(b"9" * 5000) + GOOD, 2),
    refused("huge_number_elsewhere.jsonl", b'{"x": %s, ' % (b"9" * 5000) + GOOD[1:], 1),
    refused(
        "first_and_last_year.jsonl",
        line(date="0001-01-01") + line(date="9999-12-31"),
        1,
        future_date=1,
    ),
    refused(
        "years_that_are_none.jsonl",
        b"".join(line(date=d) for d in ("0000-01-01", "10000-01-01", "-001-01-01")),
        0,
        invalid_date=3,
    ),
    refused(
        "times_beyond_the_last_year.jsonl",
        line(date="9999-12-31T23:59:59-14:00") + line(date="0001-01-01T00:00+14:00"),
        0,
        invalid_date=2,
    ),
    refused("day_that_is_none.jsonl", line(date="2015-02-29"), 0, invalid_date=1),
    refused("day_that_is_a_number.jsonl", line(date=20160420), 0, invalid_date=1),
    refused(
        "now_for_a_date.jsonl", line(date="now") + line(date="NaT"), 0, invalid_date=2
    ),
    refused("ids_of_10_kb.jsonl", line(user_id=_LONG_ID, item_id=_LONG_ID), 1),
    refused(
        "empty_strings.jsonl",
        line(user_id="") + line(item_id=" ") + line(date=""),
        0,
        missing_field=3,
    ),
    refused("nothing_in_an_object.jsonl", b"{}\n" + GOOD, 1, missing_field=1),
    refused("null_for_an_id.jsonl", line(user_id=None) + GOOD, 1, missing_field=1),
    refused("half_a_surrogate.jsonl", raw_line(b'"\\ud800"') + GOOD, 1, invalid_id=1),
    refused(
        "other_half_of_a_surrogate.jsonl", raw_line(b'"\\udc00x"'), 0, invalid_id=1
    ),
    refused("surrogate_elsewhere.jsonl", b'{"x": "\\udfff", ' + GOOD[1:], 1),
    refused("line_break_in_an_id.jsonl", line(item_id="a\nb\u2028"), 0, invalid_id=1),
    refused("nested_elsewhere.jsonl", b'{"x": %s, ' % _NESTED + GOOD[1:] + GOOD, 2),
    refused("nested_for_an_id.jsonl", raw_line(_NESTED) + GOOD, 1, not_json=1),
    refused("null_lines.jsonl", b"null\n" + GOOD + b" null{}\r\n", 1, not_json=2),
    refused("null_between_objects.jsonl", GOOD[:-1] + b"\tnull " + GOOD, 0, not_json=1),
    refused(
        "null_behind_a_carriage_return.jsonl", GOOD[:-1] + b"\rnull{}\n", 0, not_json=1
    ),
    refused("scalars.jsonl", b'5\ntrue\n"text"\n[]\n-\n', 0, not_json=5),
    refused("arrays.jsonl", b'["u", "i", "2016-04-20"]\n' + GOOD, 1, not_json=1),
    refused("two_objects_on_a_line.jsonl", GOOD[:-1] + GOOD, 0, not_json=1),
    refused(
        "an_object_over_lines.jsonl",
        json.dumps(json.loads(GOOD), indent=1).encode(),
        0,
        not_json=5,
    ),
    refused("quotes_of_python.jsonl", GOOD.replace(b'"', b"'"), 0, not_json=1),
    refused("comma_at_the_end.jsonl", GOOD[:-1] + b",\n" + GOOD, 1, not_json=1),
    refused(
        "csv_inside.jsonl", b"user_id,item_id,date\nu,i,2016-04-20\n", 0, not_json=2
    ),
    refused("noise.jsonl", bytes(range(254, -1, -1)) * 3, 0, not_json=4),
    refused(
        "fields_by_the_thousand.jsonl", line(**{f"x{i}": i for i in range(10_000)}), 1
    ),
    refused("blank_lines.jsonl", b"\n\r\n \t\n\x0b\n\n", 0),
    refused("empty.jsonl", b"", 0),
    refused("mark_alone.jsonl", _MARK, 0),
    refused(
        "line_of_17_mb.jsonl",
        lambda: GOOD + b"x" * (17 << 20) + b"\n" + GOOD,
        2,
        not_json=1,
    ),
    ends(
        "field_that_no_row_has.jsonl",
        GOOD.replace(b"user_id", b"user") * 100,
        r"has no field `user_id`; its fields are: `user`, `item_id`, `date`\. Choose",
    ),
    ends("utf16.jsonl", GOOD.decode().encode("utf-16"), "not UTF-8 but UTF-16 .*iconv"),
]

DOCUMENTS = [
    refused(
        "entries_that_are_none.json", b'[5, null, [], %s, "x"]' % GOOD, 1, not_json=4
    ),
    refused("empty_array.json", b" [ ]\n", 0),
    refused("empty.json", b"", 0),
    refused("ids_that_are_none.json", b"[%s]" % raw_line(b"[{}]"), 0, invalid_id=1),
    refused(
        "surrogates.json", b"[%s,%s]" % (raw_line(b'"\\ud800"'), GOOD), 1, invalid_id=1
    ),
    refused("huge_number.json", b"[%s]" % raw_line(b"9" * 5000), 1),
    refused(
        "nan.json",
        b"[%s,%s]" % (raw_line(b"NaN"), raw_line(b"1e400")),
        0,
        missing_field=1,
        invalid_id=1,
    ),
    refused("same_name_twice.json", b'[{"user_id": null, %s]' % GOOD[1:], 1),
    refused("one_object.json", GOOD, 1),
    ends("cut.json", b"[%s,%s" % (GOOD, GOOD[:20]), "is not a JSON array of records "),
    ends("comma_at_the_end.json", b"[%s,]" % GOOD, "is not a JSON array of records "),
    ends("text_behind.json", b"[%s] []" % GOOD, r"is not a JSON array .*Extra data"),
    ends("bad_utf8.json", b"[%s]" % raw_line(b'"\xff"'), "is not a JSON array .*utf-8"),
    ends("nested.json", b"[%s]" % _NESTED, r"is not a JSON array .*nested too deeply"),
    ends("utf16.json", b"\xff\xfe[\0]\0", "not UTF-8 but UTF-16"),
    Case(
        "object_for_an_array.json",
        b'{"user_id": 5}',
        sentence="is JSON but not an array of records; --input_format columns reads",
        changes={"input_format": "json"},
    ),
    refused(
        "columns_of_unequal_length.json",
        b'{"user_id": {"0": "u", "1": "v"}, "item_id": {"0": "i"}, "date": {}}',
        0,
        missing_field=2,
    ),
    refused(
        "columns_of_nested_values.json",
        b'{"user_id": {"0": {}}, "item_id": {"0": 1}, "date": {"0": "2016-04-20"}}',
        0,
        invalid_id=1,
    ),
    refused(
        "columns_without_rows.json", b'{"user_id": {}, "item_id": {}, "date": {}}', 0
    ),
    ends("columns_cut.json", b'{"user_id": {"0": "u"', "not the column-oriented JSON"),
    ends(
        "columns_of_another_schema.json",
        b'{"user": {"0": 1}, "item_id": {"0": 1}, "date": {"0": "2016-04-20"}}',
        "has no field `user_id`; its fields are: `user`, `item_id`, `date`",
    ),
    ends(
        "columns_that_are_lists.json",
        b'{"user_id": {"0": 1}, "item_id": ["i"], "date": {}}',
        "`item_id` holds no values by row",
    ),
]
