"""Loads SavedModels that only compute."""

from typing import Any

import tensorflow as tf
from google.protobuf.message import DecodeError
from tensorflow.core.protobuf import saved_model_pb2

from schemas.graph_digest import GRAPH_FILE, graph_digest
from schemas.graph_ops import outside_ops
from schemas.layout import join


def load_saved_model(folder: str, digest: str | None = None) -> Any:
    """Loads a SavedModel whose graph does not reach outside itself.

    Args:
      folder: as TensorFlow reads it.
      digest: what `graph_digest` must give; None: anything.

    Returns:
      What `tf.saved_model.load` gives.

    Raises:
      ValueError: it is another graph, or holds an op that does more than compute.
      OSError, IndexError, tf.errors.OpError: it is missing or damaged.
    """
    with tf.io.gfile.GFile(join(folder, GRAPH_FILE), "rb") as file:
        data = file.read()
    try:
        parsed = saved_model_pb2.SavedModel.FromString(data)
    except DecodeError as error:
        raise ValueError(f"{GRAPH_FILE} holds no SavedModel") from error
    if digest not in (None, graph_digest(parsed)):
        raise ValueError(f"{GRAPH_FILE} is damaged or of another data set")
    if outside := outside_ops(parsed):
        raise ValueError(f"its graph does more than compute: {', '.join(outside)}")
    return tf.saved_model.load(folder)
