"""Days that follow from the accounts."""

import dataclasses

import pytest

from pipeline.accounting.day_plan import DayPlan, plan_days, reference_day
from pipeline.accounting.read_account import ReadAccount
from pipeline.accounting.sequence_account import SequenceAccount
from pipeline.options import Options, ReadOptions
from pipeline.parse.review_schema import ReviewSchema
from schemas.errors import UserError
from schemas.settings import SplitSettings, WindowSettings

READ = ReadOptions(ReviewSchema("user", "item", "date", ("iso",)))


def options(**changes):
    return Options(READ, **changes)


def test_days_are_planned_from_all_events():
    account = ReadAccount(accepted=100, days={day: 1 for day in range(100)})
    assert plan_days(account, options()) == DayPlan(99, (89, 94))
    split = SplitSettings.of("random")
    assert plan_days(account, options(split=split)) == DayPlan(99, ())


def test_one_day_cannot_be_divided_by_time():
    account = ReadAccount(accepted=1_839, days={17_000: 1_839})
    with pytest.raises(
        UserError,
        match=r"all 1,839 events are of 2016-07-18, so that --split time cannot divide "
        r"them; check --date_field, or give --split leave_one_out\.",
    ):
        plan_days(account, options())
    undivided = SplitSettings("time", 0.0, 0.0)
    assert plan_days(account, options(split=undivided)) == DayPlan(
        17_000, (17_001,) * 2
    )
    for name in ("leave_one_out", "none"):
        chosen = options(split=SplitSettings.of(name))
        assert plan_days(account, chosen) == DayPlan(17_000)


@pytest.mark.parametrize(
    ("split", "expected"),
    [("time", 70), ("leave_one_out", 70), ("random", 99), ("user", 99), ("none", 99)],
)
def test_reference_day_is_the_last_training_day_or_the_last_day(split, expected):
    chosen = options(split=SplitSettings.of(split))
    account = SequenceAccount(5, 3, 20, {}, 70)
    assert reference_day(account, DayPlan(99), chosen) == expected
    given_day = options(split=SplitSettings.of(split), reference_day=50)
    assert reference_day(account, DayPlan(99), given_day) == 50


def test_no_history_of_min_items_is_one_sentence():
    chosen = options(window=WindowSettings(min_items=4))
    with pytest.raises(
        UserError,
        match=r"none of 1,234 users has a history of --min_items 4 events; lo",
    ):
        reference_day(SequenceAccount(1234, 0, 3000), DayPlan(99), chosen)


def test_a_split_that_leaves_nothing_to_train_on_is_one_sentence():
    account = SequenceAccount(10, 5, 30, {}, None)
    with pytest.raises(UserError, match="--split time leaves no user with enough even"):
        reference_day(account, DayPlan(99), options(reference_day=50))


def test_a_field_of_items_that_no_event_has_is_one_sentence():
    read = dataclasses.replace(READ, item_fields=("category", "size"))
    days = {1: 2, 17: 1}
    account = ReadAccount(accepted=3, days=days, values={"category": 2, "size": 0})
    with pytest.raises(UserError) as caught:
        plan_days(account, Options(read))
    assert str(caught.value) == (
        "no row has text or a number in `size`, which --item_fields names; check the "
        "name, or leave it out."
    )
    complete = dataclasses.replace(account, values={"category": 2, "size": 1})
    assert plan_days(complete, Options(read)).last_day == 17
