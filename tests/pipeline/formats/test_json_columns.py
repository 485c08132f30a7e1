"""Blocks of JSON lines that are columns at once, and are not read line by line."""

import pytest

from pipeline.formats import json_lines
from pipeline.formats.json_lines import JsonLinesParser
from tests.pipeline.formats.test_json_lines import FIELDS, flat, line_of, parse_by_line


def test_fields_of_floats_are_columns_and_not_parsed_line_by_line():
    # As pandas writes a column of whole numbers that has a gap.
    data = b"".join(line_of(float(n), 1.5 if n % 2 else None, n) for n in range(99))
    (piece,) = JsonLinesParser(FIELDS, frozenset()).parse(data)
    assert [str(piece.fields[name].type) for name in FIELDS] == [
        "double",
        "double",
        "int64",
    ]
    assert flat([piece]) == parse_by_line(data)


@pytest.mark.parametrize("line_break", [b"\n", b"\r\n"])
def test_lines_of_whole_objects_are_not_looked_at_one_by_one(monkeypatch, line_break):
    data = (line_of("u", "i", "d") * 9).replace(b"\n", line_break)
    expected = parse_by_line(data)
    (piece,) = JsonLinesParser(FIELDS, frozenset()).parse(data)
    assert flat([piece]) == expected

    def numbered_lines(data):
        raise AssertionError("each line was looked at")

    monkeypatch.setattr(json_lines, "numbered_lines", numbered_lines)
    assert [len(p) for p in JsonLinesParser(FIELDS, frozenset()).parse(data)] == [9]
