"""Columns of JSON lines by Arrow's parser, each in a type that is given."""

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json as pa_json

_PARSED_AT_A_TIME_BYTES = 1 << 20

Types = tuple[pa.DataType, ...]


def read_columns(
    data: bytes, fields: Sequence[str], types: Types
) -> dict[str, pa.Array]:
    """Parses a block with the given column types; raises `pa.ArrowInvalid`."""
    if not data or data.isspace():
        return {name: pa.nulls(0, pa.string()) for name in fields}
    # Parsed in pieces, since no row may be longer than one, and they fit a cache.
    longest = max(_PARSED_AT_A_TIME_BYTES, 2 * (data.find(b"\n") + 1))
    try:
        table = _read_json(data, fields, types, longest)
    except pa.ArrowInvalid as error:
        if "straddling" not in str(error):
            raise
        table = _read_json(data, fields, types, len(data) + 1)
    columns = {name: table.column(name).combine_chunks() for name in fields}
    for column in columns.values():
        column.validate(full=True)  # Arrow's JSON parser lets bad UTF-8 through
        if pa.types.is_floating(column.type) and not _is_exact(column):
            raise pa.ArrowInvalid("whole numbers that a float does not hold")
    return columns


def _is_exact(column: pa.Array) -> bool:
    """Whether floats of this size hold every whole number; infinities do not."""
    largest = pc.max(pc.abs(column)).as_py()
    return largest is None or largest < 2.0**53


def _read_json(
    data: bytes, fields: Sequence[str], types: Types, piece_bytes: int
) -> pa.Table:
    return pa_json.read_json(
        pa.BufferReader(data),
        # Several blocks are parsed at once, and not the pieces of one.
        read_options=pa_json.ReadOptions(use_threads=False, block_size=piece_bytes),
        parse_options=pa_json.ParseOptions(
            explicit_schema=pa.schema(list(zip(fields, types, strict=True))),
            unexpected_field_behavior="ignore",
        ),
    )
