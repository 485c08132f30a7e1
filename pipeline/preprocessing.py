"""The `preprocessing_fn` of tf.Transform: raw windows to ids and buckets.

Worked example with `max_length` 3 and reference day 10:

    counted_items [a, b]    item_counts [1, 2]
    ->  vocabulary (b, a)
    items  ['', a, b, c]    ages [0, 9, 4]    gaps [0, 5, 4]
    ->  item_id [0, 2, 1]   target [2, 1, 3]

where 3 = N + 1 is the unknown item c, which as a training target becomes 0.
"""

from dataclasses import fields
from typing import Any

import tensorflow as tf
import tensorflow_transform as tft

from schemas.errors import UsageError, did_you_mean
from schemas.features import (
    DAY,
    GAP_DAYS,
    ITEM_ID,
    NB_DAYS,
    PADDING_ID,
    RAW_AGE_COUNTS,
    RAW_AGES,
    RAW_COUNTED_AGES,
    RAW_COUNTED_GAPS,
    RAW_COUNTED_ITEMS,
    RAW_GAP_COUNTS,
    RAW_GAPS,
    RAW_IS_TRAINING,
    RAW_ITEM_COUNTS,
    RAW_ITEMS,
    SEEN,
    START,
    TARGET,
    USER_ID,
    VOCABULARY_FILENAME,
)
from schemas.settings import BucketSettings

# At this precision the sketch keeps every distinct day of centuries apart, so that the
# boundaries are exact and cannot depend on how the input was cut into batches.
QUANTILE_ERROR = 1e-4


def preprocessing_fn(
    inputs: dict[str, tf.Tensor], custom_config: dict[str, Any] | None = None
) -> dict[str, tf.Tensor]:
    """Is what TFX's Transform component calls; `windows_to_ids` with its settings.

    Args:
      inputs: a batch of `schemas.features.raw_features`, names to tensors
        ([batch, W + 1] and so on).
      custom_config: `bucketing`, `day_buckets` and `min_item_count`, as the flags of
        `python -m pipeline`; what is left out has the flag's default.

    Returns:
      A batch of `schemas.features.example_features`.

    Raises:
      UsageError: a setting is unknown, or its value is out of range.
    """
    config = dict(custom_config or {})
    min_item_count = config.pop("min_item_count", 1)
    known = [field.name for field in fields(BucketSettings)]
    for name in config:
        if name not in known:
            hint = did_you_mean(name, [*known, "min_item_count"], "remove it", "'")
            raise UsageError(f"custom_config has an unknown key {name!r}; {hint}")
    if type(min_item_count) is not int or min_item_count < 1:
        raise UsageError(
            f"`min_item_count` must be a whole number from 1 on, got {min_item_count!r}"
        )
    try:
        buckets = BucketSettings(**config)
    except (TypeError, ValueError) as error:
        raise UsageError(f"custom_config cannot be used: {error}") from error
    return windows_to_ids(inputs, buckets, min_item_count)


def windows_to_ids(
    inputs: dict[str, tf.Tensor], buckets: BucketSettings, min_item_count: int = 1
) -> dict[str, tf.Tensor]:
    """Learns the vocabulary and the day boundaries, and applies them.

    Args:
      inputs: a batch of `schemas.features.raw_features`, names to tensors
        ([batch, W + 1] and so on).
      buckets: how days become buckets.
      min_item_count: items with fewer training events are left unknown.

    Returns:
      A batch of `schemas.features.example_features`.
    """
    items = inputs[RAW_ITEMS]
    vocabulary = tft.vocabulary(
        inputs[RAW_COUNTED_ITEMS].values,
        weights=inputs[RAW_ITEM_COUNTS].values,
        vocab_filename=VOCABULARY_FILENAME,
        frequency_threshold=min_item_count if min_item_count > 1 else None,
        name="items",
    )

    def to_ids(text: tf.Tensor) -> tf.Tensor:
        return 1 + tft.apply_vocabulary(text, vocabulary, num_oov_buckets=1)

    is_padding = tf.equal(items, "")
    ids = tf.where(is_padding, tf.cast(PADDING_ID, tf.int64), to_ids(items))
    num_items = tft.experimental.get_vocabulary_size_by_name(VOCABULARY_FILENAME)
    targets = ids[:, 1:]
    untrainable = tf.logical_and(
        tf.equal(inputs[RAW_IS_TRAINING], 1)[:, tf.newaxis], targets > num_items
    )
    seen = inputs[SEEN]

    def to_buckets(days: str, counted: str, counts: str) -> tf.Tensor:
        return day_buckets(
            inputs[days],
            is_padding[:, :-1],
            inputs[counted].values,
            inputs[counts].values,
            buckets,
        )

    return {
        ITEM_ID: ids[:, :-1],
        NB_DAYS: to_buckets(RAW_AGES, RAW_COUNTED_AGES, RAW_AGE_COUNTS),
        GAP_DAYS: to_buckets(RAW_GAPS, RAW_COUNTED_GAPS, RAW_GAP_COUNTS),
        TARGET: tf.where(untrainable, tf.zeros_like(targets), targets),
        USER_ID: inputs[USER_ID],
        START: inputs[START],
        DAY: inputs[DAY],
        SEEN: tf.SparseTensor(seen.indices, to_ids(seen.values), seen.dense_shape),
    }


