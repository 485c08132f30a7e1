"""Rules against their literal meaning: a walk down the whole ranking."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import UserError
from schemas.rules.ranking_rules import (
    adjustment,
    check_attributes,
    ranked,
    ranking_rules,
)
from schemas.rules.rule_flags import Rules

NOTHING = -math.inf


def literal_walk(ranking, attributes, max_per, top_k):
    """The items taken one by one: each against all that were taken before it."""
    taken = []
    for item in ranking:
        if len(taken) < top_k and all(
            attributes[name][item - 1] is None
            or [attributes[name][other - 1] for other in taken].count(
                attributes[name][item - 1]
            )
            < most
            for name, most in max_per
        ):
            taken.append(item)
    return taken


def asked(ranking, rules, top_k):
    """What `ranked` chooses of one ranking, and the lengths that it asked for."""
    lengths = []

    def rank(length):
        lengths.append(length)
        row = ranking[:length]
        ids = row + [0] * (length - len(row))
        return ids, [ids]

    ids, (places,) = ranked(rank, rules, top_k)
    return [ids[place] for place in places], lengths


@st.composite
def catalogues(draw):
    """Attributes of N items, and a ranking of those that a user has not seen."""
    num_items = draw(st.integers(1, 60))
    values = st.lists(
        st.sampled_from([None, "a", "b", "c", "d"]),
        min_size=num_items,
        max_size=num_items,
    )
    attributes = {"category": draw(values), "size": draw(values)}
    order = draw(st.permutations(range(1, num_items + 1)))
    return attributes, list(order)[draw(st.integers(0, num_items)) :]


limits = st.sampled_from(
    [
        (),
        (("category", 1),),
        (("category", 3),),
        (("size", 2), ("category", 1)),
        (("category", 2), ("size", 5)),
    ]
)


@given(catalogues(), limits, st.integers(1, 70), st.randoms())
def test_what_is_taken_is_what_a_walk_down_the_whole_ranking_takes(
    catalogue, max_per, top_k, random
):
    attributes, ranking = catalogue
    num_items = len(attributes["size"])
    blocked = bytes(random.random() < 0.3 for _ in range(num_items))
    ranking = [item for item in ranking if not blocked[item - 1]]
    rules = ranking_rules(Rules(max_per=max_per), blocked, [1] * num_items, attributes)
    found, lengths = asked(ranking, rules, top_k)
    assert found == literal_walk(ranking, attributes, max_per, top_k)
    # Each time more, and never more than there is.
    assert lengths == sorted(set(lengths))
    assert max(lengths) <= num_items


def test_no_more_is_asked_for_than_can_be_taken():
    """All of 1,000 items are of two values, of which an answer holds four."""
    attributes = {"category": ["dress", "top"] * 500}
    rules = ranking_rules(
        Rules(max_per=(("category", 2),)), bytes(1_000), [1] * 1_000, attributes
    )
    assert asked(list(range(1, 1_001)), rules, 10) == ([1, 2, 3, 4], [40])


def test_more_is_asked_for_until_enough_are_found():
    attributes = {"category": ["dress"] * 100 + ["top", None, None] + ["shoe"] * 897}
    rules = ranking_rules(
        Rules(max_per=(("category", 1),)), bytes(1_000), [1] * 1_000, attributes
    )
    found, lengths = asked(list(range(1, 1_001)), rules, 4)
    assert found == [1, 101, 102, 103]
    assert lengths == [16, 64, 256]


def test_an_item_that_one_limit_passes_over_does_not_count_for_another():
    attributes = {"category": ["x", "x", "y"], "size": ["S", "M", "M"]}
    rules = ranking_rules(
        Rules(max_per=(("category", 1), ("size", 1))), bytes(3), [1] * 3, attributes
    )
    assert asked([1, 2, 3], rules, 3)[0] == [1, 3]


def test_scores_lose_the_log_of_the_share_times_the_penalty():
    # (3 + 1) / 8, (1 + 1) / 8 and (0 + 1) / 8, where 4 events are of 4 items.
    found = list(adjustment(b"\0\0\1\0", [3, 1, 0, 0], 2.0))
    assert found == pytest.approx(
        [2 * math.log(2), 2 * math.log(4), NOTHING, 2 * math.log(8)]
    )


def test_without_a_penalty_scores_stay_to_the_last_bit():
    assert list(adjustment(b"\0\1\0", [3, 1, 0], 0.0)) == [0.0, NOTHING, 0.0]


@given(
    st.lists(st.tuples(st.floats(-5, 5), st.integers(0, 10**6)), min_size=1),
    st.floats(0, 3),
)
def test_of_equal_scores_the_rarer_comes_first_and_equal_counts_keep_their_order(
    items, penalty
):
    counts = [count for _, count in items]
    added = list(adjustment(bytes(len(items)), counts, penalty))
    for (_, one), more in zip(items, added, strict=True):
        for (_, other), less in zip(items, added, strict=True):
            if one == other:
                assert more == less
            elif one < other:
                assert more >= less


def test_an_attribute_that_is_not_there_is_named_with_those_that_are():
    rules = Rules(max_per=(("category", 2), ("colour", 1)))
    check_attributes(rules, ["category", "colour"], "run/model")
    with pytest.raises(UserError) as raised:
        check_attributes(rules, ["size", "category"], "run/model")
    assert str(raised.value) == (
        "--max_per names 'colour', and the attributes of items in run/model are "
        "category, size; name one of these, or run `python -m pipeline` with "
        "--item_fields category,size,colour, and train again."
    )
    with pytest.raises(UserError) as raised:
        check_attributes(rules, [], "run/model")
    assert str(raised.value) == (
        "--max_per category needs attributes of items, and run/model holds none; run "
        "`python -m pipeline` with --item_fields category, and train again."
    )
