"""Loads TensorFlow and Keras without their start-up notes."""

import os

from schemas.cli.quiet import without_notes
from schemas.errors import UserError


def load_tensorflow() -> None:
    """Imports TensorFlow and Keras, and looks for devices.

    Called just before the work of a command is imported. A level that the user set in
    `TF_CPP_MIN_LOG_LEVEL` is kept, and 0 shows everything.

    Raises:
      UserError: the backend that `KERAS_BACKEND` names is not installed, or is none.
    """
    with without_notes():
        # Keras draws its backend in, TensorFlow or another.
        try:
            import keras  # noqa: F401
        except (ImportError, ValueError) as error:
            if not (backend := os.environ.get("KERAS_BACKEND")):
                raise
            raise UserError(
                f"KERAS_BACKEND={backend} can't be used ({error}); unset it, or set it "
                "to tensorflow, or to jax after `python -m pip install -e '.[jax]'`."
            ) from error
        import tensorflow as tf

        tf.config.list_physical_devices()
