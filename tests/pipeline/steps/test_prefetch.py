"""Elements are made while the last ones are used."""

import threading

import pytest

from pipeline.steps.prefetch import mapped_ahead, prefetched


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


@pytest.mark.parametrize("threads", [1, 2, 5])
@pytest.mark.parametrize("count", [0, 1, 2, 20])
def test_results_come_in_the_order_of_their_elements(count, threads):
    found = mapped_ahead(lambda number: number * number, range(count), threads)
    assert list(found) == [number * number for number in range(count)]


def test_a_slow_first_element_keeps_its_place():
    second_is_done = threading.Event()

    def work(number):
        if number == 0:
            assert second_is_done.wait(timeout=30)
        elif number == 1:
            second_is_done.set()
        return number

    assert list(mapped_ahead(work, range(4), 2)) == [0, 1, 2, 3]


def test_no_more_elements_are_taken_than_threads_work_on():
    taken = []

    def make():
        for number in range(10):
            taken.append(number)
            yield number

    results = mapped_ahead(str, make(), 3)
    assert next(results) == "0"
    assert taken == [0, 1, 2, 3]
    assert next(results) == "1"
    assert taken == [0, 1, 2, 3, 4]


def test_an_error_of_the_function_comes_where_its_result_would():
    def work(number):
        if number == 2:
            raise ValueError("at two")
        return number

    results = mapped_ahead(work, range(9), 4)
    assert [next(results), next(results)] == [0, 1]
    with pytest.raises(ValueError, match="at two"):
        next(results)


def test_an_error_of_the_elements_ends_the_work():
    def make():
        yield 1
        raise ValueError("after one")

    before = set(threading.enumerate())
    with pytest.raises(ValueError, match="after one"):
        list(mapped_ahead(str, make(), 2))
    assert set(threading.enumerate()) == before


@pytest.mark.parametrize("threads", [0, 1, 3])
@pytest.mark.parametrize("count", [0, 1, 5])
def test_what_is_mapped_ahead_keeps_its_order(threads, count):
    found = mapped_ahead(lambda number: number * 10, range(count), threads)
    assert list(found) == [number * 10 for number in range(count)]


@pytest.mark.parametrize("threads", [0, 1, 3])
def test_as_many_are_mapped_ahead_as_there_are_threads(threads):
    made = []

    def make():
        for number in range(10):
            made.append(number)
            yield number

    assert next(mapped_ahead(lambda number: number, make(), threads)) == 0
    assert made == list(range(threads + 1))
