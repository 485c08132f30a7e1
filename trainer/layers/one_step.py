"""Attention over a single step, which is no mistake here."""

import contextlib
import warnings
from collections.abc import Iterator


@contextlib.contextmanager
def one_step_allowed() -> Iterator[None]:
    """Leaves out Keras' warning of a softmax over an axis of size 1.

    In windows of one item a step has nothing to attend to but itself: its weight is 1,
    as it should be.
    """
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "You are using a softmax over axis")
        yield
