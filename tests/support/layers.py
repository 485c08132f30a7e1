"""What the tests of all layers do alike."""

from pathlib import Path
from typing import Any

import keras
import numpy as np


class _Calls(keras.Model):
    """A model that is one layer, so that a file can hold it."""

    def __init__(self, layer: keras.layers.Layer, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.layer = layer

    def call(self, inputs: list[Any]) -> Any:
        return self.layer(*inputs)

    def build_from_config(self, config: dict[str, Any]) -> None:
        """Nothing: the layer must build itself from its own part of the file."""

    def get_config(self) -> dict[str, Any]:
        layer = keras.saving.serialize_keras_object(self.layer)
        return {**super().get_config(), "layer": layer}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "_Calls":
        layer = keras.saving.deserialize_keras_object(config.pop("layer"))
        return cls(layer, **config)


def assert_comes_back(layer: keras.layers.Layer, folder: Path, *inputs: Any) -> Any:
    """Saves and reads a layer, and compares the outputs of both; returns the copy."""
    model = _Calls(layer)
    expected = np.asarray(model(list(inputs)))
    for weight in layer.weights:
        # Zeros could be read from nowhere; integers have values of their own.
        if "int" not in weight.dtype:
            weight.assign(np.random.default_rng(0).normal(size=weight.shape))
    changed = np.asarray(model(list(inputs)))
    assert np.abs(changed - expected).max() > 0 or not layer.weights
    model.save(folder / "layer.keras")
    copy = keras.models.load_model(
        folder / "layer.keras", custom_objects={"_Calls": _Calls}
    )
    np.testing.assert_array_equal(copy(list(inputs)), changed)
    return copy.layer
