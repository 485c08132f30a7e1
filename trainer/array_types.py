"""Types of NumPy arrays that say what is in them."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.integer[Any]]
Scores = npt.NDArray[np.floating[Any]]
Batch = Mapping[str, npt.NDArray[Any]]
