"""Batches without the padding that none of their rows needs."""

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


def needed_width(item_id: tf.Tensor, widths: tuple[int, ...]) -> tf.Tensor:
    """Returns int32 [`rows`], for each row the number of the least width it fits."""
    return tf.searchsorted(tf.constant(widths), row_lengths(item_id))


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
