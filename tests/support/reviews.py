"""Writes columns of reviews in every format that the pipeline reads."""

import gzip
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Format = Literal["jsonl", "json_array", "json_columns", "csv", "tsv", "parquet"]
FORMATS: tuple[Format, ...] = get_args(Format)
SUFFIXES: dict[Format, str] = {
    "jsonl": ".jsonl",
    "json_array": ".json",
    "json_columns": ".json",
    "csv": ".csv",
    "tsv": ".tsv",
    "parquet": ".parquet",
}

Columns = Mapping[str, NDArray[Any] | Sequence[Any]]


def rows_of(columns: Columns) -> list[dict[str, Any]]:
    """Returns the rows as dicts of Python values; a None is a field left out."""
    values = [
        column.tolist() if isinstance(column, np.ndarray) else list(column)
        for column in columns.values()
    ]
    return [
        {
            name: value
            for name, value in zip(columns, row, strict=True)
            if value is not None
        }
        for row in zip(*values, strict=True)
    ]


def columns_of(rows: Iterable[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """Returns rows as columns, None where a row has not the field."""
    rows = list(rows)
    names = dict.fromkeys(name for row in rows for name in row)
    return {name: [row.get(name) for row in rows] for name in names}


def write_reviews(columns: Columns, path: Path | str, format: Format) -> str:
    """Writes `columns` to `path`, through gzip where the name ends in `.gz`.

    Returns:
      The path as text.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    content = _encode(columns, format)
    if path.suffix == ".gz":
        content = gzip.compress(content, mtime=0)
    path.write_bytes(content)
    return str(path)


def _encode(columns: Columns, format: Format) -> bytes:
    if format == "jsonl":
        return "".join(json.dumps(row) + "\n" for row in rows_of(columns)).encode()
    if format == "json_array":
        return json.dumps(rows_of(columns)).encode()
    frame = pd.DataFrame(dict(columns))
    if format == "json_columns":
        # As pandas writes by itself: {"user_id": {"0": ..., "1": ...}, ...}.
        return frame.to_json().encode()
    if format == "csv":
        return frame.to_csv(index=False).encode()
    if format == "tsv":
        return frame.to_csv(index=False, sep="\t").encode()
    if format == "parquet":
        return bytes(frame.to_parquet(index=False))
    raise ValueError(f"`format` must be one of {FORMATS}, got {format!r}.")
