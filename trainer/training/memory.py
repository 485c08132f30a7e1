"""Says in one sentence that memory ran out, and what takes less of it."""

import contextlib
import sys
from collections.abc import Iterator

import tensorflow as tf

from schemas.errors import UserError
from trainer.options import TrainOptions


@contextlib.contextmanager
def told_of_memory(options: TrainOptions) -> Iterator[None]:
    """Turns the backend's error inside the block into a sentence.

    Args:
      options: of the training, for the flags that help and their values.

    Raises:
      UserError: memory ran out.
    """
    try:
        yield
    except Exception as error:
        if not _is_out_of_memory(error):
            raise
        raise UserError(f"memory ran out; {_remedy(options)}.") from error


def _is_out_of_memory(error: Exception) -> bool:
    if isinstance(error, tf.errors.ResourceExhaustedError):
        return True
    # Not imported: where JAX computes, Keras has done so.
    jax = sys.modules.get("jax")
    return (
        jax is not None
        and isinstance(error, jax.errors.JaxRuntimeError)
        and "RESOURCE_EXHAUSTED" in str(error)
    )


def _remedy(options: TrainOptions) -> str:
    is_sampled = options.loss == "sampled"
    flags = {
        "batch_size": options.batch_size,
        **({"num_negatives": options.num_negatives} if is_sampled else {}),
        "item_embedding": options.item_embedding,
        "units": ",".join(map(str, options.units)),
    }
    *first, last = (f"--{name} (now {value})" for name, value in flags.items())
    others = "" if is_sampled else ", or take --loss sampled"
    return f"lower {', '.join(first)} or {last}{others}"
