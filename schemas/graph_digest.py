"""A digest of the transform graph that is the same for the same graph.

tf.Transform writes the nodes of a graph in an order that changes from run to run, the
folder in which it kept the vocabulary meanwhile, and functions under numbers that go on
from whatever the process did before. None of it means anything, so the parsed proto is
put in order first. No library is imported here.
"""

import hashlib
import re
from typing import Any

GRAPH_FILE = "saved_model.pb"
# TensorFlow's own word on the bytes of `GRAPH_FILE`; nothing reads it.
FINGERPRINT_FILE = "fingerprint.pb"

# As in the name of a table, `hash_table_tf.Tensor(b'/x/y/item_vocabulary', shape...`.
_FOLDER = re.compile(rb"b'[^']*/")
# For people to read; of a table it is such a number, too.
_ARGUMENT_NAME = "_user_specified_name"
# Of a function, as in `__inference_pruned_2240`.
_NUMBER = re.compile(r"[0-9]+$")


def graph_digest(saved_model: Any) -> str:
    """Returns the SHA-256 of what a graph means.

    Args:
      saved_model: a parsed `SavedModel` proto; it is left as it is.
    """
    ordered = type(saved_model)()
    ordered.CopyFrom(saved_model)
    names: list[str] = []
    for meta_graph in ordered.meta_graphs:
        graph = meta_graph.graph_def
        _put_in_order(graph.node)
        graph.library.function.sort(key=lambda of: _number(of.signature.name))
        names += [function.signature.name for function in graph.library.function]
        for function in graph.library.function:
            _put_in_order(function.node_def)
            for argument in function.arg_attr.values():
                if _ARGUMENT_NAME in argument.attr:
                    del argument.attr[_ARGUMENT_NAME]
    data = ordered.SerializeToString(deterministic=True)
    places = {name: place for place, name in enumerate(names)}
    # A longer name first, since it may begin with a shorter one.
    for name in sorted(names, key=len, reverse=True):
        renamed = _NUMBER.sub(f"#{places[name]}", name)
        data = data.replace(name.encode(), renamed.encode())
    return hashlib.sha256(data).hexdigest()


def _number(name: str) -> tuple[int, str]:
    found = _NUMBER.search(name)
    return (int(found[0]) if found else -1, name)


def _put_in_order(nodes: Any) -> None:
    nodes.sort(key=lambda node: node.name)
    for node in nodes:
        if "shared_name" in node.attr:
            name = node.attr["shared_name"]
            name.s = _FOLDER.sub(b"b'", name.s)