def day_buckets(
    days: tf.Tensor,
    is_padding: tf.Tensor,
    counted: tf.Tensor,
    counts: tf.Tensor,
    buckets: BucketSettings,
) -> tf.Tensor:
    """Returns the bucket ids of one day column, 0 at padding.

    Args:
      days: int64 [batch, W].
      is_padding: bool [batch, W].
      counted: int64 [n], the days that the boundaries are learned from.
      counts: int64 [n], how often each of them occurs.
      buckets: the rule and the number of buckets, B.

    Returns:
      int64 [batch, W] of 0 ... B.
    """
    flat = tf.reshape(days, [-1])
    if buckets.bucketing == "quantile":
        boundaries = quantile_boundaries(counted, counts, buckets.day_buckets)
        bucket = tf.searchsorted(boundaries, flat, side="right", out_type=tf.int64) + 1
    else:
        boundaries = uniform_boundaries(tft.max(counted), buckets.day_buckets)
        bucket = tf.searchsorted(boundaries, flat, side="left", out_type=tf.int64)
    bucket = tf.clip_by_value(bucket, 1, buckets.day_buckets)
    return tf.where(is_padding, tf.zeros_like(days), tf.reshape(bucket, tf.shape(days)))


def quantile_boundaries(
    days: tf.Tensor, counts: tf.Tensor, num_buckets: int
) -> tf.Tensor:
    """Returns the distinct quantiles of `days` over the whole data set.

    Args:
      days: int64 [n], the days to learn from in this batch.
      counts: int64 [n], how often each of them occurs.
      num_buckets: the number of buckets asked for.

    Returns:
      int64 [m], ascending, m < `num_buckets`; a day is in the bucket whose number is
      one more than the boundaries at or below it.
    """
    quantiles = tft.quantiles(
        days, num_buckets, QUANTILE_ERROR, weights=tf.cast(counts, tf.float32)
    )
    return tf.unique(tf.cast(tf.reshape(quantiles, [-1]), tf.int64)).y


def uniform_boundaries(largest: tf.Tensor, num_buckets: int) -> tf.Tensor:
    """Returns the notebook's boundaries of equal width.

    These are 0, 1 and elements 2 to B of `floor(linspace(0, D, B))`, the first being
    element 1; a day is in the bucket whose number is that of the boundaries strictly
    below it.

    Args:
      largest: int64 [], D, the largest day of the training events.
      num_buckets: B.

    Returns:
      int64 [B + 1], ascending (where D < B, the first elements repeat).
    """
    # NumPy's linspace: steps of D / (B - 1) in float64, and the last element exact.
    step = tf.cast(largest, tf.float64) / (num_buckets - 1)
    inner = tf.floor(tf.range(1, num_buckets - 1, dtype=tf.float64) * step)
    boundaries = tf.concat(
        [
            tf.constant([0, 1], tf.int64),
            tf.cast(inner, tf.int64),
            tf.reshape(tf.cast(largest, tf.int64), [1]),
        ],
        axis=0,
    )
    return tf.sort(boundaries)
