"""Batches of requests: bounded by their cells, in order, with the same answers."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.trainer.serving import catalogue
from trainer.serving.client import Client
from trainer.serving.request_batches import MOST_CELLS, MOST_ROWS, batches_of
from trainer.serving.requests import Event, Request

EVENT = Event("2016-04-20", "b")


def cells(batch):
    """What a batch holds with its padding."""
    return len(batch) * max(len(request.events) for request in batch)


@given(st.lists(st.sampled_from([0, 1, 30, 70, 2_000, MOST_CELLS + 1]), max_size=600))
def test_batches_are_bounded_and_hold_all_in_order(lengths):
    requests = [
        Request((EVENT,) * (length - length // 3), seen=("b",) * (length // 3))
        for length in lengths
    ]
    batches = list(batches_of(requests))
    assert [one for batch in batches for one in batch] == requests
    for batch in batches:
        assert 1 <= len(batch) <= MOST_ROWS
        assert cells(batch) <= MOST_CELLS or len(batch) == 1
    # None is ended before it must be.
    for batch, after in itertools.pairwise(batches):
        longer = [*batch, after[0]]
        assert len(batch) == MOST_ROWS or cells(longer) > MOST_CELLS


def test_usual_histories_fill_a_batch():
    requests = [Request((EVENT,) * 64)] * (MOST_ROWS + 1)
    assert [len(batch) for batch in batches_of(requests)] == [MOST_ROWS, 1]


def test_requests_are_read_as_batches_are_asked_for():
    def requests():
        yield from [Request((EVENT,))] * (MOST_ROWS + 1)
        pytest.fail("read before it was asked for")

    assert len(next(batches_of(requests()))) == MOST_ROWS


def test_a_long_history_among_short_ones_changes_no_answer():
    client = Client(str(catalogue.export()))
    days = [f"2016-{1 + n // 28 % 12:02d}-{1 + n % 28:02d}" for n in range(3_000)]
    items = catalogue.ITEMS
    long = Request(
        tuple(Event(day, items[n % 3]) for n, day in enumerate(days)), user_id="long"
    )
    short = [
        Request(tuple(map(Event, days[: n % 5], items)), "2017-01-01", str(n))
        for n in range(40)
    ]
    requests = [*short[:20], long, *short[20:]]
    assert [len(batch) for batch in batches_of(requests)] == [20, 5, 16]
    together = list(client.recommend(requests, 5))
    assert [request for request, _ in together] == requests
    for request, answer in together:
        ((_, alone),) = client.recommend([request], 5)
        assert [one.item_id for one in answer] == [one.item_id for one in alone]
        scores = [one.score for one in alone]
        assert [one.score for one in answer] == pytest.approx(scores, abs=1e-5)
