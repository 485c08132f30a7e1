"""Which rows of a text are certainly good, by the standard library alone.

Simple on purpose: it says nothing of rows that are good in a less obvious way.
"""

import csv
import datetime
import json
import re

from pipeline.input.input_files import DELIMITERS
from pipeline.options import ReadOptions
from tests.faults.input.reading import LATEST_DATE, ReadEvent

_MARK = b"\xef\xbb\xbf"
_ID = re.compile(r"[!-~]+( [!-~]+)*")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DAY_MS = 86_400_000
FIELDS = ("user_id", "item_id", "date")


def good_rows(data: bytes, kind: str) -> list[ReadEvent]:
    """Returns rows that a reader must accept, of text that was not cut off anywhere."""
    data = data.removeprefix(_MARK)
    if kind == "jsonl":
        return _of_json_lines(data)
    return _of_delimited(data, DELIMITERS[kind]) if kind in DELIMITERS else []


def num_rows(data: bytes, kind: str, options: ReadOptions) -> int:
    """Returns how many rows there are to accept or to refuse, blank ones left out."""
    data = data.removeprefix(_MARK)
    if kind == "jsonl":
        return sum(bool(line.strip()) for line in data.split(b"\n"))
    if kind == "json":
        return len(json.loads(data))
    if kind == "columns":
        columns = json.loads(data)
        return len({label for name in options.fields for label in columns[name]})
    text = data.decode("utf-8", errors="surrogateescape")
    lines = text.split("\n")[1:]
    if lines and not lines[-1]:
        lines.pop()  # There is none behind the last line break.
    delimiter = DELIMITERS[kind]
    if options.quoted_line_breaks != "no":
        return _num_records([f"{line}\n" for line in lines], delimiter)
    return sum(_num_on_line(line.rstrip("\r"), delimiter) for line in lines)


def _num_on_line(line: str, delimiter: str) -> int:
    if line.count('"') % 2:  # then quotes are only text
        return 1
    return _num_records([line], delimiter)


def _num_records(lines: list[str], delimiter: str) -> int:
    """Returns how many records there are, those that cannot be read included.

    The lines of a record that a stray quote joins count one by one.
    """
    reader = csv.reader((line.replace("\r", "") for line in lines), delimiter=delimiter)
    count = first = 0
    for record in reader:
        part, first = lines[first : reader.line_num], reader.line_num
        try:
            next(csv.reader(part, delimiter=delimiter, strict=len(part) > 1))
        except csv.Error:
            count += sum(bool(line.strip()) for line in part)
        else:
            count += len(record) > 1 or bool("".join(record).strip())
    return count


def _of_json_lines(data: bytes) -> list[ReadEvent]:
    found = []
    for row, line in enumerate(data.split(b"\n"), start=1):
        try:
            record = json.loads(line.decode())
        except (ValueError, RecursionError):
            continue
        if isinstance(record, dict):
            found += _event(row, [record.get(name) for name in FIELDS])
    return found


def _of_delimited(data: bytes, delimiter: str) -> list[ReadEvent]:
    if b'"' in data or b"\r" in data.replace(b"\r\n", b""):
        return []
    header, *lines = data.split(b"\n")
    try:
        names = header.decode().rstrip("\r").split(delimiter)
        places = [names.index(name) for name in FIELDS]
    except ValueError:
        return []
    found = []
    for row, line in enumerate(lines, start=2):
        try:
            values = line.decode().rstrip("\r").split(delimiter)
        except UnicodeDecodeError:
            continue
        if len(values) == len(names):
            found += _event(row, [values[place] for place in places])
    return found


def _event(row: int, values: list[object]) -> list[ReadEvent]:
    user, item, date = values
    for value, form in ((user, _ID), (item, _ID), (date, _DATE)):
        if not isinstance(value, str) or not form.fullmatch(value):
            return []
    try:
        day = datetime.date.fromisoformat(str(date))
    except ValueError:
        return []
    if day > LATEST_DATE:
        return []
    moment = (day - datetime.date(1970, 1, 1)).days * _DAY_MS
    return [ReadEvent(row, str(user), str(item), moment)]
