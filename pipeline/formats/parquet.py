"""Parquet, a row group at a time."""

import json
from collections.abc import Callable, Sequence
from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.formats.documents import check_fields
from pipeline.parse.rows import Rows
from schemas.errors import UserError


def open_parquet(stream: BinaryIO, path: str) -> pq.ParquetFile:
    """Opens a Parquet file.

    Raises:
      UserError: it is none.
    """
    try:
        return pq.ParquetFile(stream)
    except (pa.ArrowInvalid, OSError) as error:
        raise UserError(
            f"{path} is not a Parquet file ({error}); name its format with "
            "--input_format."
        ) from error


def parse_row_group(
    file: pq.ParquetFile, group: int, fields: Sequence[str], path: str
) -> Rows:
    """Reads the needed columns of a row group; places count from its first row.

    Raises:
      UserError: a needed column is absent, or the file is damaged.
    """
    check_fields(fields, file.schema_arrow.names, path)
    try:
        table = file.read_row_group(group, columns=list(fields), use_threads=False)
    except (pa.ArrowInvalid, OSError) as error:
        raise UserError(
            f"{path} is damaged in row group {group} ({error}); write it again."
        ) from error
    columns = {name: _plain(table.column(name)) for name in fields}
    return Rows(columns, np.arange(len(table)), _text_of(table), len(table))


def _plain(column: pa.ChunkedArray) -> pa.Array:
    array = column.combine_chunks()
    if isinstance(array, pa.ChunkedArray):
        array = pa.concat_arrays(array.chunks)
    if pa.types.is_binary(array.type) or pa.types.is_large_binary(array.type):
        return array.cast(pa.string(), safe=False)
    return array


def _text_of(table: pa.Table) -> Callable[[Sequence[int]], list[str]]:
    def text(indices: Sequence[int]) -> list[str]:
        rows = table.take(pa.array(list(indices), pa.int64())).to_pylist()
        return [json.dumps(row, ensure_ascii=False, default=str) for row in rows]

    return text
