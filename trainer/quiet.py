"""Loads TensorFlow and Keras without their start-up notes."""

from schemas.cli.quiet import without_notes


def load_tensorflow() -> None:
    """Imports TensorFlow and Keras, and looks for devices.

    Called just before the work of a command is imported. A level that the user set in
    `TF_CPP_MIN_LOG_LEVEL` is kept, and 0 shows everything.
    """
    with without_notes():
        # Keras draws its backend in, TensorFlow or another.
        import keras  # noqa: F401
        import tensorflow as tf

        tf.config.list_physical_devices()
