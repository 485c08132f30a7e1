"""Parts of the targets, against worked examples."""

import numpy as np
import pytest

from trainer.data.records import Ragged
from trainer.evaluation.cuts import (
    all_cuts,
    by_days_since_last,
    by_history_length,
    by_target_popularity,
)
from trainer.evaluation.held_out import HeldOut


def held_out(item_id, start=None, day=None, target=None, num_items=9):
    item_id = np.array(item_id)
    num_targets = len(item_id)
    days = np.zeros((num_targets, item_id.shape[1] + 1), int)
    if day is not None:
        days[:, -2:] = day
    return HeldOut(
        inputs={
            "item_id": item_id,
            "start": np.zeros(num_targets, int) if start is None else np.array(start),
            "day": days,
        },
        target=np.ones(num_targets, int) if target is None else np.array(target),
        user=np.arange(num_targets),
        seen=Ragged(np.zeros(0, np.int32), np.zeros(num_targets + 1, np.int64)),
        num_items=num_items,
    )


def parts(cut):
    return [cut.labels[index] for index in cut.part]


def test_length_of_the_history_goes_beyond_the_window():
    targets = held_out([[0, 0, 4], [0, 4, 4], [4, 4, 4], [4, 4, 4]], [0, 0, 0, 17])
    assert targets.history_length().tolist() == [1, 2, 3, 20]
    assert parts(by_history_length(targets)) == ["1", "2", "3-4", "20-49"]


@pytest.mark.parametrize(
    ("length", "label"),
    [(4, "3-4"), (5, "5-9"), (9, "5-9"), (10, "10-19"), (49, "20-49"), (50, "50+")],
)
def test_bins_of_length(length, label):
    assert parts(by_history_length(held_out([[3]], [length - 1]))) == [label]


@pytest.mark.parametrize(
    ("days", "label"),
    [
        (0, "0"),
        (1, "1-7"),
        (7, "1-7"),
        (8, "8-30"),
        (90, "31-90"),
        (365, "91-365"),
        (366, "366+"),
        (5000, "366+"),
    ],
)
def test_bins_of_days_since_the_last_event(days, label):
    targets = held_out([[0, 3]], day=[[16_000, 16_000 + days]])
    assert targets.days_since_last().tolist() == [days]
    assert parts(by_days_since_last(targets)) == [label]


def test_thirds_of_the_events_by_popularity():
    # 12 events: the first four are of item 2, so item 1, the next by
    # popularity, begins the second third. Item 3 begins at event 8, in it too.
    counts = np.array([3, 4, 2, 2, 1, 0])
    targets = held_out([[1]] * 7, target=[1, 2, 3, 4, 5, 6, 7], num_items=6)
    assert parts(by_target_popularity(targets, counts)) == [
        "middle",
        "head",
        "middle",
        "tail",
        "tail",
        "tail",
        "unknown",
    ]


def test_an_item_that_reaches_into_the_next_third_belongs_to_the_one_it_begins_in():
    targets = held_out([[1]] * 2, target=[1, 2], num_items=2)
    cut = by_target_popularity(targets, np.array([9, 1]))
    assert parts(cut) == ["head", "tail"]


def test_of_equal_items_the_smaller_id_is_the_more_popular():
    targets = held_out([[1]] * 3, target=[3, 2, 1], num_items=3)
    cut = by_target_popularity(targets, np.array([1, 1, 1]))
    assert parts(cut) == ["tail", "middle", "head"]


def test_every_target_has_a_part_in_every_cut():
    targets = held_out([[0, 1], [1, 1]], [0, 7], target=[1, 10])
    cuts = all_cuts(targets, np.ones(9, int))
    assert [cut.name for cut in cuts] == [
        "history_length",
        "target_popularity",
        "days_since_last",
    ]
    assert all(len(parts(cut)) == 2 for cut in cuts)
