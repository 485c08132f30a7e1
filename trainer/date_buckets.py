"""The `date` feature: when an event was, counted back from the reference day.

In training windows that is the age. In held-out windows and at serving, where ages
are counted from the day of the target or of the request, it is not: an event keeps
its date, so what a bucket has learned of its season still holds. It says nothing of
when the target comes.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from schemas.features import NB_DAYS, PADDING_ID, RAW_AGES
from trainer.data_set import DataSet
from trainer.transform_inputs import transform_inputs

# Ages asked for at first, and at most: some ten thousand years.
_FIRST_AGES = 1 << 12
_MOST_AGES = 1 << 22


@dataclass(frozen=True)
class DateBuckets:
    """Turns days into the age buckets of the transform graph.

    Attributes:
      reference_day: days since 1970-01-01; later days count as this one.
      bucket_of_age: int32 [A], the bucket of each age; that of older ages is the last.
    """

    reference_day: int
    bucket_of_age: NDArray[np.int32]

    @classmethod
    def load(cls, data_set: DataSet) -> "DateBuckets":
        """Asks the transform graph of a data set.

        Raises:
          UserError: it is damaged.
        """
        graph = data_set.load_transform_graph()
        num_ages = _FIRST_AGES
        while True:
            ages = np.arange(num_ages)
            buckets = _ask(graph, data_set.max_length, ages)
            is_last = buckets[-1] >= data_set.manifest.nb_days_buckets
            if is_last or num_ages >= _MOST_AGES:
                return cls(data_set.manifest.reference_day, buckets)
            num_ages *= 4

    def __call__(
        self, item_id: NDArray[np.integer[Any]], day: NDArray[np.integer[Any]]
    ) -> NDArray[np.int32]:
        """Returns the buckets of the inputs, 0 at padding.

        Args:
          item_id: ints [R, W].
          day: ints [R, W + 1], as in an example.

        Returns:
          int32 [R, W].
        """
        ages = np.clip(self.reference_day - day[:, :-1], 0, len(self.bucket_of_age) - 1)
        buckets = self.bucket_of_age[ages]
        return np.where(item_id == PADDING_ID, 0, buckets).astype(np.int32)


def _ask(graph: Any, width: int, ages: NDArray[np.int64]) -> NDArray[np.int32]:
    """Returns the age buckets of n ages by a transform graph, int32 [n]."""
    rows = np.resize(ages, (-(-len(ages) // width), width))
    raw = transform_inputs(len(rows), width)
    raw[RAW_AGES] = tf.constant(rows, tf.int64)
    with tf.device("CPU:0"):
        buckets = np.asarray(graph.transform_fn(raw)[NB_DAYS], np.int32)
    return buckets.ravel()[: len(ages)]
