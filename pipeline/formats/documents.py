"""JSON files that are one document: an array of records, or pandas' columns."""

import json
from collections.abc import Sequence
from typing import Any

from pipeline.formats.lines import printable, rows_of_records
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
            detail = "is not an object"
            rejects.append(Reject(place, NOT_JSON, detail, printable(text)))
    return rows_of_records(records, fields, len(entries), rejects)


def parse_columns(data: bytes, fields: Sequence[str], path: str) -> Rows:
    """Parses the columns that `DataFrame.to_json()` writes; places count rows.

    pandas itself would read them with floats for whole numbers beside a null, which
    changes long ids.

    Raises:
      UserError: the file is no such JSON, or lacks a needed column.
    """
    advice = "if it holds one record a line, use --input_format jsonl."
    try:
        columns = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise UserError(
            f"{path} is not the column-oriented JSON of pandas ({error}); {advice}"
        ) from error
    if not isinstance(columns, dict):
        raise UserError(
            f"{path} is JSON but not columns as pandas' to_json writes them; "
            "--input_format json reads an array of records."
        )
    check_fields(fields, list(columns), path)
    for name in fields:
        if not isinstance(columns[name], dict):
            raise UserError(
                f"{path} is not the column-oriented JSON of pandas (`{name}` holds no "
                f"values by row); {advice}"
            )
    # Rows are labelled; the order of the labels is that of the rows.
    labels = dict.fromkeys(label for name in fields for label in columns[name])
    records: list[tuple[int, dict[str, Any], str]] = []
    for place, label in enumerate(labels):
        record = {name: columns[name].get(label) for name in fields}
        records.append((place, record, json.dumps(record, ensure_ascii=False)))
    return rows_of_records(records, fields, len(records))


def check_fields(fields: Sequence[str], found: Sequence[str], path: str) -> None:
    """Raises `UserError` unless each of `fields` is one of the `found` columns."""
    absent = [name for name in fields if name not in found]
    if absent:
        shown = ", ".join(found[:20]) + (", ..." if len(found) > 20 else "")
        raise UserError(
            f"{path} has no field `{absent[0]}`; its fields are: {shown}. Choose a "
            "--schema that fits, or name the fields with --user_field, --item_field, "
            "--date_field and --rating_field."
        )
    repeated = [name for name in fields if found.count(name) > 1]
    if repeated:
        raise UserError(
            f"{path} has more than one field `{repeated[0]}`; rename all but one."
        )
