"""Attributes of recommended items beside them."""

import pyarrow as pa
import pyarrow.compute as pc

from schemas.features import ITEM_ID

ATTRIBUTES = "attributes"


def with_attributes(rows: pa.RecordBatch, table: pa.RecordBatch) -> pa.RecordBatch:
    """Adds a column to answers: beside each item the values that it has.

    Args:
      rows: with `items`, lists of text; so few that the values of their items fit 2 GB
        a field.
      table: the item table.

    Returns:
      The rows with a column `attributes`: lists as long as `items` of structs with the
      table's fields, null where an item has no value.
    """
    items = rows.column("items")
    places = pc.index_in(items.flatten(), value_set=table.column(ITEM_ID))
    fields = [name for name in table.schema.names if name != ITEM_ID]
    values = pa.StructArray.from_arrays(
        [table.column(name).take(places) for name in fields], names=fields
    )
    offsets = pc.subtract(items.offsets, items.offsets[0])
    lists = pa.ListArray.from_arrays(offsets, values)
    return rows.append_column(ATTRIBUTES, lists)


def longest_attributes(table: pa.RecordBatch) -> int:
    """Returns the most bytes that the values of one item can have.

    Args:
      table: the item table.
    """
    lengths = [
        pc.max(pc.binary_length(table.column(name))).as_py()
        for name in table.schema.names
        if name != ITEM_ID
    ]
    return sum(length or 0 for length in lengths)
