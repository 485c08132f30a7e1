"""Ops by which a saved graph would reach outside itself.

TensorFlow runs whatever a SavedModel holds, in the process that loads it: files can be
read and written, other machines be called. An export and a transform graph only
compute. Looked at is the parsed proto, so that no library is imported here.

A graph without such ops can still be wrong, slow or large: a model is loaded from a
source that is trusted, and this makes a mistake cheaper.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

# Parts of the names of TensorFlow's ops that read or write files, talk to others, call
# back into Python, or end the process; a test goes through all that TensorFlow has.
_OUTSIDE = re.compile(
    r"Abort|Cache|Checkpoint|Collective|Dataset|Debug|File|Host|ImmutableConst|Iterator"
    r"|Lmdb|Log(ger|String)|Print|Proto|PyFunc|Reader|Record|Recv|Remote|Restore|Rpc"
    r"|Save|Send|Snapshot|Sql|Summary|TPU|TRT|Tpu"
)
# Vocabularies are read by the first two, from the SavedModel's own assets.
_ALLOWED = frozenset({"InitializeTableFromTextFile", "InitializeTableFromTextFileV2"})
# What every SavedModel holds for its own weights, where its saver calls it.
_OF_SAVER = frozenset({"MergeV2Checkpoints", "RestoreV2", "SaveV2", "ShardedFilename"})


def outside_ops(saved_model: Any) -> list[str]:
    """Returns the ops of a graph that reach outside it, sorted; none is expected.

    Args:
      saved_model: a parsed `SavedModel` proto.
    """
    found: set[str] = set()
    for meta_graph in saved_model.meta_graphs:
        nodes = list(meta_graph.graph_def.node)
        functions = {
            function.signature.name: list(function.node_def)
            for function in meta_graph.graph_def.library.function
        }
        is_saver = _saver_nodes(meta_graph.saver_def)
        by_saver = [node for node in nodes if node.name in is_saver]
        others = [node for node in nodes if node.name not in is_saver]
        callable_names = meta_graph.object_graph_def.concrete_functions
        used = _called([*_callees(others, functions), *callable_names], functions)
        of_saver = _called(_callees(by_saver, functions), functions) - used
        # A function that nobody calls is looked at like any other.
        for name in functions.keys() - of_saver:
            others += functions[name]
        for name in of_saver:
            by_saver += functions[name]
        found |= _outside(others)
        found |= _outside(by_saver) - _OF_SAVER
    return sorted(found)


def is_outside(op: str) -> bool:
    """Whether an op of this name reaches outside its graph."""
    return op not in _ALLOWED and _OUTSIDE.search(op) is not None


def _outside(nodes: Iterable[Any]) -> set[str]:
    return {node.op for node in nodes if is_outside(node.op)}


def _saver_nodes(saver: Any) -> set[str]:
    names = (
        saver.filename_tensor_name,
        saver.save_tensor_name,
        saver.restore_op_name,
    )
    return {name.partition(":")[0] for name in names if name}


def _called(names: Iterable[str], functions: Mapping[str, Iterable[Any]]) -> set[str]:
    """Returns functions and those that they call in turn."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name in functions and name not in found:
            found.add(name)
            waiting += _callees(functions[name], functions)
    return found


def _callees(
    nodes: Iterable[Any], functions: Mapping[str, Iterable[Any]]
) -> Iterator[str]:
    """Yields the names of the functions that nodes call."""
    for node in nodes:
        if node.op in functions:
            yield node.op
        for value in node.attr.values():
            if value.HasField("func"):
                yield value.func.name
            for function in value.list.func:
                yield function.name
