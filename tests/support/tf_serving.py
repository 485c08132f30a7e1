"""What TensorFlow Serving does with a SavedModel and a request, on this machine.

It runs a session on the graph, takes what a gRPC request leaves out from the defaults
of the signature, and makes tensors of a REST body by rules of its own
(tensorflow_serving/util/json_tensor.cc).
"""

import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
import numpy as np
import tensorflow as tf
from tensorflow_serving.apis import predict_pb2, prediction_service_pb2_grpc

DEFAULT_SIGNATURE = "serving_default"

Tensors = dict[str, np.ndarray]


class ServedModel:
    """A SavedModel behind the questions of both protocols."""

    def __init__(self, path: str) -> None:
        graph = tf.Graph()
        self._session = tf.compat.v1.Session(graph=graph)
        with graph.as_default():
            meta = tf.compat.v1.saved_model.load(self._session, ["serve"], path)
        self._signatures = dict(meta.signature_def)

    def of_json(self, body: str) -> Tensors:
        """Answers the body of a REST request in the columnar format."""
        document = json.loads(body)
        name = document.get("signature_name", DEFAULT_SIGNATURE)
        inputs = document["inputs"]
        asked = {}
        for key, info in self._signatures[name].inputs.items():
            if key not in inputs:
                raise ValueError(f"Missing named input: {key} in 'inputs' object.")
            asked[key] = _dense(inputs[key], info.dtype)
        return self._run(name, asked)

    def of_proto(self, request: Any) -> Tensors:
        """Answers a `PredictRequest`."""
        name = request.model_spec.signature_name or DEFAULT_SIGNATURE
        signature = self._signatures[name]
        given = {**signature.defaults, **request.inputs}
        if given.keys() != signature.inputs.keys():
            raise ValueError("input size does not match signature")
        return self._run(name, {k: tf.make_ndarray(v) for k, v in given.items()})

    def _run(self, name: str, inputs: Mapping[str, np.ndarray]) -> Tensors:
        signature = self._signatures[name]
        fed = {}
        for key, info in signature.inputs.items():
            assert np.asarray(inputs[key]).ndim == len(info.tensor_shape.dim)
            fed[info.name] = inputs[key]
        outputs = {key: info.name for key, info in signature.outputs.items()}
        return self._session.run(outputs, fed)


def _dense(value: Any, dtype: int) -> np.ndarray:
    """A tensor of nested lists, as deep and long as their first elements are."""
    shape = []
    first = value
    while isinstance(first, list):
        shape.append(len(first))
        first = first[0] if first else None
    leaves: list[Any] = []

    def fill(part: Any, level: int) -> None:
        if not isinstance(part, list):
            if level != len(shape):
                raise ValueError("JSON Value found at incorrect level")
            expected = str if dtype == tf.string.as_datatype_enum else int
            if type(part) is not expected:
                raise ValueError(f"JSON Value: {part!r} is not of expected type")
            leaves.append(part)
            return
        if level >= len(shape) or len(part) != shape[level]:
            raise ValueError("Encountered list at unexpected size")
        for element in part:
            fill(element, level + 1)

    fill(value, 0)
    kind = object if dtype == tf.string.as_datatype_enum else np.int32
    return np.array(leaves, kind).reshape(shape)


class PredictionService(prediction_service_pb2_grpc.PredictionServiceServicer):
    """A server of the gRPC protocol on loopback.

    Attributes:
      address: host and port.
    """

    def __init__(self, model: ServedModel) -> None:
        self._model = model
        self._server = grpc.server(ThreadPoolExecutor(1))
        prediction_service_pb2_grpc.add_PredictionServiceServicer_to_server(
            self, self._server
        )
        self.address = f"localhost:{self._server.add_insecure_port('localhost:0')}"

    def Predict(self, request: Any, context: Any) -> Any:  # noqa: N802
        answer = predict_pb2.PredictResponse()
        for name, value in self._model.of_proto(request).items():
            answer.outputs[name].CopyFrom(tf.make_tensor_proto(value))
        return answer

    def __enter__(self) -> "PredictionService":
        self._server.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._server.stop(grace=None).wait()
