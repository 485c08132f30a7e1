"""What an export is made of, and that a server needs nothing else."""

import json
import os
import shutil
import subprocess
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf
from tensorflow.core.protobuf import saved_model_pb2

from schemas.errors import UserError
from tests.trainer.serving import catalogue
from tests.trainer.serving.catalogue import ask
from trainer.serving.export import export_model

HISTORY = [("2016-04-20", "b"), ("2016-05-01", "d"), ("2016-11-30", "a")]


def test_methods_have_python_defaults():
    loaded = catalogue.loaded()
    texts = [tf.constant([[event[i] for event in HISTORY]]) for i in (1, 0)]
    answer = loaded.recommend(*texts)
    assert answer["item_id"].shape == [1, 10]
    expected = ask([HISTORY], top_k=10)
    assert [i.decode() for i in answer["item_id"].numpy()[0]] == expected.items[0]
    answer = loaded.keep_seen(*texts, top_k=2)
    assert [i.decode() for i in answer["item_id"].numpy()[0]] == ask(
        [HISTORY], top_k=2, signature="keep_seen"
    ).items[0]


def test_short_windows_are_served_without_a_loop_and_the_model_keeps_its_own():
    model = catalogue.model("age")
    assert model.recurrent
    catalogue.export()
    graph = catalogue.loaded().signatures["serving_default"].graph.as_graph_def()
    ops = {node.op for each in graph.library.function for node in each.node_def}
    assert "MatMul" in ops
    assert not ops & {"While", "StatelessWhile"}
    assert not any(layer.unroll for layer in model.recurrent)


@pytest.mark.parametrize("folder", ["run", "run/.training"])
def test_the_log_names_the_folder_in_which_it_is_found(tmp_path, caplog, folder):
    output = tmp_path / folder / "model"
    output.parent.mkdir(parents=True)
    with caplog.at_level("INFO", "trainer.serving.export"):
        export_model(
            catalogue.data_set(),
            catalogue.model("none"),
            str(output),
            "none",
            np.array(catalogue.COUNTS),
        )
    assert caplog.messages == [f"exported the model to {tmp_path}/run/model"]


@pytest.mark.parametrize("signature", ["serving_default", "keep_seen"])
def test_a_server_may_leave_out_as_of_and_top_k(signature):
    """Servers take the graph and the signature's proto, not the Python objects."""
    path = str(catalogue.export())
    proto = saved_model_pb2.SavedModel()
    proto.ParseFromString((catalogue.export() / "saved_model.pb").read_bytes())
    definition = proto.meta_graphs[0].signature_def[signature]
    assert {
        name: tf.make_ndarray(value).tolist()
        for name, value in definition.defaults.items()
    } == {"as_of": [b""], "top_k": 10}
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        tf.compat.v1.saved_model.load(session, ["serve"], path)
        items, scores = session.run(
            [definition.outputs[name].name for name in ("item_id", "score")],
            {
                definition.inputs["item_id"].name: [[item for _, item in HISTORY]] * 2,
                definition.inputs["event_date"].name: [[d for d, _ in HISTORY]] * 2,
            },
        )
    expected = ask([HISTORY] * 2, top_k=10, signature=signature)
    assert [[item.decode() for item in row] for row in items] == expected.items
    np.testing.assert_allclose(scores, expected.scores, atol=1e-5)


def test_the_signature_is_the_documented_one():
    for signature in ("serving_default", "keep_seen"):
        function = catalogue.loaded().signatures[signature]
        inputs = function.structured_input_signature[1]
        assert {k: (s.dtype, s.shape.as_list()) for k, s in inputs.items()} == {
            "item_id": (tf.string, [None, None]),
            "event_date": (tf.string, [None, None]),
            "as_of": (tf.string, [None]),
            "top_k": (tf.int32, []),
        }
        assert {k: v.dtype for k, v in function.structured_outputs.items()} == {
            "item_id": tf.string,
            "score": tf.float32,
        }


