"""A digest of the transform graph that is the same for the same graph.

tf.Transform writes the nodes of a graph in an order that changes from run to run, and
the folder in which it kept the vocabulary meanwhile. Neither means anything, so the
parsed proto is put in order first. No library is imported here.
"""

import hashlib
import re
from typing import Any

GRAPH_FILE = "saved_model.pb"
# TensorFlow's own word on the bytes of `GRAPH_FILE`; nothing reads it.
FINGERPRINT_FILE = "fingerprint.pb"

# As in the name of a table, `hash_table_tf.Tensor(b'/x/y/item_vocabulary', shape...`.
_FOLDER = re.compile(rb"b'[^']*/")


def graph_digest(saved_model: Any) -> str:
    """Returns the SHA-256 of what a graph means.

    Args:
      saved_model: a parsed `SavedModel` proto; it is left as it is.
    """
    ordered = type(saved_model)()
    ordered.CopyFrom(saved_model)
    for meta_graph in ordered.meta_graphs:
        graph = meta_graph.graph_def
        _put_in_order(graph.node)
        graph.library.function.sort(key=lambda function: function.signature.name)
        for function in graph.library.function:
            _put_in_order(function.node_def)
    data = ordered.SerializeToString(deterministic=True)
    return hashlib.sha256(data).hexdigest()


def _put_in_order(nodes: Any) -> None:
    nodes.sort(key=lambda node: node.name)
    for node in nodes:
        if "shared_name" in node.attr:
            name = node.attr["shared_name"]
            name.s = _FOLDER.sub(b"b'", name.s)
