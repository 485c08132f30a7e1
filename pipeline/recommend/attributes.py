"""Attributes of recommended items, from the item table of an export."""

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline import columns
from pipeline.storage import open_raw
from schemas.errors import UserError
from schemas.exported_model import ITEM_TABLE_PATH
from schemas.features import ITEM_ID
from schemas.layout import join

ATTRIBUTES = "attributes"


def read_attributes(model: str) -> bytes:
    """Returns the item table of an export as one serialised record batch.

    Args:
      model: the folder of an export that has one.

    Raises:
      UserError: it can't be read.
    """
    path = join(model, ITEM_TABLE_PATH)
    with open_raw(path) as stream:
        try:
            table = pq.read_table(stream, page_checksum_verification=True)
        except (pa.ArrowException, ValueError) as error:
            raise UserError(
                f"{path} is no whole item table ({error}); export the model again with "
                "`python -m trainer train`."
            ) from error
    return columns.to_bytes(table.combine_chunks().to_batches()[0])


def with_attributes(rows: pa.RecordBatch, table: pa.RecordBatch) -> pa.RecordBatch:
    """Adds a column to answers: beside each item the values that it has.

    Args:
      rows: with `items`, lists of text.
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
