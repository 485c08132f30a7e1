"""Signatures of functions, quick to ask."""

import inspect
from collections.abc import Callable
from types import FunctionType, MethodType
from typing import Any

from apache_beam.transforms import core
from apache_beam.typehints import decorators

_found: dict[tuple[FunctionType, bool], inspect.Signature] = {}


def remember_signatures() -> None:
    """Lets Beam look at the signature of each function once.

    To know whether a step has state it looks at all methods of the step's DoFn, each
    time that it asks: some 40,000 looks to build and start one pipeline, 0.5 s.
    """
    core.get_signature = signature_of


def signature_of(function: Callable[..., Any]) -> inspect.Signature:
    """Returns what Beam's own `get_signature` does, the first time and ever after.

    Args:
      function: any callable; plain functions and their methods are remembered.
    """
    plain = function.__func__ if isinstance(function, MethodType) else function
    if not isinstance(plain, FunctionType):
        return _signature(function)
    # A method's signature has not its first argument, whoever `self` is.
    key = plain, plain is not function
    if key not in _found:
        _found[key] = _signature(function)
    return _found[key]


def _signature(function: Callable[..., Any]) -> inspect.Signature:
    found: inspect.Signature = decorators.get_signature(function)
    return found
