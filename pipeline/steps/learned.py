"""What tf.Transform learned, read back from its graph."""

from dataclasses import dataclass

import tensorflow as tf
from tensorflow_transform.analyzers import get_empy_vocabulary_dummy_value

from pipeline.accounting.read_account import ReadAccount
from schemas.errors import UserError
from schemas.features import (
    GAP_DAYS,
    NB_DAYS,
    RAW_AGES,
    RAW_GAPS,
    RAW_ITEMS,
    VOCABULARY_FILENAME,
    Feature,
    raw_features,
)
from schemas.layout import join


@dataclass(frozen=True)
class Learned:
    """Sizes that follow from the training windows.

    Attributes:
      num_items: N, the size of the vocabulary.
      nb_days_buckets: the largest bucket id of ages.
      gap_days_buckets: the largest bucket id of gaps.
    """

    num_items: int
    nb_days_buckets: int
    gap_days_buckets: int


def read_learned(transform_fn: str, max_length: int, min_item_count: int) -> Learned:
    """Reads the sizes back.

    The number of buckets is the bucket of a day beyond all others, asked of the graph
    itself, so that it is right for every way of bucketing.

    Args:
      transform_fn: the folder of the transform graph.
      max_length: W.
      min_item_count: named where the vocabulary is empty.

    Raises:
      UserError: no item was learned.
    """
    items = learned_items(transform_fn)
    if not items:
        raise UserError(
            f"no item has --min_item_count {min_item_count} training events; lower it."
            if min_item_count > 1
            else "no window is left to train on: all were held out; give more users, "
            "smaller --eval_fraction and --test_fraction, or another --split."
        )
    graph = tf.saved_model.load(transform_fn)
    inputs = {
        name: _example_of(feature) for name, feature in raw_features(max_length).items()
    }
    inputs[RAW_ITEMS] = tf.fill([1, max_length + 1], "item")
    far = tf.fill([1, max_length], tf.int64.max)
    outputs = graph.transform_fn({**inputs, RAW_AGES: far, RAW_GAPS: far})
    return Learned(
        num_items=len(items),
        nb_days_buckets=int(outputs[NB_DAYS][0, -1]),
        gap_days_buckets=int(outputs[GAP_DAYS][0, -1]),
    )


def check_items(
    learned: Learned, num_items: int, account: ReadAccount, min_item_count: int
) -> Learned:
    """Returns what was learned if there is more than one item to tell apart.

    Args:
      learned: what was learned.
      num_items: the number of distinct items of all events.
      account: of all rows.
      min_item_count: named where it leaves one item.

    Raises:
      UserError: there is one item; a model of it is right without learning anything.
    """
    if learned.num_items > 1:
        return learned
    if num_items == 1:
        events = sum(account.days.values())
        raise UserError(f"all {events:,} events are of one item; check --item_field.")
    raise UserError(
        f"one item alone has --min_item_count {min_item_count} training events; lower "
        "it."
        if min_item_count > 1
        else "all training events are of one item; check --item_field, or give more "
        "reviews."
    )


def learned_items(transform_fn: str) -> list[str]:
    """Returns the items of the vocabulary, by id from 1.

    Args:
      transform_fn: the folder of the transform graph.
    """
    vocabulary = join(transform_fn, "assets", VOCABULARY_FILENAME)
    with tf.io.gfile.GFile(vocabulary, "rb") as stream:
        items: list[bytes] = stream.read().split(b"\n")[:-1]
    # What tf.Transform writes where there is none.
    if items == [get_empy_vocabulary_dummy_value(tf.string)[1]]:
        return []
    return [item.decode() for item in items]


def num_items_of(learned: Learned) -> int:
    """Returns N."""
    return learned.num_items


def _example_of(feature: Feature) -> tf.Tensor | tf.SparseTensor:
    dtype = tf.string if feature.dtype == "bytes" else tf.int64
    if feature.shape is None:
        return tf.sparse.from_dense(tf.zeros([1, 0], dtype))
    return tf.zeros([1, *feature.shape], dtype)
