"""The trainer: learns to predict the next item from the pipeline's records.

`python -m trainer train` reads a data set that `python -m pipeline` wrote, trains a
Keras model and exports it; `evaluate` measures a run beside simple baselines;
`predict` answers raw histories. The trainer meets the pipeline in `schemas` and in
files on disk, and imports neither it nor Beam nor tf.Transform.
"""

from typing import Any


def run_fn(fn_args: Any) -> None:
    """Trains as TFX's Trainer component asks (see `trainer.tfx.module.run_fn`)."""
    # TensorFlow takes seconds to import, and `--help` imports this package.
    from trainer.tfx.module import run_fn as run

    run(fn_args)
