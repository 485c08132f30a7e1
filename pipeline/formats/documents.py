"""JSON files that are one document: an array of records, or pandas' columns."""

import io
import json
from collections.abc import Sequence
from typing import Any

import pandas as pd

from pipeline.formats.lines import rows_of_records
from pipeline.parse.rows import NOT_JSON, Reject, Rows
from schemas.errors import UserError


def parse_array(data: bytes, fields: Sequence[str], path: str) -> Rows:
    """Parses an array of records; places are indices in the array.

    Raises:
      UserError: the file is not a JSON array.
    """
    try:
        entries = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise UserError(
            f"{path} is not a JSON array of records ({error}); if it holds one record "
            "a line, use --input_format jsonl."
        ) from error
    if not isinstance(entries, list):
        raise UserError(
            f"{path} is JSON but not an array of records; --input_format columns reads "
            "what pandas' to_json writes."
        )
    records = []
    rejects = []
    for place, entry in enumerate(entries):
        text = json.dumps(entry, ensure_ascii=False)
        if isinstance(entry, dict):
            records.append((place, entry, text))
        else:
            rejects.append(Reject(place, NOT_JSON, "is not an object", text))
    return rows_of_records(records, fields, len(entries), rejects)


def parse_columns(data: bytes, fields: Sequence[str], path: str) -> Rows:
    """Parses the columns that `DataFrame.to_json()` writes; places count rows.

    Raises:
      UserError: the file is no such JSON, or lacks a needed column.
    """
    try:
        frame = pd.read_json(
            io.BytesIO(data),
            orient="columns",
            dtype=False,
            convert_dates=False,
            convert_axes=False,
        )
    except (ValueError, AttributeError, TypeError) as error:
        raise UserError(
            f"{path} is not the column-oriented JSON of pandas ({error}); if it holds "
            "one record a line, use --input_format jsonl."
        ) from error
    check_fields(fields, [str(name) for name in frame.columns], path)
    values = {name: frame[name].tolist() for name in fields}
    records: list[tuple[int, dict[str, Any], str]] = []
    for place in range(len(frame)):
        record = {name: values[name][place] for name in fields}
        text = json.dumps(record, ensure_ascii=False, default=str)
        records.append((place, record, text))
    return rows_of_records(records, fields, len(frame))


def check_fields(fields: Sequence[str], found: Sequence[str], path: str) -> None:
    """Raises `UserError` unless all of `fields` are among the `found` columns."""
    absent = [name for name in fields if name not in found]
    if absent:
        shown = ", ".join(found[:20]) + (", ..." if len(found) > 20 else "")
        raise UserError(
            f"{path} has no field `{absent[0]}`; its fields are: {shown}. Choose a "
            "--schema that fits, or name the fields with --user_field, --item_field "
            "and --date_field."
        )
