"""Cuts shuffled rows into the batches of a plan."""

import tensorflow as tf

from trainer.batching.batch_plan import BatchPlan


def cut_batches(
    needed: tf.Tensor, plan: BatchPlan, last: tf.Tensor | bool, seed: tf.Tensor
) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    """Cuts rows into batches of one width each, the batches in random order.

    Args:
      needed: int32 [`rows`], the number of each row's width, as `needed_width` gives
        it; the rows are shuffled.
      plan: the rows of a batch by width.
      last: whether no rows follow: then the last batches are partly filled.
      seed: int64 [2]; the order of the batches follows from it.

    Returns:
      `(order, limits, left)`: int32 [`num_cut`], the numbers of the rows of all
      batches, batch after batch; int32 [`num_batches`, 2], where in `order` each batch
      begins and ends; int32 [`num_left`], the numbers of the rows that fill no batch,
      none if `last`.
    """
    num_widths = len(plan.widths)
    size = tf.constant(plan.rows, tf.int32)
    counts = tf.math.bincount(needed, minlength=num_widths, maxlength=num_widths)
    batches = tf.where(last, -(-counts // size), counts // size)
    cut = tf.minimum(batches * size, counts)
    by_width = tf.argsort(needed, stable=True)
    widths = tf.gather(needed, by_width)
    place = tf.range(tf.size(needed)) - tf.gather(
        tf.cumsum(counts, exclusive=True), widths
    )
    is_cut = place < tf.gather(cut, widths)
    width = tf.repeat(tf.range(num_widths), batches)
    number = tf.range(tf.size(width)) - tf.gather(
        tf.cumsum(batches, exclusive=True), width
    )
    first = tf.gather(tf.cumsum(cut, exclusive=True), width)
    start = first + number * tf.gather(size, width)
    stop = tf.minimum(start + tf.gather(size, width), first + tf.gather(cut, width))
    limits = tf.stack([start, stop], axis=1)
    if num_widths > 1:
        limits = tf.random.experimental.stateless_shuffle(limits, seed)
    return by_width[is_cut], limits, by_width[~is_cut]
