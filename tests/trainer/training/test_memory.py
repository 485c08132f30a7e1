"""Memory that runs out, by errors that the backends themselves raise."""

import importlib.util
from pathlib import Path

import pytest
import tensorflow as tf

from schemas.errors import UserError
from tests.support.training import small_options
from trainer.training.memory import told_of_memory

# More numbers than any machine holds.
TOO_MANY = 1 << 45


@pytest.mark.parametrize(
    ("changes", "remedy"),
    [
        (
            {"loss": "sampled", "num_negatives": 500, "units": (16, 8)},
            "lower --batch_size (now 32), --num_negatives (now 500), "
            "--item_embedding (now 8) or --units (now 16,8).",
        ),
        (
            {"loss": "full"},
            "lower --batch_size (now 32), --item_embedding (now 8) or --units "
            "(now 16), or take --loss sampled.",
        ),
    ],
)
def test_the_flags_that_help_are_named(changes, remedy):
    options = small_options("data", Path("run"), **changes)
    with pytest.raises(UserError) as raised, told_of_memory(options):
        tf.zeros([TOO_MANY])
    assert str(raised.value) == f"memory ran out; {remedy}"


@pytest.mark.skipif(
    importlib.util.find_spec("jax") is None, reason="the extra jax is not installed"
)
def test_jax_runs_out_too():
    import jax.numpy as jnp

    options = small_options("data", Path("run"))
    with pytest.raises(UserError, match="memory ran out"), told_of_memory(options):
        jnp.zeros([TOO_MANY]).block_until_ready()


def test_other_errors_are_not_touched():
    options = small_options("data", Path("run"))
    with pytest.raises(tf.errors.InvalidArgumentError), told_of_memory(options):
        tf.reshape(tf.zeros([3]), [2])
