"""Inputs of the transform graph: blank, and to ask it for the buckets of days."""

from typing import Any

import tensorflow as tf

from schemas.features import RAW_ITEMS, raw_features

# An item for every day asked for: without one there is padding, and no bucket.
_ANY_ITEM = "-"


def transform_inputs(num_rows: int, max_length: int) -> dict[str, Any]:
    """Returns raw windows full of some item, all their days 0.

    Args:
      num_rows: R.
      max_length: W.

    Returns:
      The features of `schemas.features.raw_features`, by name: tensors [R, ...], and a
      sparse one without values for a list of any length.
    """
    raw = blank_inputs(num_rows, max_length)
    raw[RAW_ITEMS] = tf.fill([num_rows, max_length + 1], _ANY_ITEM)
    return raw


def blank_inputs(num_rows: int | tf.Tensor, max_length: int) -> dict[str, Any]:
    """Returns raw windows that are nothing but padding.

    Args:
      num_rows: R, an integer or int64 [].
      max_length: W.

    Returns:
      As `transform_inputs`.
    """
    num_rows = tf.cast(num_rows, tf.int64)
    raw: dict[str, Any] = {}
    for name, feature in raw_features(max_length).items():
        dtype = tf.int64 if feature.dtype == "int64" else tf.string
        if feature.shape is None:
            raw[name] = tf.SparseTensor(
                tf.zeros([0, 2], tf.int64), tf.zeros([0], dtype), [num_rows, 0]
            )
        else:
            raw[name] = tf.zeros([num_rows, *feature.shape], dtype)
    return raw
