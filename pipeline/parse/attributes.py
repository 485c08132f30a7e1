"""Fields of a row that say something of its item, as text."""

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.parse.ids import NotAScalarError, as_text, check_ids


def attribute_values(values: pa.Array) -> pa.StringArray:
    """Returns a column of attributes as canonical text, as ids are.

    What could be no id is no value: what is missing, empty or blank, holds a control
    character, or is neither text nor a number. A row is never refused for it.

    Args:
      values: of any type, [rows].

    Returns:
      string [rows], null where there is no value.
    """
    try:
        texts = as_text(values)
    except NotAScalarError:
        return pa.nulls(len(values), pa.string())
    missing, invalid = check_ids(texts)
    unusable = missing | invalid
    if not unusable.any():
        return texts
    return pc.if_else(pa.array(unusable), pa.scalar(None, pa.string()), texts)
