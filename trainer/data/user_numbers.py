"""Numbers in place of the names of users, which are slow to sort and to compare."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from trainer.array_types import Ints


def user_numbers(users: npt.NDArray[Any]) -> Ints:
    """Returns the number of each user in the order of the bytes of their names.

    Names are told apart by hash, and only the different ones are sorted. They keep
    their lengths: in fixed-width bytes each would take as much memory as the longest.

    Args:
      users: objects [R], bytes.

    Returns:
      int64 [R], 0 ... number of different users - 1.
    """
    # Large, since all names together may have more than 2 GB.
    encoded = pa.array(users, pa.large_binary()).dictionary_encode()
    order = pc.sort_indices(encoded.dictionary).to_numpy()
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    numbers: Ints = rank[encoded.indices.to_numpy()]
    return numbers
