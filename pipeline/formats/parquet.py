"""Parquet, a row group at a time."""

import contextlib
import json
from collections.abc import Callable, Iterator, Sequence
from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline.formats.lines import decode, has_bad_bytes, one_line
from pipeline.formats.needed_fields import check_fields
from pipeline.parse.rows import Rows, plain_value
from schemas.errors import UserError

# What Arrow raises for damaged files; MemoryError, where one claims absurd sizes.
_DAMAGE = (
    pa.ArrowException,
    ArithmeticError,
    LookupError,
    MemoryError,
    OSError,
    ValueError,
)


def open_parquet(stream: BinaryIO, path: str) -> pq.ParquetFile:
    """Opens a Parquet file.

    Raises:
      UserError: it is none.
    """
    try:
        # Damage is found wherever the writer has left checksums.
        return pq.ParquetFile(stream, page_checksum_verification=True)
    except _DAMAGE as error:
        raise UserError(
            f"{path} is not a Parquet file ({_one_line(error)}); name its format with "
            "--input_format, or write it again."
        ) from error


def group_ranges(
    file: pq.ParquetFile, path: str, range_bytes: int
) -> Iterator[tuple[int, int]]:
    """Yields ranges of consecutive row groups: the first, and that after the last.

    Opening a file reads what its footer says of all groups, so that small ones, of
    which there may be thousands, are not opened one by one.

    Args:
      file: the file.
      path: the file's path.
      range_bytes: the most bytes of a range, unpacked, of more groups than one.

    Raises:
      UserError: the file is damaged.
    """
    start = num_bytes = 0
    for group in range(file.num_row_groups):
        with _checked(path, group):
            size = max(0, file.metadata.row_group(group).total_byte_size)
        if start < group and num_bytes + size > range_bytes:
            yield start, group
            start, num_bytes = group, 0
        num_bytes += size
    if start < file.num_row_groups:
        yield start, file.num_row_groups


def first_row(file: pq.ParquetFile, group: int, path: str) -> int:
    """Returns how many rows of a file stand before a row group.

    Raises:
      UserError: the file is damaged, or has fewer groups than it had.
    """
    with _checked(path, group):
        return sum(file.metadata.row_group(i).num_rows for i in range(group))


def parse_row_group(
    file: pq.ParquetFile,
    group: int,
    fields: Sequence[str],
    path: str,
    attributes: Sequence[str] = (),
) -> Rows:
    """Reads the needed columns of a row group; places count from its first row.

    Args:
      file: the file.
      group: the number of the row group.
      fields: the needed columns.
      path: the file's path.
      attributes: those of them that --item_fields names.

    Raises:
      UserError: a needed column is absent, or the file is damaged.
    """
    with _checked(path, group):
        names = file.schema_arrow.names
    check_fields(fields, names, path, attributes)
    columns = {}
    wrong: dict[str, dict[int, str]] = {}
    with _checked(path, group):
        table = file.read_row_group(group, columns=list(fields), use_threads=False)
        table.validate()
        expected = file.metadata.row_group(group).num_rows
        if len(table) != expected:
            raise pa.ArrowInvalid(f"{len(table)} rows in place of {expected}")
        for name in fields:
            columns[name], unusable = _plain(table.column(name))
            if unusable:
                wrong[name] = unusable
    places = np.arange(len(table))
    return Rows(columns, places, _text_of(table), len(table), wrong=wrong)


@contextlib.contextmanager
def _checked(path: str, group: int) -> Iterator[None]:
    """Turns what Arrow finds wrong into a sentence."""
    try:
        yield
    except _DAMAGE as error:
        raise UserError(
            f"{path} is damaged in row group {group} ({_one_line(error)}); write it "
            "again."
        ) from error


def _one_line(error: BaseException) -> str:
    return one_line(str(error)) or type(error).__name__


def _plain(column: pa.ChunkedArray) -> tuple[pa.Array, dict[int, str]]:
    """Returns a column with its text as text, and what is wrong with its values."""
    array = column.combine_chunks()
    if isinstance(array, pa.ChunkedArray):
        array = pa.concat_arrays(array.chunks)
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    if isinstance(array.type, pa.UuidType):
        texts = [None if value is None else str(value) for value in array.to_pylist()]
        return pa.array(texts, pa.string()), {}
    if isinstance(array.type, pa.BaseExtensionType):  # such as JSON, which is text
        array = array.storage
    if pa.types.is_floating(array.type):
        return _without(array, pc.is_inf(array), "is not a finite number")
    if not _is_text(array.type):
        return array, {}
    # Files declare text that is none, and other files give no type to text.
    data = array.cast(pa.large_binary())
    text = data.cast(pa.large_string(), safe=False)
    try:
        text.validate(full=True)
    except pa.ArrowInvalid:
        bad = pa.array([not _is_utf8(value) for value in data.to_pylist()])
        data, wrong = _without(data, bad, "is not UTF-8")
        return data.cast(pa.string()), wrong
    return text.cast(pa.string()), {}


def _is_text(kind: pa.DataType) -> bool:
    tests = (
        pa.types.is_string,
        pa.types.is_large_string,
        pa.types.is_string_view,
        pa.types.is_binary,
        pa.types.is_large_binary,
        pa.types.is_fixed_size_binary,
        pa.types.is_binary_view,
    )
    return any(test(kind) for test in tests)


def _is_utf8(value: bytes | None) -> bool:
    return value is None or not has_bad_bytes(decode(value))


def _without(
    array: pa.Array, bad: pa.BooleanArray, what: str
) -> tuple[pa.Array, dict[int, str]]:
    """Returns an array with null in place of bad values, and what is wrong there."""
    bad = bad.fill_null(False)
    indices = np.flatnonzero(bad.to_numpy(False)).tolist()
    if not indices:
        return array, {}
    return pc.if_else(bad, pa.scalar(None, array.type), array), dict.fromkeys(
        indices, what
    )


def _text_of(table: pa.Table) -> Callable[[Sequence[int]], list[str]]:
    def text(indices: Sequence[int]) -> list[str]:
        rows = (
            {
                name: plain_value(table.column(name)[index])
                for name in table.schema.names
            }
            for index in indices
        )
        return [json.dumps(row, ensure_ascii=False, default=str) for row in rows]

    return text
