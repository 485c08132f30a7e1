"""The next element is made while the last one is used."""

import threading

import pytest

from pipeline.steps.prefetch import prefetched


@pytest.mark.parametrize("count", [0, 1, 2, 20])
def test_all_elements_in_their_order(count):
    assert list(prefetched(range(count))) == list(range(count))


def test_the_next_element_is_made_while_one_is_used():
    made = [threading.Event() for _ in range(3)]

    def make():
        for number, event in enumerate(made):
            event.set()
            yield number

    for number in prefetched(make()):
        if number + 1 < len(made):
            assert made[number + 1].wait(timeout=30)


def test_no_more_than_one_is_made_ahead():
    made = []

    def make():
        for number in range(10):
            made.append(number)
            yield number

    taken = prefetched(make())
    assert next(taken) == 0
    assert next(taken) == 1
    taken.close()
    assert made == [0, 1, 2]


def test_an_error_comes_where_the_element_would():
    def make():
        yield 1
        raise ValueError("after one")

    taken = prefetched(make())
    assert next(taken) == 1
    with pytest.raises(ValueError, match="after one"):
        next(taken)
