"""Signatures that are remembered are Beam's."""

import functools

import apache_beam as beam
import pytest
from apache_beam.coders import VarIntCoder
from apache_beam.transforms import core
from apache_beam.transforms.userstate import BagStateSpec, is_stateful_dofn
from apache_beam.typehints import decorators

from pipeline.runners.in_process import in_process_engine
from pipeline.runners.quick_signatures import signature_of
from pipeline.steps.background import InBackground

STATE = beam.DoFn.StateParam(BagStateSpec("b", VarIntCoder()))


def plain(a, b=1, *c, d=2, **e):
    return a


@functools.wraps(plain)
def wrapped(*args):
    return plain(*args)


class Example:
    def method(self, a, b=3):
        return a

    @classmethod
    def of(cls, a):
        return cls()

    @staticmethod
    def free(a, b=4):
        return a

    def __call__(self, a):
        return a


FUNCTIONS = {
    "function": plain,
    "lambda": lambda x, y=1: x,
    "wrapped": wrapped,
    "method": Example().method,
    "unbound": Example.method,
    "class method": Example.of,
    "static method": Example.free,
    "object": Example(),
    "class": Example,
    "partial": functools.partial(plain, 1),
    "of a builtin type": str.upper,
    "builtin": len,
    "Beam's": InBackground(list, threads=1).process,
}


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=FUNCTIONS)
def test_signatures_are_those_of_beam_each_time(function):
    expected = decorators.get_signature(function)
    assert [signature_of(function) for _ in range(3)] == [expected] * 3


def test_a_method_and_its_function_are_told_apart_in_any_order():
    for function in (Example.method, Example().method, Example.method):
        assert signature_of(function) == decorators.get_signature(function)


def test_the_engine_asks_each_function_once_and_still_finds_state():
    class WithState(beam.DoFn):
        def process(self, element, bag=STATE):
            yield element

    in_process_engine()
    assert core.get_signature is signature_of
    assert is_stateful_dofn(WithState())
    assert not is_stateful_dofn(InBackground(list, threads=1))
