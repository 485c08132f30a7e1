"""JSON lines out of columns, without a Python object for each row."""

import gzip
import os
from collections.abc import Iterable
from typing import BinaryIO

import pyarrow as pa
import pyarrow.compute as pc


def write_json_lines(tables: Iterable[pa.Table], path: str) -> None:
    """Writes `tables` to `path`, through gzip where the name ends in `.gz`.

    A null is a field left out. The file appears when it is complete.

    Raises:
      OSError: the file cannot be written.
    """
    unfinished = f"{path}.unfinished"
    try:
        with open(unfinished, "wb") as file:
            if path.endswith(".gz"):
                # No name and no time, so that the same rows give the same bytes.
                with gzip.GzipFile("", "wb", 6, file, mtime=0) as compressed:
                    _write(tables, compressed)
            else:
                _write(tables, file)
        os.replace(unfinished, path)
    except BaseException:
        if os.path.exists(unfinished):
            os.remove(unfinished)
        raise


def _write(tables: Iterable[pa.Table], file: BinaryIO | gzip.GzipFile) -> None:
    for table in tables:
        for batch in table.combine_chunks().to_batches():
            file.write(_encode(batch))


def _encode(batch: pa.RecordBatch) -> pa.Buffer:
    """Returns the rows of a batch of text and whole numbers as JSON lines."""
    fields = [
        _encode_field(name, column)
        for name, column in zip(batch.schema.names, batch.columns, strict=True)
    ]
    rows = pc.binary_join_element_wise(*fields, ", ", null_handling="skip")
    lines = pc.binary_join_element_wise("{", rows, "}\n", "")
    # The lines stand one behind the other in the array's last buffer.
    return lines.buffers()[-1]


def _encode_field(name: str, column: pa.Array) -> pa.Array:
    if pa.types.is_integer(column.type):
        quote, value = "", pc.cast(column, pa.string())
    else:
        quote, value = '"', column
        for plain, escaped in (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n")):
            value = pc.replace_substring(value, plain, escaped)
    return pc.binary_join_element_wise(f'"{name}": {quote}', value, quote, "")
