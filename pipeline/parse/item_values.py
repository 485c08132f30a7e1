"""The latest value of each item in each field, out of any number of blocks.

A block of rows is reduced to what could still be the latest: one row for an item and a
field. Tables of such rows are merged by the same rule, so that the outcome depends
neither on the order nor on the cut of the blocks.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.arrays import columns
from pipeline.arrays.ranges import ranges
from pipeline.parse.events import ITEM, MOMENT, POSITION
from schemas.features import ITEM_ID

FIELD = "field"
VALUE = "value"

# Large texts, since those of many blocks together may have more than 2 GB.
ITEM_VALUE_SCHEMA = pa.schema(
    [
        (ITEM, pa.large_string()),
        (FIELD, pa.int16()),
        (MOMENT, pa.int64()),
        (POSITION, pa.int64()),
        (VALUE, pa.large_string()),
    ]
)

# Of a column of string, which holds 2 GB at most.
PIECE_BYTES = 1 << 30

# Of the row that says of an item no more than that it is there.
_NO_FIELD = -1


def block_values(
    events: pa.RecordBatch, values: Sequence[pa.StringArray]
) -> pa.RecordBatch:
    """Reduces the attributes of a block's events.

    Args:
      events: with the columns of `pipeline.parse.events`, positions ascending.
      values: of each field, string [events], null where an event has none.

    Returns:
      Rows of `ITEM_VALUE_SCHEMA`: of each item one, and one more for each field in
      which an event of it has a value, the latest of them: by moment, and by position
      where moments are equal.
    """
    items = events.column(ITEM)
    distinct = pc.unique(items)
    zeros = pa.array(np.zeros(len(distinct), np.int64))
    none = pa.nulls(len(distinct), pa.string())
    parts = [_rows(_NO_FIELD, distinct, zeros, zeros, none)]
    codes = items.dictionary_encode().indices.to_numpy()
    # Positions ascend, and the sort leaves those of one moment in their order.
    order = np.lexsort((events.column(MOMENT).to_numpy(), codes))
    for field, of_field in enumerate(values):
        there = order[of_field.is_valid().to_numpy(False)[order]]
        chosen = pa.array(there[_is_last(codes[there])])
        item, moment, position = (
            events.column(name).take(chosen) for name in (ITEM, MOMENT, POSITION)
        )
        parts.append(_rows(field, item, moment, position, of_field.take(chosen)))
    return columns.concatenate(parts)


def _rows(
    field: int,
    items: pa.Array,
    moments: pa.Array,
    positions: pa.Array,
    values: pa.Array,
) -> pa.RecordBatch:
    number = pa.repeat(pa.scalar(field, pa.int16()), len(items))
    items, values = items.cast(pa.large_string()), values.cast(pa.large_string())
    return pa.record_batch(
        [items, number, moments, positions, values], schema=ITEM_VALUE_SCHEMA
    )


def _is_last(*keys: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    """Returns which rows are the last of a run of equal keys."""
    goes_on = np.all([key[1:] == key[:-1] for key in keys], axis=0)
    return np.append(~goes_on, True)[: len(keys[0])]


def latest_values(rows: pa.RecordBatch) -> pa.RecordBatch:
    """Returns the latest of the rows of each item and field.

    Args:
      rows: of `ITEM_VALUE_SCHEMA`, in any order.
    """
    items = rows.column(ITEM).dictionary_encode().indices.to_numpy()
    fields, moments, positions = (
        rows.column(name).to_numpy() for name in (FIELD, MOMENT, POSITION)
    )
    order = np.lexsort((positions, moments, fields, items))
    return rows.take(pa.array(order[_is_last(items[order], fields[order])]))


def merge_values(parts: Iterable[bytes]) -> bytes:
    """Returns the latest values of several serialised tables as one."""
    batches = [columns.from_bytes(part) for part in parts]
    if not batches:
        return columns.to_bytes(
            pa.RecordBatch.from_pylist([], schema=ITEM_VALUE_SCHEMA)
        )
    return columns.to_bytes(latest_values(columns.concatenate(batches)))


def item_table(parts: Sequence[bytes], fields: Sequence[str]) -> pa.RecordBatch:
    """Puts merged values together as the table of all items.

    Args:
      parts: of `merge_values`, those of an item all in one of them.
      fields: the names of the fields.

    Returns:
      `item_id` and a column for each field, large_string, null where an item has no
      value; a row an item, in the order of the items' bytes.
    """
    none = pa.RecordBatch.from_pylist([], schema=ITEM_VALUE_SCHEMA)
    rows = columns.concatenate([none, *map(columns.from_bytes, parts)])
    encoded = rows.column(ITEM).dictionary_encode()
    order = pc.sort_indices(encoded.dictionary).to_numpy()
    place_of = np.empty(len(order), np.int64)
    place_of[order] = np.arange(len(order))
    places = place_of[encoded.indices.to_numpy()]
    table = {ITEM_ID: encoded.dictionary.take(pa.array(order))}
    found = rows.column(FIELD).to_numpy()
    for number, name in enumerate(fields):
        chosen = np.flatnonzero(found == number)
        table[name] = _spread(
            rows.column(VALUE).take(pa.array(chosen)), places[chosen], len(order)
        )
    return pa.record_batch(table)


def _spread(values: pa.Array, places: npt.NDArray[np.int64], length: int) -> pa.Array:
    """Returns values at their places in a column of `length`, null elsewhere."""
    source = np.full(length, -1, np.int64)
    source[places] = np.arange(len(values))
    return values.take(pa.array(source, mask=source < 0))


def text_columns(table: pa.RecordBatch) -> pa.Table:
    """Returns a table of large_string columns with columns of string, as they are kept.

    A column is in several pieces where it is too large for one.
    """
    columns_of_text = {}
    for name, column in zip(table.schema.names, table.columns, strict=True):
        lengths = pc.binary_length(column).fill_null(0).to_numpy()
        columns_of_text[name] = pa.chunked_array(
            [
                column.slice(begin, end - begin).cast(pa.string())
                for begin, end in ranges(lengths.astype(np.int64), PIECE_BYTES)
            ],
            pa.string(),
        )
    return pa.table(columns_of_text)


def count_values(
    table: pa.RecordBatch, items: pa.Array
) -> list[tuple[pa.LargeStringArray, npt.NDArray[np.int64]]]:
    """Counts how many of the given items have each value.

    Args:
      table: as `item_table` makes it.
      items: texts, those of a vocabulary.

    Returns:
      For each field its values among these items, ascending, and their counts.
    """
    chosen = items.cast(pa.large_string())
    known = table.filter(pc.is_in(table.column(ITEM_ID), value_set=chosen))
    counted = []
    for column in known.columns[1:]:
        encoded = column.drop_null().dictionary_encode()
        order = pc.sort_indices(encoded.dictionary)
        counts = np.bincount(
            encoded.indices.to_numpy(), minlength=len(encoded.dictionary)
        )
        counted.append((encoded.dictionary.take(order), counts[order.to_numpy()]))
    return counted