def test_items_and_dates_of_different_shape_are_refused():
    with pytest.raises(
        tf.errors.InvalidArgumentError, match="must have the same shape"
    ):
        catalogue.loaded().recommend(
            tf.constant([["a", "b"]]), tf.constant([["2016-04-20"]])
        )


ALONE = """
import json, sys
import tensorflow as tf
model = tf.saved_model.load(sys.argv[1])
answer = model.signatures["serving_default"](
    item_id=tf.constant([["b", "d", "a"]]),
    event_date=tf.constant([["2016-04-20", "2016-05-01", "2016-11-30"]]),
    as_of=tf.constant([""]),
    top_k=tf.constant(5),
)
others = {"tensorflow_transform", "trainer", "pipeline", "schemas"}
print(json.dumps([
    [item.decode() for item in answer["item_id"].numpy()[0]],
    answer["score"].numpy()[0].tolist(),
    sorted(others & set(sys.modules)),
]))
"""


def test_an_export_is_complete_in_itself(tmp_path):
    """Moved elsewhere, its data set gone, and loaded by TensorFlow alone."""
    data = tmp_path / "data"
    shutil.copytree(catalogue.data_folder(), data)
    data_set = catalogue.data_set()
    data_set = type(data_set)(str(data), data_set.manifest)
    output = tmp_path / "run" / "model"
    export_model(data_set, catalogue.model("age"), str(output), "age")
    shutil.rmtree(data)
    moved = tmp_path / "elsewhere"
    output.rename(moved)
    process = subprocess.run(
        [sys.executable, "-c", ALONE, moved],
        cwd=tmp_path,
        env={k: v for k, v in os.environ.items() if k != "PYTHONPATH"},
        capture_output=True,
        text=True,
        check=True,
    )
    items, scores, imported = json.loads(process.stdout)
    assert imported == []
    expected = ask([HISTORY], top_k=5)
    assert items == expected.items[0]
    np.testing.assert_allclose(scores, expected.scores[0], atol=1e-5)


def test_an_export_replaces_the_last_one_and_a_dead_one_leaves_none(
    tmp_path, monkeypatch
):
    output = tmp_path / "model"
    arguments = (catalogue.data_set(), catalogue.model("none"), str(output), "none")

    def dies(*args, **kwargs):
        (tmp_path / "model.partial" / "saved_model.pb").write_text("half")
        raise OSError("disk full")

    with monkeypatch.context() as patched:
        patched.setattr(tf.saved_model, "save", dies)
        with pytest.raises(UserError, match=r"model cannot be written \(disk full\)"):
            export_model(*arguments)
    assert os.listdir(tmp_path) == []
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "old").write_text("old")
    export_model(*arguments)
    assert sorted(os.listdir(tmp_path)) == ["model"]
    assert sorted(os.listdir(output)) == [
        "assets",
        "assets.extra",
        "fingerprint.pb",
        "saved_model.pb",
        "variables",
    ]
    assert os.listdir(output / "assets") == ["item_vocabulary"]


def test_another_backend_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(keras.backend, "backend", lambda: "jax")
    with pytest.raises(UserError, match="'jax'; set KERAS_BACKEND=tensorflow"):
        export_model(
            catalogue.data_set(), catalogue.model("age"), str(tmp_path / "m"), "age"
        )
    assert not (tmp_path / "m").exists()


def test_weights_that_are_no_numbers_are_refused(tmp_path):
    model = catalogue.model.__wrapped__("age")  # not the one that other tests share
    weight = model.trainable_variables[-1]
    weight.assign(np.full(weight.shape, np.nan, np.float32))
    with pytest.raises(UserError, match="no numbers; train it again with a smaller"):
        export_model(catalogue.data_set(), model, str(tmp_path / "m"), "age")
    assert not (tmp_path / "m").exists()
