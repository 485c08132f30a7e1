"""The item table: attributes of items, such as the category, as text.

`python -m pipeline --item_fields` writes it beside a data set, with a row for every
item of its events, and `train` into an export, with a row for every id from 1 on.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from schemas.errors import UserError
from schemas.features import ITEM_ID
from trainer.errors import first_line
from trainer.storage.stand_ins import local, name_of


@dataclass(frozen=True)
class ItemTable:
    """Items and their attributes.

    Attributes:
      items: the raw ids, each once.
      fields: by the field's name, in the order of the file, the value of each of
        `items`; None where it has none.
    """

    items: tuple[str, ...]
    fields: dict[str, tuple[str | None, ...]]

    @cached_property
    def _rows(self) -> dict[str, int]:
        return {item: row for row, item in enumerate(self.items)}

    def attributes(self, item: str) -> dict[str, str | None]:
        """Returns an item's value of each field; None for items that are not here."""
        row = self._rows.get(item)
        return {
            name: None if row is None else values[row]
            for name, values in self.fields.items()
        }

    def of(self, items: Sequence[str]) -> "ItemTable":
        """Returns the rows of the given items, in their order."""
        rows = [self._rows.get(item) for item in items]
        return ItemTable(
            tuple(items),
            {
                name: tuple(None if row is None else values[row] for row in rows)
                for name, values in self.fields.items()
            },
        )


def read_item_table(path: str) -> ItemTable | None:
    """Reads a file that the pipeline or an export has written.

    Args:
      path: the file, by its remote name where a local one stands for it.

    Returns:
      None where there is no such file.

    Raises:
      UserError: it is damaged, or no item table.
    """
    # Only now: where there is no table, nothing waits for pyarrow.
    if not os.path.exists(local(path)):
        return None
    import pyarrow as pa
    import pyarrow.parquet as pq

    # MemoryError, where a damaged file claims absurd sizes.
    damage = (pa.ArrowException, ArithmeticError, LookupError, MemoryError)
    try:
        table = pq.read_table(local(path), page_checksum_verification=True)
        return _checked(table)
    except (*damage, OSError, ValueError) as error:
        raise UserError(
            f"{name_of(path)} is no whole item table ({first_line(error)}); write it "
            "again: a data set with `python -m pipeline --overwrite`, an export with "
            "`python -m trainer train --overwrite`."
        ) from error


def _checked(table: Any) -> ItemTable:
    """Returns an Arrow table as an item table; raises `ValueError` if it is none."""
    import pyarrow as pa

    names = table.column_names
    if names[:1] != [ITEM_ID] or len(set(names)) != len(names):
        raise ValueError(f"its columns are {', '.join(names) or 'none'}")
    if not all(pa.types.is_string(kind) for kind in table.schema.types):
        raise ValueError("it holds what is no text")
    items = tuple(table.column(0).to_pylist())
    if None in items or len(set(items)) != len(items):
        raise ValueError("it holds an item twice, or none in place of one")
    fields = {name: tuple(table.column(name).to_pylist()) for name in names[1:]}
    return ItemTable(items, fields)


def write_item_table(table: ItemTable, path: str | os.PathLike[str]) -> None:
    """Writes a local file that `read_item_table` reads."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = {ITEM_ID: table.items, **table.fields}
    pq.write_table(
        pa.table({name: pa.array(of, pa.string()) for name, of in columns.items()}),
        path,
        write_page_checksum=True,
    )
