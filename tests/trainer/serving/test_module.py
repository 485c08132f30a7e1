"""The exported model answers raw histories by the rules that a server relies on."""

import itertools
import math
import random

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.trainer.serving.catalogue import ITEMS, ask, day
from tests.trainer.serving.literal import model_scores

NOTHING = -math.inf
HISTORY = [("2016-04-20", "b"), ("2016-05-01", "d"), ("2016-11-30", "a")]


def check_scores(answer, expected: dict[str, float]) -> None:
    best_first = sorted(expected, key=expected.__getitem__, reverse=True)
    blank = len(answer.items[0]) - len(expected)
    assert answer.items == [best_first + [""] * blank]
    np.testing.assert_allclose(
        answer.scores[0],
        [expected[i] for i in best_first] + [NOTHING] * blank,
        atol=1e-5,
    )


@pytest.mark.parametrize("day_feature", ["age", "gap", "none"])
@pytest.mark.parametrize("as_of", ["2016-12-10", "", "2019-02-03T10:30-02:00"])
def test_scores_are_those_of_the_keras_model(day_feature, as_of):
    asked = day({"": "2017-01-01"}.get(as_of, as_of[:10]))
    days = [day(date) for date, _ in HISTORY]
    expected = model_scores(
        day_feature,
        [item for _, item in HISTORY],
        [asked - d for d in days],
        [b - a for a, b in itertools.pairwise([*days, asked])],
    )
    answer = ask([HISTORY], [as_of], signature="keep_seen", day_feature=day_feature)
    check_scores(answer, expected)
    for item in "abd":
        del expected[item]
    check_scores(ask([HISTORY], [as_of], day_feature=day_feature), expected)


def test_the_days_of_a_history_show_in_its_scores():
    moved = [(date.replace("2016-04", "2012-04"), item) for date, item in HISTORY]
    for day_feature in ("age", "gap"):
        plain = ask([HISTORY], day_feature=day_feature)
        assert plain != ask([moved], day_feature=day_feature)
    assert ask([HISTORY], day_feature="none") == ask([moved], day_feature="none")


def test_a_longer_history_is_answered_by_its_latest_events_and_all_are_left_out():
    longer = [("2010-01-01", "c"), ("2011-01-01", "g:g"), *HISTORY]
    answer, short = ask([longer]), ask([HISTORY])
    expected = dict(zip(short.items[0], short.scores[0], strict=True))
    check_scores(answer, {item: expected[item] for item in ["é", "f,f", "h h"]})
    assert ask([longer], signature="keep_seen") == ask([HISTORY], signature="keep_seen")


def test_unknown_items_are_inputs():
    history = [("2016-04-20", "b"), ("2016-11-30", "never heard of")]
    asked, days = day("2017-01-01"), [day("2016-04-20"), day("2016-11-30")]
    expected = model_scores(
        "age",
        ["b", "never heard of"],
        [asked - d for d in days],
        [days[1] - days[0], asked - days[1]],
    )
    check_scores(ask([history], signature="keep_seen"), expected)


@pytest.mark.parametrize("date", ["2016-02-31", "", "soon"])
def test_what_has_no_date_is_no_input_and_still_left_out(date):
    answer = ask([[*HISTORY, (date, "c")]], ["2016-12-30"])
    plain = ask([HISTORY], ["2016-12-30"])
    expected = dict(zip(plain.items[0], plain.scores[0], strict=True))
    del expected["c"], expected[""]
    check_scores(answer, expected)
    assert ask([[*HISTORY, (date, "c")]], ["2016-12-30"], signature="keep_seen") == ask(
        [HISTORY], ["2016-12-30"], signature="keep_seen"
    )


@pytest.mark.parametrize(
    ("as_of", "date"),
    [
        ("2016-12-30", "2016-12-31"),
        ("2016-12-30T10:30", "2016-12-30T10:30:00.001"),
        ("2016-12-30", "2099-01-01"),
    ],
)
@pytest.mark.parametrize("signature", ["serving_default", "keep_seen"])
def test_later_events_are_as_if_they_were_not_there(as_of, date, signature):
    later = [(date, "c"), (date, "a"), (date, "unknown")]
    answer = ask([[*later, *HISTORY]], [as_of], signature=signature)
    assert answer == ask([HISTORY], [as_of], signature=signature)
    assert "c" in answer.items[0]
    # On its day an event counts again.
    on_the_day = ask([[*HISTORY, (as_of, "c")]], [as_of], signature=signature)
    assert on_the_day != answer


