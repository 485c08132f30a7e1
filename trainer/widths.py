"""Rows of about one length together, without the padding that none of them needs."""

import tensorflow as tf

from schemas.features import ITEM_ID, PADDING_ID

# Below this there is too little padding to be worth a further shape.
_NARROWEST = 4
_LONG = 8


def window_widths(max_length: int) -> tuple[int, ...]:
    """Returns the widths that windows are cut to, ascending; the last one is W.

    Args:
      max_length: W. Up to 8 there is no other width.
    """
    widths = [max_length]
    if max_length > _LONG:
        width = _NARROWEST
        while width < max_length:
            widths.append(width)
            width *= 2
    return tuple(sorted(widths))


def row_lengths(item_id: tf.Tensor) -> tf.Tensor:
    """Returns int32 [`rows`], the real steps of left-padded rows."""
    return tf.reduce_sum(tf.cast(item_id != PADDING_ID, tf.int32), axis=1)


def epoch_order(
    item_id: tf.Tensor, widths: tuple[int, ...], batch_size: int, seed: tf.Tensor
) -> tf.Tensor:
    """Returns a random order in which the rows of a batch need about one width.

    The rows are shuffled, sorted by the width they need, cut into batches, and the
    batches are shuffled. What is left over beyond the full batches comes last.

    Args:
      item_id: int32 [`rows`, W].
      widths: as `window_widths` gives them; with one, rows are shuffled alone.
      batch_size: rows of a batch.
      seed: int64 [2]; the order follows from it.

    Returns:
      int32 [`rows`], a permutation of the row numbers.
    """
    num_rows = tf.shape(item_id)[0]
    order = tf.random.experimental.stateless_shuffle(tf.range(num_rows), seed)
    if len(widths) == 1:
        return order
    needed = tf.searchsorted(tf.constant(widths), row_lengths(item_id))
    order = tf.gather(order, tf.argsort(tf.gather(needed, order), stable=True))
    full = num_rows // batch_size * batch_size
    batches = tf.reshape(order[:full], [-1, batch_size])
    of_batches = tf.random.experimental.stateless_fold_in(seed, 1)
    batches = tf.random.experimental.stateless_shuffle(batches, of_batches)
    return tf.concat([tf.reshape(batches, [-1]), order[full:]], axis=0)


def cut_padding(
    batch: dict[str, tf.Tensor], widths: tuple[int, ...]
) -> dict[str, tf.Tensor]:
    """Cuts columns that are padding in every row, down to one of the widths.

    Args:
      batch: {name: [`rows`, W] or [`rows`]}, `item_id` among them.
      widths: as `window_widths` gives them.
    """
    if len(widths) == 1:
        return batch
    longest = tf.reduce_max(row_lengths(batch[ITEM_ID]))
    width = tf.gather(widths, tf.searchsorted(widths, [longest])[0])
    return {
        name: values[:, widths[-1] - width :] if values.shape.rank == 2 else values
        for name, values in batch.items()
    }
