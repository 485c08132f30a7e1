"""What a report counts of a data set, on windows that can be counted by hand."""

from itertools import pairwise

import pytest

from schemas.features import GAP_DAYS, NB_DAYS
from tests.support.data_sets import Window, write_data_set
from trainer.data.data_set import open_data_set
from trainer.report.data_facts import DayBucket, PopularItem, data_facts

# 2016-01-31, 2016-02-01 and 2016-04-01.
JANUARY, FEBRUARY, APRIL = 16_831, 16_832, 16_892


@pytest.fixture(scope="module")
def facts(tmp_path_factory):
    train = [
        # One history of four events in two windows; the overlap counts once.
        Window([1, 2], 1, user="a", days=(JANUARY, JANUARY, FEBRUARY)),
        Window([2, 1], 3, user="a", start=1, days=(JANUARY, FEBRUARY, FEBRUARY)),
        Window([1], 2, user="b", days=(JANUARY, FEBRUARY)),
    ]
    test = [Window([1, 2], 3, user="b", days=(JANUARY, FEBRUARY, APRIL))]
    path = write_data_set(
        tmp_path_factory.mktemp("data") / "set",
        train,
        test=test,
        num_items=3,
        max_length=2,
        day_buckets=3,
        with_graph=True,
    )
    return data_facts(open_data_set(path))


def test_events_are_counted_once_by_month_and_months_without_one_are_shown(facts):
    assert facts.months == {
        "2016-01": (3, 0),
        "2016-02": (3, 0),
        "2016-03": (0, 0),
        "2016-04": (0, 1),
    }


def test_users_are_counted_by_their_events_in_all_splits(facts):
    assert facts.lengths == {"3": 1, "4": 1}


def test_the_most_popular_items_come_first_with_their_share(facts):
    assert facts.popular == [
        PopularItem("item1", 3, pytest.approx(0.5)),
        PopularItem("item2", 2, pytest.approx(1 / 3)),
        PopularItem("item3", 1, pytest.approx(1 / 6)),
    ]
    # A tenth of three items is one.
    assert facts.top_tenth == pytest.approx(0.5)


def test_of_a_large_set_the_users_of_some_shards_are_counted(tmp_path, monkeypatch):
    windows = [Window([1], 2, user=f"u{user}") for user in range(40)]
    held_out = [Window([1, 2], 3, user=f"u{user}") for user in range(8)]
    path = write_data_set(
        tmp_path / "set",
        windows,
        held_out,
        num_items=3,
        num_shards=4,
        with_graph=True,
    )
    data_set = open_data_set(path)
    assert data_facts(data_set).counted == 1
    monkeypatch.setattr("trainer.report.data_facts.MOST_WINDOWS", 25)
    facts = data_facts(data_set)
    assert facts.counted == 0.5
    assert sum(sum(both) for both in facts.months.values()) == 20 * 2 + 4
    # One shard is counted however large it is.
    monkeypatch.setattr("trainer.report.data_facts.MOST_WINDOWS", 1)
    assert data_facts(data_set).counted == 0.25


def test_buckets_follow_each_other_and_the_last_has_no_end(facts):
    for name in (NB_DAYS, GAP_DAYS):
        buckets = facts.buckets[name]
        assert buckets[0].first == 0
        for one, following in pairwise(buckets):
            assert following.first == one.last + 1
            assert following.number > one.number
        assert buckets[-1] == DayBucket(3, buckets[-1].first, None)