def test_an_event_without_an_item_is_padding():
    assert ask([[("2016-12-30", ""), *HISTORY, ("2018-01-01", "")]]) == ask([HISTORY])


@pytest.mark.parametrize(
    "rows",
    [[[]], [[("", "")] * 4], [[("2016-04-20", "")]]],
    ids=["n = 0", "blank", "date"],
)
def test_an_empty_history_gets_the_popular_items(rows):
    answer = ask(rows, top_k=3)
    assert answer.items == [["a", "b", "c"]]
    np.testing.assert_allclose(answer.scores, [[0, -math.log(2), -math.log(3)]])


def test_a_history_without_an_input_gets_the_popular_items_but_its_own():
    history = [("2016-04-20", "a"), ("no date", "c")]
    answer = ask([history], ["2016-04-19"], top_k=3)
    assert answer.items == [["a", "b", "d"]]
    assert ask([history], ["2016-04-19"], 3, "keep_seen").items == [["a", "b", "c"]]


@pytest.mark.parametrize("signature", ["serving_default", "keep_seen"])
def test_more_items_than_there_are(signature):
    answer, all_of_them = ask([HISTORY], top_k=20, signature=signature), len(ITEMS)
    left = all_of_them if signature == "keep_seen" else all_of_them - 3
    assert [item != "" for item in answer.items[0]] == [True] * left + [False] * (
        20 - left
    )
    assert answer.scores[0][left:] == [NOTHING] * (20 - left)
    assert np.isfinite(answer.scores[0][:left]).all()
    assert answer.scores[0] == sorted(answer.scores[0], reverse=True)


@pytest.mark.parametrize("signature", ["serving_default", "keep_seen"])
def test_more_blanks_than_a_server_has_memory_for_are_refused(signature):
    answer = ask([HISTORY], top_k=10_000, signature=signature)
    assert len(answer.items[0]) == len(answer.scores[0]) == 10_000
    for top_k in (10_001, 2**31 - 1):
        with pytest.raises(
            tf.errors.InvalidArgumentError, match="`top_k` must be at most 10000"
        ):
            ask([HISTORY], top_k=top_k, signature=signature)


def test_no_rows_are_no_error():
    assert ask([], []) == ([], [])


def test_nothing_is_left():
    answer = ask([[("2016-04-20", item) for item in ITEMS]], top_k=2)
    assert answer == ([["", ""]], [[NOTHING, NOTHING]])


def test_an_invalid_as_of_counts_as_empty_in_its_row_alone():
    answer = ask([HISTORY, HISTORY], ["2016-02-31", "2016-05-01"])
    assert answer.items[0] == ask([HISTORY], [""]).items[0]
    assert answer.items[1] == ask([HISTORY], ["2016-05-01"]).items[0]
    assert answer.scores[0] != answer.scores[1]


dates = st.sampled_from(
    ["", "2016-02-31", "2016-04-20", "2016-04-21", "2016-04-20T10:00", "2018-03-01"]
)
items = st.sampled_from(["", "a", "b", "h h", "unknown"])
rows = st.lists(st.tuples(dates, items), max_size=6)


def same(one, other, atol=1e-5) -> bool:
    return one.items == other.items and np.allclose(one.scores, other.scores, atol=atol)


@settings(max_examples=50)
@given(rows, st.integers(0, 4), st.integers(0, 10), st.sampled_from(["", "2016-04-20"]))
def test_padding_changes_nothing_wherever_it_stands(row, blanks, seed, as_of):
    padded = list(row)
    generator = random.Random(seed)
    for _ in range(blanks):
        padded.insert(generator.randint(0, len(padded)), ("", ""))
    for signature in ("serving_default", "keep_seen"):
        assert same(
            ask([padded], [as_of], signature=signature),
            ask([row], [as_of], signature=signature),
        )


@settings(max_examples=50)
@given(
    st.permutations([*HISTORY, ("2016-04-21T10:00", "c"), ("2016-04-21T11:00", "é")])
)
def test_unsorted_events_are_sorted(row):
    assert same(ask([row]), ask([sorted(row)]))


@settings(max_examples=50)
@given(st.lists(st.tuples(rows, dates), min_size=1, max_size=4))
def test_other_rows_of_a_batch_change_nothing(batch):
    together = ask([row for row, _ in batch], [as_of for _, as_of in batch])
    for index, (row, as_of) in enumerate(batch):
        alone = ask([row], [as_of])
        assert together.items[index] == alone.items[0]
        np.testing.assert_allclose(together.scores[index], alone.scores[0], atol=1e-5)
