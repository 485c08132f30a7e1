"""A digest of the transform graph that is the same for the same graph.

tf.Transform writes the nodes of a graph in an order that changes from run to run, the
folder in which it kept the vocabulary meanwhile, and functions under numbers that go on
from whatever the process did before. None of it means anything, so the digest is of the
parsed proto's values, put in order. No library is imported here.
"""

import hashlib
import json
import re
from collections.abc import Mapping
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
    names: dict[str, str] = {}
    for meta_graph in ordered.meta_graphs:
        graph = meta_graph.graph_def
        _put_in_order(graph.node)
        graph.library.function.sort(key=lambda of: _number(of.signature.name))
        for function in graph.library.function:
            name = function.signature.name
            names[name] = _NUMBER.sub(f"#{len(names)}", name)
            _put_in_order(function.node_def)
            for argument in function.arg_attr.values():
                if _ARGUMENT_NAME in argument.attr:
                    del argument.attr[_ARGUMENT_NAME]
    return hashlib.sha256(json.dumps(_plain(ordered, names)).encode()).hexdigest()


def _number(name: str) -> tuple[int, str]:
    found = _NUMBER.search(name)
    return (int(found[0]) if found else -1, name)


def _put_in_order(nodes: Any) -> None:
    nodes.sort(key=lambda node: node.name)
    for node in nodes:
        if "shared_name" in node.attr:
            name = node.attr["shared_name"]
            name.s = _FOLDER.sub(b"b'", name.s)


def _plain(value: Any, names: Mapping[str, str]) -> Any:
    """Returns a proto, or a value of its fields, as JSON has them.

    Not the proto's own bytes with other names: they tell the length of each name, which
    grows with its number.
    """
    if isinstance(value, str):
        return names.get(value, value)
    if isinstance(value, bytes):
        return value.decode("latin-1")
    if isinstance(value, bool | int | float):
        return value
    if hasattr(value, "ListFields"):
        return [(field.number, _plain(of, names)) for field, of in value.ListFields()]
    if hasattr(value, "items"):  # a map
        return sorted((_plain(key, names), _plain(value[key], names)) for key in value)
    return [_plain(one, names) for one in value]
