"""JSON files that are one document: an array of records, or pandas' columns."""

from collections.abc import Sequence
from typing import Any

from pipeline.formats.lines import printable, rows_of_records
from pipeline.formats.needed_fields import check_fields
from pipeline.parse.rows import NOT_JSON, Reject, Rows
from schemas.errors import UserError
from schemas.json_values import json_text, parse_json

_ADVICE = "if it holds one record a line, use --input_format jsonl."


def parse_array(data: bytes, fields: Sequence[str], path: str) -> Rows:
    """Parses an array of records; places are indices in the array.

    Raises:
      UserError: the file is not a JSON array.
    """
    entries = _parse(data, f"{path} is not a JSON array of records")
    if not isinstance(entries, list):
        raise UserError(
            f"{path} is JSON but not an array of records; --input_format columns reads "
            "what pandas' to_json writes."
        )
    records = []
    rejects = []
    for place, entry in enumerate(entries):
        text = json_text(entry)
        if isinstance(entry, dict):
            records.append((place, entry, text))
        else:
            detail = "is not an object"
            rejects.append(Reject(place, NOT_JSON, detail, printable(text)))
    return rows_of_records(records, fields, len(entries), rejects)


def parse_columns(
    data: bytes, fields: Sequence[str], path: str, attributes: Sequence[str] = ()
) -> Rows:
    """Parses the columns that `DataFrame.to_json()` writes; places count rows.

    pandas itself would read them with floats for whole numbers beside a null, which
    changes long ids.

    Args:
      data: the file.
      fields: the needed columns.
      path: the file's path.
      attributes: those of them that --item_fields names.

    Raises:
      UserError: the file is no such JSON, or lacks a needed column.
    """
    columns = _parse(data, f"{path} is not the column-oriented JSON of pandas")
    if not isinstance(columns, dict):
        raise UserError(
            f"{path} is JSON but not columns as pandas' to_json writes them; "
            "--input_format json reads an array of records."
        )
    check_fields(fields, list(columns), path, attributes)
    for name in fields:
        if not isinstance(columns[name], dict):
            raise UserError(
                f"{path} is not the column-oriented JSON of pandas (`{name}` holds no "
                f"values by row); {_ADVICE}"
            )
    # Rows are labelled; the order of the labels is that of the rows.
    labels = dict.fromkeys(label for name in fields for label in columns[name])
    records: list[tuple[int, dict[str, Any], str]] = []
    for place, label in enumerate(labels):
        record = {name: columns[name].get(label) for name in fields}
        records.append((place, record, json_text(record)))
    return rows_of_records(records, fields, len(records))


def _parse(data: bytes, refusal: str) -> Any:
    try:
        return parse_json(data)
    except RecursionError as error:
        raise UserError(f"{refusal} (it is nested too deeply); {_ADVICE}") from error
    except ValueError as error:
        raise UserError(f"{refusal} ({error}); {_ADVICE}") from error
