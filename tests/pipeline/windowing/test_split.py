"""The five splits, against the literal transcription, and what may reach training."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.windowing.histories import build_histories
from pipeline.windowing.split import (
    SplitRule,
    cut_days,
    last_training_day,
    split_windows,
)
from schemas.settings import SPLITS, SplitSettings, WindowSettings
from tests.support.events import event_batch, rows_of_few_users
from tests.support.reference import DAY_MS, Row, Settings, _places


def cuts_of(rows, split):
    days, events = np.unique([row.moment // DAY_MS for row in rows], return_counts=True)
    return cut_days(days, events, split) if split.name == "time" else ()


def places(rows, split, window):
    histories, _ = build_histories([event_batch(rows)])
    users = histories.users.to_pylist()
    found = split_windows(histories, SplitRule(window, split, cuts_of(rows, split)))
    return {
        name: sorted(
            (users[history], int(start), int(target))
            for history, start, target in zip(
                windows.history, windows.start, windows.target, strict=True
            )
        )
        for name, windows in found.items()
    }


def reference_settings(split, window):
    return Settings(
        split=split.name,
        max_length=window.max_length,
        min_items=window.min_items,
        stride=window.stride,
        eval_fraction=split.eval_fraction,
        test_fraction=split.test_fraction,
        seed=split.seed,
    )


fractions = st.sampled_from([0.0, 0.05, 0.1, 0.3, 0.45])


@pytest.mark.parametrize("name", SPLITS)
@given(
    rows=rows_of_few_users(),
    max_length=st.integers(1, 6),
    min_items=st.integers(2, 5),
    stride=st.integers(1, 3),
    eval_fraction=fractions,
    test_fraction=fractions,
    seed=st.integers(0, 3),
)
def test_windows_of_every_split_are_those_of_the_literal_rule(
    name, rows, max_length, min_items, stride, eval_fraction, test_fraction, seed
):
    window = WindowSettings(max_length, min_items, min(stride, max_length))
    if name in ("none", "leave_one_out"):
        split = SplitSettings.of(name, seed=seed)
    elif name == "random":
        split = SplitSettings(name, eval_fraction, 0.0, seed)
    else:
        split = SplitSettings(name, eval_fraction, test_fraction, seed)
    expected = _places(rows, reference_settings(split, window))
    assert places(rows, split, window) == {
        split_name: sorted(found) for split_name, found in expected.items()
    }


@pytest.mark.parametrize("name", ["time", "leave_one_out"])
@given(rows=rows_of_few_users(), min_items=st.integers(2, 5))
def test_the_last_training_day_is_that_of_the_training_windows(name, rows, min_items):
    window, split = WindowSettings(min_items=min_items), SplitSettings.of(name)
    rule = SplitRule(window, split, cuts_of(rows, split))
    histories, _ = build_histories([event_batch(rows)])
    train = split_windows(histories, rule)["train"]
    targets = histories.offsets[train.history] + train.target
    expected = int(histories.days[targets].max()) if len(train) else None
    assert last_training_day(histories, rule) == expected


@given(rows_of_few_users(), st.data())
def test_no_change_of_held_out_events_reaches_training_under_time(rows, data):
    split, window = SplitSettings("time", 0.2, 0.2), WindowSettings(min_items=2)
    first_eval, _ = cuts_of(rows, split)
    changed = [
        row._replace(item=data.draw(st.sampled_from(["x", "y"])), user=row.user)
        if row.moment // DAY_MS >= first_eval
        else row
        for row in rows
    ]
    assert (
        places(changed, split, window)["train"] == places(rows, split, window)["train"]
    )


@given(rows_of_few_users(), st.integers(2, 4), st.data())
def test_no_held_out_event_more_or_less_reaches_training_under_time(rows, most, data):
    split = SplitSettings("time", 0.2, 0.2)
    window = WindowSettings(min_items=2, max_history=most)
    cuts = cuts_of(rows, split)
    fewer = [
        row
        for row in rows
        if row.moment // DAY_MS < cuts[0] or data.draw(st.booleans())
    ]

    def training(rows):
        if not rows:
            return []
        histories, _ = build_histories([event_batch(rows)], "none", most, cuts[0])
        windows = split_windows(histories, SplitRule(window, split, cuts))["train"]
        items = histories.items.take(pa.array(histories.item_codes)).to_pylist()
        first = histories.offsets[windows.history]
        return [
            (histories.users[int(history)].as_py(), items[start : target + 1])
            for history, start, target in zip(
                windows.history,
                first + windows.start,
                first + windows.target,
                strict=True,
            )
        ]

    assert training(fewer) == training(rows)


def test_whole_days_are_held_out():
    days, events = np.asarray([1, 2, 3]), np.asarray([4, 4, 2])
    # Of ten events the ninth is on day 3; the day that holds the cut is held out whole.
    assert cut_days(days, events, SplitSettings("time", 0.1, 0.1)) == (2, 3)
    assert cut_days(days, events, SplitSettings("time", 0.2, 0.0)) == (2, 4)
    assert cut_days(days, events, SplitSettings("time", 0.0, 0.0)) == (4, 4)


def test_leave_one_out_needs_two_training_events_and_one_input():
    window = WindowSettings(min_items=2)
    rows = [
        Row(user, f"i{n}", n * DAY_MS)
        for user, count in [("one", 1), ("two", 2), ("three", 3), ("four", 4)]
        for n in range(count)
    ]
    found = places(rows, SplitSettings.of("leave_one_out"), window)
    assert found["train"] == [("four", 0, 1)]
    assert found["eval"] == [("four", 0, 2), ("three", 0, 1)]
    assert found["test"] == [("four", 0, 3), ("three", 0, 2), ("two", 0, 1)]


def test_users_are_divided_by_their_names_alone():
    rows = [Row(f"user {n}", f"i{k}", k) for n in range(3000) for k in range(3)]
    split, window = SplitSettings.of("user"), WindowSettings()
    found = places(rows, split, window)
    users = {name: {user for user, _, _ in found[name]} for name in found}
    assert not users["train"] & users["eval"]
    assert not users["eval"] & users["test"]
    assert len(users["train"] | users["eval"] | users["test"]) == 3000
    assert 200 < len(users["eval"]) < 400
    assert 200 < len(users["test"]) < 400
    other = places(rows, SplitSettings.of("user", seed=1), window)
    assert {user for user, _, _ in other["test"]} != users["test"]
    fewer = places(rows[:900], split, window)
    assert set(fewer["test"]) <= set(found["test"])
