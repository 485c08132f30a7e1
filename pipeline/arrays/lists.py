"""Large lists, the only ones that tf.Transform takes."""

import numpy as np
import pyarrow as pa


def one_list(values: pa.Array) -> pa.LargeListArray:
    """Returns one list of all values."""
    return pa.LargeListArray.from_arrays(pa.array([0, len(values)], pa.int64()), values)


def lists_of(values: pa.Array | np.ndarray, size: int = 1) -> pa.LargeListArray:
    """Returns lists of `size` consecutive values."""
    if isinstance(values, np.ndarray):
        values = pa.array(np.ascontiguousarray(values).reshape(-1))
    offsets = np.arange(0, len(values) + 1, size, dtype=np.int64)
    return pa.LargeListArray.from_arrays(pa.array(offsets), values)
