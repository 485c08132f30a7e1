"""Answers by rules, beside a literal walk down the answer without any."""

import math
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.rules.rule_flags import Rules
from tests.trainer.serving import catalogue
from tests.trainer.serving.catalogue import COUNTS, FIELDS, ITEMS
from trainer.serving.client import Client
from trainer.serving.requests import Event, Request

REQUESTS = [
    Request((Event("2016-04-20", "b"), Event("2016-05-01", "d")), "2017-02-01"),
    Request((Event("2016-11-30", "g:g"),)),
    Request(()),
]


@pytest.fixture(scope="module")
def client() -> Client:
    return Client(str(catalogue.attributed()))


def literal(ranking, rules, excluded, only, top_k):
    """Item after item of the whole ranking, by the sentences of the documentation."""
    events = sum(COUNTS) + len(ITEMS)
    penalised = sorted(
        (
            (item, score - rules.popularity_penalty * math.log(share / events))
            for item, score in ranking
            for share in [COUNTS[ITEMS.index(item)] + 1]
        ),
        key=lambda entry: -entry[1],
    )
    taken = []
    for item, score in penalised:
        if item in excluded or item not in only:
            continue
        values = {name: FIELDS[name][ITEMS.index(item)] for name, _ in rules.max_per}
        if all(
            values[name] is None
            or sum(FIELDS[name][ITEMS.index(i)] == values[name] for i, _ in taken)
            < most
            for name, most in rules.max_per
        ):
            taken.append((item, pytest.approx(score, abs=1e-5)))
    return taken[:top_k]


subsets = st.sets(st.sampled_from(ITEMS))


@settings(max_examples=60)
@given(
    subsets,
    st.none() | subsets.filter(bool),
    st.sampled_from(
        [(), (("category", 1),), (("size", 1), ("category", 2)), (("size", 3),)]
    ),
    st.sampled_from([0.0, 0.5, 1.0, 3.0]),
    st.integers(1, 10),
    st.booleans(),
)
def test_answers_are_those_of_the_literal_rules(
    client, excluded, only, max_per, penalty, top_k, keep_seen
):
    with tempfile.TemporaryDirectory() as folder:
        paths = {}
        for flag, items in (("exclude", excluded), ("only", only)):
            if items is not None:
                paths[flag] = f"{folder}/{flag}"
                Path(paths[flag]).write_text("".join(f"{i}\n" for i in sorted(items)))
        rules = Rules(**paths, max_per=max_per, popularity_penalty=penalty)
        found = list(client.recommend(REQUESTS, top_k, keep_seen, rules))
    whole = client.recommend(REQUESTS, len(ITEMS), keep_seen)
    for (request, answer), (_, ranking) in zip(found, whole, strict=True):
        expected = literal(ranking, rules, excluded, only or ITEMS, top_k)
        assert answer == expected, request
