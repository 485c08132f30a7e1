"""Graphs are told apart by what they can do: compute, or reach outside."""

import shutil
from pathlib import Path

import pytest
import tensorflow as tf
from tensorflow.core.protobuf import saved_model_pb2
from tensorflow.python.framework import op_def_registry

from pipeline.recommend.export_files import load_export
from schemas.errors import UserError
from schemas.exported_model import description_path
from schemas.graph_ops import is_outside, outside_ops
from tests.support.digests import accept_export
from tests.trainer.serving import catalogue
from trainer.data.saved_models import load_saved_model
from trainer.serving.client import Client

# Arguments of an op that name something outside of the graph.
TELLING = {
    "address",
    "addresses",
    "debug_urls",
    "descriptor_source",
    "destination",
    "directory",
    "file_name",
    "file_pattern",
    "file_prefix",
    "filename",
    "filenames",
    "input_file",
    "log_dir",
    "logdir",
    "memory_region_name",
    "output_file",
    "output_stream",
    "path",
    "pattern",
    "prefix",
    "server_address",
    "snapshot_path",
    "target",
    "token",
    "url",
}
# Ops that have such an argument, and only compute; each with what it is.
HARMLESS = {
    "InitializeTableFromTextFile": "a vocabulary",
    "InitializeTableFromTextFileV2": "a vocabulary",
    "StaticRegexFullMatch": "a regular expression",
    "StaticRegexReplace": "a regular expression",
    "RegexFullMatch": "a regular expression",
    "RegexReplace": "a regular expression",
}


def registered_ops() -> dict[str, set[str]]:
    """The arguments of each op of this TensorFlow, by its name."""
    found = {}
    for name in dir(tf.raw_ops):
        if (op := op_def_registry.get(name)) is not None:
            found[name] = {argument.name for argument in (*op.input_arg, *op.attr)}
    return found


def test_every_op_of_tensorflow_that_names_something_outside_is_refused():
    ops = registered_ops()
    assert len(ops) > 1_000
    telling = {name for name, arguments in ops.items() if arguments & TELLING}
    assert {"ReadFile", "WriteFile", "EagerPyFunc", "PrintV2"} <= telling
    missed = {name for name in telling - HARMLESS.keys() if not is_outside(name)}
    assert not missed


@pytest.mark.parametrize(
    "op",
    [
        "Abort",
        "DebugIdentityV2",
        "EagerPyFunc",
        "MatchingFiles",
        "PyFunc",
        "PyFuncStateless",
        "ReadFile",
        "RpcCall",
        "SaveV2",
        "TFRecordDatasetV2",
        "WriteFile",
        "WriteSummary",
    ],
)
def test_ops_that_reach_outside(op):
    assert is_outside(op)


@pytest.mark.parametrize(
    "op", ["Log", "MatMul", "TensorArrayWriteV3", "While", "TopKV2"]
)
def test_ops_that_compute(op):
    assert not is_outside(op)


def save(function, folder: Path) -> str:
    """Saves a module whose `compute` is a function of one text."""

    class Module(tf.Module):
        @tf.function(input_signature=[tf.TensorSpec([], tf.string)])
        def compute(self, text):
            return function(text)

    tf.saved_model.save(Module(), str(folder))
    return str(folder)


def reading(text):
    return tf.io.read_file(text)


def writing_in_a_branch(text):
    def write():
        tf.io.write_file("never", text)
        return text

    return tf.cond(tf.equal(text, "now"), write, lambda: text)


def writing_in_a_map(text):
    def write(part):
        tf.print(part, output_stream="file://never")
        return part

    return tf.map_fn(write, tf.strings.split(text))


def calling_python(text):
    return tf.py_function(lambda t: t, [text], tf.string)


def saving_a_tensor(text):
    tf.raw_ops.SaveV2(
        prefix=text, tensor_names=["a"], shape_and_slices=[""], tensors=[tf.zeros(1)]
    )
    return text


@pytest.mark.parametrize(
    ("function", "op"),
    [
        (reading, "ReadFile"),
        (writing_in_a_branch, "WriteFile"),
        (writing_in_a_map, "PrintV2"),
        (calling_python, "EagerPyFunc"),
        (saving_a_tensor, "SaveV2"),
    ],
)
def test_a_graph_that_reaches_outside_is_not_loaded(tmp_path, function, op):
    folder = save(function, tmp_path / "model")
    with pytest.raises(ValueError, match=f"its graph does more than compute: .*{op}"):
        load_saved_model(folder)


def test_a_graph_that_computes_is_loaded(tmp_path):
    folder = save(tf.strings.upper, tmp_path / "model")
    loaded = load_saved_model(folder)
    assert loaded.compute(tf.constant("a")).numpy() == b"A"


@pytest.mark.parametrize("day_feature", ["age", "gap", "date", "none"])
def test_exports_only_compute(day_feature):
    data = (catalogue.export(day_feature) / "saved_model.pb").read_bytes()
    assert outside_ops(saved_model_pb2.SavedModel.FromString(data)) == []


def test_the_transform_graph_of_the_pipeline_only_computes():
    data = (catalogue.data_folder() / "transform_fn" / "saved_model.pb").read_bytes()
    assert outside_ops(saved_model_pb2.SavedModel.FromString(data)) == []


@pytest.mark.parametrize("load", [Client, load_export])
def test_an_export_that_writes_a_file_is_not_served_and_writes_none(tmp_path, load):
    written = tmp_path / "written"
    export = Path(shutil.copytree(catalogue.export(), tmp_path / "export"))
    answer = load_saved_model(str(export)).recommend

    class Poisoned(tf.Module):
        @tf.function(input_signature=answer.input_signature)
        def recommend(self, item_id, event_date, as_of, top_k):
            tf.io.write_file(str(written), tf.strings.reduce_join(item_id))
            return {"item_id": item_id, "score": tf.zeros(tf.shape(item_id))}

    module = Poisoned()
    shutil.rmtree(export / "variables")
    description = Path(description_path(str(export))).read_text()
    signatures = {"serving_default": module.recommend, "keep_seen": module.recommend}
    tf.saved_model.save(module, str(export), signatures=signatures)
    path = Path(description_path(str(export)))
    path.parent.mkdir(exist_ok=True)
    path.write_text(description)
    # As one would who means it: the digests fit.
    accept_export(export)
    with pytest.raises(UserError, match=r"graph does more than compute.*WriteFile"):
        load(str(export))
    assert not written.exists()
