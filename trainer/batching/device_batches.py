"""Training batches out of columns that stay on the device.

The host sends row numbers and positions alone, some kilobytes a step. What they stand
for is gathered inside the compiled step, and inputs are hidden and negatives drawn
there: the batches are those of `trainer.batching.batches.training_batches`, id for id.
"""

from typing import Any

import numpy as np
import tensorflow as tf

from schemas.features import GAP_DAYS, ITEM_ID, START, TARGET
from trainer.batching.batches import BatchSettings, row_batches
from trainer.batching.draws import hidden, negatives_of
from trainer.batching.positions import (
    labels_at,
    learned_positions,
    padded_positions,
    real_targets,
)
from trainer.batching.training_rows import Rows
from trainer.batching.widths import needed_width
from trainer.data.data_set import DAY_COLUMNS, DataSet
from trainer.models.base import LABELS, POSITIONS

# Keys of what the host sends.
_ROWS, _STEPS, _WEIGHTS, _NUMBER = "rows", "steps", "weights", "number"

# Rows looked at together for where they are learned from.
_PART = 1 << 16


class DeviceBatches:
    """Holds the columns on a device and fills batches from them.

    Args:
      data_set: the data set.
      rows: of the split to learn from, as `rows_in_memory` gives them.
      settings: as in `training_batches`; of one replica.
      device: the name of a TensorFlow device, such as `GPU:0`.

    Raises:
      ValueError: there are several replicas.
    """

    def __init__(
        self, data_set: DataSet, rows: Rows, settings: BatchSettings, device: str
    ) -> None:
        if settings.num_replicas != 1:
            raise ValueError(
                f"`num_replicas` must be 1, got {settings.num_replicas}: every replica "
                "would have to hold the columns."
            )
        self._num_items, self._settings = data_set.num_items, settings
        self._max_length = data_set.max_length
        self._needed = np.asarray(needed_width(rows[ITEM_ID], settings.plan.widths))
        self._learned = self._learned_rows(data_set, rows)
        with tf.device(device):
            # TensorFlow keeps int32 of a GPU in the memory of the host; not int64.
            self.columns = {
                name: tf.Variable(_with_padding_row(column), trainable=False)
                for name, column in rows.items()
                if name != START
            }

    def _learned_rows(self, data_set: DataSet, rows: Rows) -> np.ndarray[Any, Any]:
        """Returns bool [`num_rows` + 1, W]; the last row is padding."""
        item_id, window = rows[ITEM_ID], data_set.manifest.window
        learned = np.zeros((len(item_id) + 1, self._max_length), np.bool_)
        with tf.device("CPU:0"):
            for first in range(0, len(item_id), _PART):
                part = slice(first, min(first + _PART, len(item_id)))
                learned[part] = real_targets(
                    item_id[part], rows[TARGET][part], self._num_items
                ) & learned_positions(
                    item_id[part],
                    rows[START][part],
                    self._settings.train_positions,
                    window.max_length,
                    window.stride,
                )
        return learned

    @tf.autograph.experimental.do_not_convert
    def elements(self) -> tf.data.Dataset:
        """Returns what the host sends for each step, endlessly."""
        settings, plan = self._settings, self._settings.plan
        num_rows = len(self._needed)
        with tf.device("CPU:0"):
            learned, needed = tf.constant(self._learned), tf.constant(self._needed)

            def element(number: tf.Tensor, rows: tf.Tensor) -> dict[str, tf.Tensor]:
                width_number = tf.reduce_max(tf.gather(needed, rows))
                width = tf.gather(plan.widths, width_number)
                missing = tf.gather(plan.rows, width_number) - tf.size(rows)
                rows = tf.pad(rows, [[0, missing]], constant_values=num_rows)
                steps = tf.range(self._max_length - width, self._max_length)
                is_learned = tf.gather(tf.gather(learned, rows), steps, axis=1)
                positions, weights = padded_positions(is_learned)
                return {
                    _ROWS: rows,
                    _STEPS: steps,
                    POSITIONS: positions,
                    _WEIGHTS: weights,
                    _NUMBER: number,
                }

            numbered = row_batches(needed, settings).enumerate(settings.first_batch)
            elements = numbered.map(element, num_parallel_calls=tf.data.AUTOTUNE)
            return elements.prefetch(tf.data.AUTOTUNE)

    def fill(self, element: dict[str, tf.Tensor]) -> tuple[Any, tf.Tensor, tf.Tensor]:
        """Returns `(x, y, weights)` of an element, as `training_batches` gives them.

        Called inside the compiled step; every shape follows from the element's.
        """
        settings = self._settings
        batch = {
            name: self._gather(column, element) for name, column in self.columns.items()
        }
        target, weights = batch.pop(TARGET), element[_WEIGHTS]
        positions, number = element[POSITIONS], element[_NUMBER]
        y = labels_at(target, positions, weights)
        x = {**batch, POSITIONS: positions}
        if settings.unknown_rate:
            hides_gaps = DAY_COLUMNS[settings.day_feature] == GAP_DAYS
            x = hidden(
                x,
                number,
                self._num_items,
                settings.unknown_rate,
                settings.seed,
                hides_gaps,
            )
        if settings.num_negatives:
            drawn = negatives_of(
                number, self._num_items, settings.num_negatives, settings.seed
            )
            return {**x, LABELS: y, **drawn}, tf.zeros_like(y), weights
        return x, y, weights

    def _gather(self, column: tf.Variable, element: dict[str, tf.Tensor]) -> tf.Tensor:
        rows = tf.gather(column, element[_ROWS])
        return tf.cast(tf.gather(rows, element[_STEPS], axis=1), tf.int32)


def _with_padding_row(column: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Returns int64 [`num_rows` + 1, W], with a last row of padding."""
    return np.concatenate([column, np.zeros_like(column[:1])]).astype(np.int64)
