"""docs/serving.md: its requests are sent to an exported model."""

import json
import re

import numpy as np
import pytest
from google.protobuf import text_format
from tensorflow_serving.apis import predict_pb2

from tests.support.data_sets import cyclic_windows, write_data_set
from tests.support.programs import ROOT
from tests.support.tf_serving import PredictionService, ServedModel
from trainer.data.data_set import open_data_set
from trainer.models import ModelConfig, build_model
from trainer.serving.export import export_model

PAGE = (ROOT / "docs" / "serving.md").read_text()
BODIES = re.findall(r"<<'JSON'\n(.*?)\nJSON", PAGE, re.DOTALL)
(TEXT_REQUEST,) = re.findall(r"<<'TXTPB'\n(.*?)\nTXTPB", PAGE, re.DOTALL)
CLIENT, WITHOUT_SERVER = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
(ANSWER,) = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)


# Those that the page asks about, and others to recommend.
ITEMS = ("2260466", "153475", "126335", *(f"item{number}" for number in range(9)))
MAX_LENGTH = 3


@pytest.fixture(scope="module")
def export(tmp_path_factory):
    """The SavedModel of a model that has learned nothing."""
    folder = tmp_path_factory.mktemp("served")
    data = write_data_set(
        folder / "data",
        cyclic_windows(8, len(ITEMS), MAX_LENGTH, seed=1),
        num_items=len(ITEMS),
        max_length=MAX_LENGTH,
        vocabulary=ITEMS,
        with_graph=True,
    )
    config = ModelConfig("gru", len(ITEMS), max_length=MAX_LENGTH, units=(4,))
    model = build_model(config)
    model.build()
    export_model(open_data_set(data), model, str(folder / "model"), "none")
    return str(folder / "model")


@pytest.fixture(scope="module")
def model(export):
    return ServedModel(export)


def check_answer(answer, rows, top_k):
    assert answer.keys() == {"item_id", "score"}
    items, scores = answer["item_id"], answer["score"]
    assert items.shape == scores.shape == (rows, top_k)
    assert (items.dtype, scores.dtype) == (np.dtype(object), np.dtype(np.float32))
    known = {item.encode() for item in ITEMS}
    for row, values in zip(items, scores, strict=True):
        found = [item for item in row if item]
        assert set(found) <= known
        assert len(set(found)) == len(found) > 0
        assert (np.diff(values[: len(found)]) <= 0).all()
        assert np.isneginf(values[len(found) :]).all()


def test_the_page_has_a_request_of_each_signature():
    names = [json.loads(body).get("signature_name") for body in BODIES]
    assert names == [None, "keep_seen"]


@pytest.mark.parametrize("body", BODIES)
def test_rest_body_is_answered(model, body):
    inputs = json.loads(body)["inputs"]
    check_answer(model.of_json(body), len(inputs["item_id"]), inputs["top_k"])


def test_answer_on_the_page_is_of_the_first_request(model):
    shown = json.loads(ANSWER)["outputs"]
    answer = model.of_json(BODIES[0])
    assert shown.keys() == answer.keys()
    for name, rows in shown.items():
        assert np.shape(rows) == answer[name].shape
    assert all(isinstance(item, str) for row in shown["item_id"] for item in row)
    assert all(sorted(row, reverse=True) == row for row in shown["score"])


@pytest.mark.parametrize("left_out", ["item_id", "event_date", "as_of", "top_k"])
def test_rest_knows_no_defaults(model, left_out):
    body = json.loads(BODIES[0])
    del body["inputs"][left_out]
    with pytest.raises(ValueError, match=f"Missing named input: {left_out}"):
        model.of_json(json.dumps(body))


def test_grpc_request_is_answered(model):
    request = text_format.Parse(TEXT_REQUEST, predict_pb2.PredictRequest())
    assert "as_of" not in request.inputs
    check_answer(model.of_proto(request), rows=1, top_k=5)
    # Of the other input with a default, too.
    del request.inputs["top_k"]
    check_answer(model.of_proto(request), rows=1, top_k=10)


def test_rest_and_grpc_are_answered_alike(model):
    request = text_format.Parse(TEXT_REQUEST, predict_pb2.PredictRequest())
    by_grpc = model.of_proto(request)
    body = json.loads(BODIES[1])
    del body["signature_name"]
    body["inputs"]["top_k"] = 5
    by_rest = model.of_json(json.dumps(body))
    assert (by_grpc["item_id"] == by_rest["item_id"]).all()
    assert (by_grpc["score"] == by_rest["score"]).all()


def test_python_client_asks_a_server(model, tmp_path, monkeypatch, capsys):
    (tmp_path / "request.txtpb").write_text(TEXT_REQUEST)
    monkeypatch.chdir(tmp_path)
    with PredictionService(model) as service:
        assert "localhost:8500" in CLIENT
        exec(CLIENT.replace("localhost:8500", service.address), {})
    lines = [line.rsplit(" ", 1) for line in capsys.readouterr().out.splitlines()]
    assert len(lines) == 5
    expected = model.of_proto(
        text_format.Parse(TEXT_REQUEST, predict_pb2.PredictRequest())
    )
    assert [item.encode() for item, _ in lines] == expected["item_id"][0].tolist()
    assert np.float32([score for _, score in lines]).tolist() == pytest.approx(
        expected["score"][0].tolist()
    )


def test_model_is_asked_without_a_server(export, capsys):
    assert '"run/model"' in WITHOUT_SERVER
    exec(WITHOUT_SERVER.replace('"run/model"', repr(export)), {})
    assert capsys.readouterr().out.startswith("[[b'")
