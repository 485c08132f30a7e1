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
from trainer.data.data_set import DataSet
from trainer.data.transform_inputs import transform_inputs

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
        manifest = data_set.manifest
        buckets = buckets_of_days(data_set, RAW_AGES, NB_DAYS, manifest.nb_days_buckets)
        return cls(manifest.reference_day, buckets)

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


def buckets_of_days(
    data_set: DataSet, raw: str, bucketed: str, num_buckets: int
) -> NDArray[np.int32]:
    """Asks the transform graph of a data set for the bucket of each number of days.

    Args:
      data_set: the data set.
      raw: the graph's input, `RAW_AGES` or `RAW_GAPS`.
      bucketed: the output that goes with it.
      num_buckets: the last bucket.

    Returns:
      int32 [A], the buckets of 0 ... A - 1 days; of more days it is the last one.

    Raises:
      UserError: the graph is damaged.
    """
    graph = data_set.load_transform_graph()
    num_days = _FIRST_AGES
    while True:
        days = np.arange(num_days)
        buckets = _ask(graph, data_set.max_length, days, raw, bucketed)
        if buckets[-1] >= num_buckets or num_days >= _MOST_AGES:
            return buckets
        num_days *= 4


def _ask(
    graph: Any, width: int, days: NDArray[np.int64], raw: str, bucketed: str
) -> NDArray[np.int32]:
    """Returns the buckets of n numbers of days by a transform graph, int32 [n]."""
    rows = np.resize(days, (-(-len(days) // width), width))
    inputs = transform_inputs(len(rows), width)
    inputs[raw] = tf.constant(rows, tf.int64)
    with tf.device("CPU:0"):
        buckets = np.asarray(graph.transform_fn(inputs)[bucketed], np.int32)
    return buckets.ravel()[: len(days)]
