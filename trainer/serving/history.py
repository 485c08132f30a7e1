"""Raw events to the inputs of the transform graph: order, choice, ages and gaps."""

from typing import NamedTuple

import tensorflow as tf

from trainer.serving import dates


class Window(NamedTuple):
    """The latest usable events of each row, left-padded to W.

    Attributes:
      items: string [batch, W], empty at padding.
      ages: int64 [batch, W], days from the event to the day asked for.
      gaps: int64 [batch, W], days to the next of these events; for the last one to
        the day asked for.
      days: int64 [batch, W], days since 1970-01-01.
      is_event: bool [batch, W], False at padding.
      seen: string [batch, n], every item of the row but those of later events, empty
        elsewhere.
    """

    items: tf.Tensor
    ages: tf.Tensor
    gaps: tf.Tensor
    days: tf.Tensor
    is_event: tf.Tensor
    seen: tf.Tensor


def latest_window(
    item_id: tf.Tensor,
    event_date: tf.Tensor,
    as_of: tf.Tensor,
    max_length: int,
    reference_day: int,
) -> Window:
    """Sorts each row's events by moment and keeps the latest `max_length`.

    An event counts if it has an item and a valid date not after `as_of`: not after
    the moment where `as_of` names a time, else not after its day. Events of one moment
    keep their order in the row. An `as_of` that is empty or no date stands for the
    later of the reference day and the row's last event day. Events after `as_of` are
    not even seen: who asks for a day in the past must get that day's answer. Events
    without a valid date may have been before it, and are.

    Args:
      item_id: string [batch, n], empty where there is no event.
      event_date: string [batch, n].
      as_of: string [batch].
      max_length: W.
      reference_day: days since 1970-01-01.
    """
    # One parse for both, since each op costs more than the few texts in it.
    moments = dates.parse(tf.concat([event_date, as_of[:, tf.newaxis]], axis=1))
    milliseconds = moments.milliseconds[:, :-1]
    is_dated = moments.is_valid[:, :-1] & (item_id != "")
    as_of_day, as_of_last = _as_of(
        milliseconds,
        is_dated,
        dates.Moments(*(field[:, -1] for field in moments)),
        reference_day,
    )
    is_later = is_dated & (milliseconds > as_of_last[:, tf.newaxis])
    is_usable = is_dated & ~is_later

    # Padding by W in front lets a row of any length give W. `top_k` takes the lower
    # index first where values are equal, so the reversed row gives the later event.
    never = milliseconds.dtype.min
    moment = _pad_left(tf.where(is_usable, milliseconds, never), max_length, never)
    latest, place = tf.math.top_k(tf.reverse(moment, [1]), max_length)
    latest, place = tf.reverse(latest, [1]), tf.reverse(place, [1])
    is_event = latest != never
    items = tf.gather(
        tf.reverse(_pad_left(item_id, max_length, ""), [1]), place, batch_dims=1
    )
    as_of_column = as_of_day[:, tf.newaxis]
    days = tf.where(is_event, dates.day_of(latest), as_of_column)
    following = tf.concat([days[:, 1:], as_of_column], axis=1)
    return Window(
        items=tf.where(is_event, items, ""),
        ages=as_of_column - days,
        gaps=tf.where(is_event, following - days, 0),
        days=tf.where(is_event, days, 0),
        is_event=is_event,
        seen=tf.where(is_later, "", item_id),
    )


def _as_of(
    milliseconds: tf.Tensor,
    is_dated: tf.Tensor,
    asked: dates.Moments,
    reference_day: int,
) -> tuple[tf.Tensor, tf.Tensor]:
    """Returns the day that ages count from and the last moment that is an input.

    Args:
      milliseconds: int64 [batch, n].
      is_dated: bool [batch, n].
      asked: `as_of`, each field [batch].
      reference_day: days since 1970-01-01.

    Returns:
      int64 [batch] days and int64 [batch] milliseconds.
    """
    # One more column, so that a row without events has a maximum too.
    reference = tf.constant(
        reference_day * dates.MILLISECONDS_PER_DAY, milliseconds.dtype
    )
    known = _pad_left(tf.where(is_dated, milliseconds, reference), 1, reference)
    default_day = dates.day_of(tf.reduce_max(known, axis=1))
    day = tf.where(asked.is_valid, dates.day_of(asked.milliseconds), default_day)
    end_of_day = (day + 1) * dates.MILLISECONDS_PER_DAY - 1
    return day, tf.where(asked.has_time, asked.milliseconds, end_of_day)


def _pad_left(rows: tf.Tensor, width: int, value: object) -> tf.Tensor:
    """Returns `rows` [batch, n] with `width` columns of `value` in front."""
    padding = tf.fill([tf.shape(rows)[0], width], tf.cast(value, rows.dtype))
    return tf.concat([padding, rows], axis=1)
