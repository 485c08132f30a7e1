"""Scores of all items to the best few."""

import tensorflow as tf

from schemas.features import FIRST_ITEM_ID, PADDING_ID

# Neighbouring scores of which only the largest is looked at first.
_BLOCK = 32
# Of fewer items all are sorted: more ops would cost more than they save.
_FEWEST_IN_BLOCKS = 2048


def popularity_scores(num_items: int) -> tf.Tensor:
    """Returns float32 [num_items], falling from 0: minus the log of the rank.

    Ids are given by falling frequency, so an item's id is its rank. By Zipf's law
    (G. K. Zipf, Human Behavior and the Principle of Least Effort, 1949) this is the
    log of its share of all events, up to a constant: a logit, as a model's scores are.
    """
    return tf.math.log(1.0 / tf.range(1, num_items + 1, dtype=tf.float32))


def leave_out(scores: tf.Tensor, seen: tf.SparseTensor) -> tf.Tensor:
    """Returns `scores` with -inf for the seen items.

    Args:
      scores: float32 [batch, num_items], column j for id j + 1.
      seen: int64 ids [batch, any]; ids that are no item's are ignored.
    """
    num_items = tf.shape(scores, out_type=tf.int64)[1]
    columns = seen.values - FIRST_ITEM_ID
    places = tf.stack([seen.indices[:, 0], columns], axis=1)
    places = tf.boolean_mask(places, (columns >= 0) & (columns < num_items))
    nothing = tf.fill([tf.shape(places)[0]], tf.constant(-float("inf"), scores.dtype))
    return tf.tensor_scatter_nd_update(scores, places, nothing)


def best(scores: tf.Tensor, top_k: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Returns the ids and scores of the best items, best first.

    Of items with equal scores the more frequent one comes first.

    Args:
      scores: float32 [batch, num_items], -inf for what must not be answered.
      top_k: int32 scalar, k.

    Returns:
      int64 [batch, k] ids and float32 [batch, k] scores; 0 and -inf where fewer than
      k items are left.
    """
    available = tf.minimum(top_k, tf.shape(scores)[1])
    num_items = scores.shape[1]
    if num_items is not None and num_items >= _FEWEST_IN_BLOCKS:
        values, columns = _top_k_by_blocks(scores, available)
    else:
        values, columns = tf.math.top_k(scores, available)
    lowest = tf.constant(-float("inf"), scores.dtype)
    ids = tf.where(
        values > lowest, tf.cast(columns, tf.int64) + FIRST_ITEM_ID, PADDING_ID
    )
    missing = [[0, 0], [0, top_k - available]]
    return (
        tf.pad(ids, missing, constant_values=PADDING_ID),
        tf.pad(values, missing, constant_values=lowest),
    )


def _top_k_by_blocks(scores: tf.Tensor, k: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Returns what `tf.math.top_k` does, at a fraction of its time for a small k.

    Where an item is among the k best, so is its block among the k blocks of the
    largest maxima, of equal ones the first: each of k other blocks would hold an item
    that is better, or as good and in front of it.

    Args:
      scores: float32 [batch, num_items], the latter a static size.
      k: int32 scalar, at most num_items.
    """
    batch, num_items = tf.shape(scores)[0], scores.shape[1]
    num_blocks = -(-num_items // _BLOCK)
    lowest = tf.constant(-float("inf"), scores.dtype)
    padded = tf.pad(
        scores, [[0, 0], [0, num_blocks * _BLOCK - num_items]], constant_values=lowest
    )
    blocks = tf.reshape(padded, [batch, num_blocks, _BLOCK])
    chosen = tf.math.top_k(
        tf.reduce_max(blocks, axis=2), tf.minimum(k, num_blocks), sorted=False
    ).indices
    # In their order, so that of equal scores the first comes first.
    chosen = tf.sort(chosen, axis=1)  # [batch, blocks]
    values = tf.gather(blocks, chosen, batch_dims=1)
    columns = chosen[:, :, tf.newaxis] * _BLOCK + tf.range(_BLOCK)
    width = tf.shape(chosen)[1] * _BLOCK
    values, place = tf.math.top_k(tf.reshape(values, [batch, width]), k)
    columns = tf.reshape(columns, [batch, width])
    return values, tf.gather(columns, place, batch_dims=1)
