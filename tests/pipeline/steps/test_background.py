"""A step that works behind the ones before it."""

import threading
import time

import apache_beam as beam
import pytest
from apache_beam.runners.portability.fn_api_runner import FnApiRunner
from apache_beam.testing.util import assert_that, equal_to

from pipeline.steps.background import InBackground
from tests.support.engines import bit_by_bit


def twice(number, factor, side=0):
    time.sleep(0.01 * (number % 3))
    yield number * factor + side
    yield -number


def run_bundle(do_fn, elements):
    do_fn.setup()
    do_fn.start_bundle()
    passed_on = [list(do_fn.process(element)) for element in elements]
    last = [value.value for value in do_fn.finish_bundle()]
    do_fn.teardown()
    return passed_on, last


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_everything_is_yielded_in_the_order_of_the_elements(threads):
    passed_on, last = run_bundle(InBackground(twice, 10, threads=threads), range(4))
    values = [value for part in passed_on for value in part] + last
    assert values == [0, 0, 10, -1, 20, -2, 30, -3]
    assert passed_on[:threads] == [[]] * min(threads, 4)


def test_an_element_is_worked_on_while_the_next_ones_come():
    started, finish = threading.Event(), threading.Event()

    def wait(_):
        started.set()
        assert finish.wait(timeout=30)
        return ["done"]

    do_fn = InBackground(wait, threads=1)
    do_fn.setup()
    do_fn.start_bundle()
    assert list(do_fn.process("element")) == []
    assert started.wait(timeout=30)
    finish.set()
    assert [value.value for value in do_fn.finish_bundle()] == ["done"]
    do_fn.teardown()


def test_an_error_is_raised_where_its_values_would_be_yielded():
    def fail(number):
        raise ValueError(f"number {number}")

    with pytest.raises(ValueError, match="number 0"):
        run_bundle(InBackground(fail, threads=1), range(3))
    with pytest.raises(ValueError, match="number 7"):
        run_bundle(InBackground(fail, threads=2), [7])


def test_without_threads_an_element_is_done_when_the_next_one_comes():
    done = []

    def note(number):
        done.append(number)
        yield number

    passed_on, last = run_bundle(InBackground(note, threads=0), range(3))
    assert (passed_on, last) == ([[0], [1], [2]], [])
    do_fn = InBackground(note, threads=0)
    do_fn.setup()
    do_fn.start_bundle()
    values = do_fn.process(7)
    assert done == [0, 1, 2]
    assert next(values) == 7


def sizes(element):
    key, values = element
    yield key, sum(len(value) for value in values)


@pytest.mark.parametrize("threads", [0, 1, 3])
def test_values_of_a_group_that_an_engine_hands_over_bit_by_bit(threads):
    with beam.Pipeline(runner=bit_by_bit()) as pipeline:
        found = (
            pipeline
            | "Parts" >> beam.Create([(n % 3, b"part") for n in range(300)])
            | "Group" >> beam.GroupByKey()
            | "Sizes" >> beam.ParDo(InBackground(sizes, threads=threads, grouped=True))
        )
        assert_that(found, equal_to([(0, 400), (1, 400), (2, 400)]))


@pytest.mark.parametrize("threads", [0, 1, 3])
def test_in_a_pipeline_with_a_side_input(threads):
    with beam.Pipeline(runner=FnApiRunner()) as pipeline:
        side = pipeline | "Side" >> beam.Create([1000])
        found = (
            pipeline
            | "Numbers" >> beam.Create(range(50))
            | "Twice"
            >> beam.ParDo(
                InBackground(twice, 10, threads=threads), beam.pvalue.AsSingleton(side)
            ).with_output_types(int)
            | "Key" >> beam.Map(lambda value: (value > 0, value))
            | "Group" >> beam.GroupByKey()
            | "Flatten" >> beam.FlatMapTuple(lambda _, values: values)
        )
        expected = [n * 10 + 1000 for n in range(50)] + [-n for n in range(50)]
        assert_that(found, equal_to(expected))
