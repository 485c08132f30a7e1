"""Which values of attributes the items of a vocabulary have, as ids for a model."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from schemas import layout
from schemas.errors import UserError
from schemas.features import FIRST_ITEM_ID, item_field_vocabulary
from schemas.vocabulary import vocabulary_lines
from trainer.data.data_set import DataSet
from trainer.storage.stand_ins import name_of

# A value outside its vocabulary, and none.
NO_VALUE = 0


@dataclass(frozen=True)
class ItemValues:
    """Values of items by their ids.

    Attributes:
      sizes: of each field the number of its values, A.
      ids: int64 [N + 2, fields], of every item id the value's id 1 ... A, `NO_VALUE`
        where there is none, as for padding and the unknown item.
    """

    sizes: tuple[int, ...]
    ids: npt.NDArray[np.int64]


def item_values(data_set: DataSet, fields: Sequence[str]) -> ItemValues:
    """Looks up the values of the vocabulary's items.

    Args:
      data_set: the data set.
      fields: fields of its item table.

    Raises:
      UserError: it has no such field, or a file is damaged.
    """
    ids = np.full((data_set.num_items + 2, len(fields)), NO_VALUE, np.int64)
    if not fields:
        return ItemValues((), ids)
    table = data_set.item_table
    found = list(table.fields) if table is not None else []
    absent = [name for name in fields if name not in found]
    if table is None or absent:
        raise UserError(
            f"--item_features {absent[0]} is no attribute of {data_set.path}, which "
            f"has {', '.join(found) or 'none'}; name what it has, or write it again by "
            "`python -m pipeline` with --item_fields."
        )
    rows = table.of([item.decode() for item in data_set.vocabulary])
    sizes = []
    for place, name in enumerate(fields):
        values = _vocabulary(data_set, found.index(name))
        sizes.append(len(values))
        id_of = {value: number for number, value in enumerate(values, start=1)}
        ids[FIRST_ITEM_ID:-1, place] = [
            NO_VALUE if value is None else id_of.get(value, NO_VALUE)
            for value in rows.fields[name]
        ]
    return ItemValues(tuple(sizes), ids)


def _vocabulary(data_set: DataSet, field: int) -> list[str]:
    """Returns the values of a field of the item table, by id from 1."""
    name = item_field_vocabulary(field)
    data_set.check_digests(f"{layout.TRANSFORM_FN}/assets/{name}")
    path = layout.join(data_set.transform_fn_path, "assets", name)
    try:
        with tf.io.gfile.GFile(path, "rb") as file:
            return [line.decode() for line in vocabulary_lines(file.read())]
    except (tf.errors.OpError, UnicodeDecodeError) as error:
        raise UserError(
            f"{name_of(path)} cannot be read; write the data set again with `python -m "
            "pipeline --overwrite`."
        ) from error
