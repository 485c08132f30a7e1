"""A search space in KerasTuner's terms, and its values in ours."""

from typing import Any

import keras_tuner

from trainer.tuning.space import Choices, Range, SearchSpace


def hyperparameters_of(space: SearchSpace) -> Any:
    """Returns the `keras_tuner.HyperParameters` of a space."""
    hp = keras_tuner.HyperParameters()
    for dimension in space.dimensions:
        name = dimension.name
        # KerasTuner's own steps miss values by rounding: it counts 6 of the 7 from 0
        # to 0.6 in steps of 0.1.
        values = _encoded(dimension.values)
        if values is not None and len(values) == 1:
            hp.Fixed(name, values[0])
        elif values is not None and isinstance(values[0], bool):
            hp.Boolean(name)
        elif values is not None:
            hp.Choice(name, values)
        elif isinstance(dimension, Range):
            make = hp.Int if dimension.is_whole else hp.Float
            make(name, dimension.least, dimension.most, sampling=dimension.sampling)
    return hp


def values_of(hyperparameters: dict[str, Any], space: SearchSpace) -> dict[str, Any]:
    """Returns values of options by name.

    Args:
      hyperparameters: values by name, as an oracle of KerasTuner chose them. What the
        oracle keeps of its own is left out, apart from Hyperband's epochs.
      space: the space that was chosen from.
    """
    values = {
        dimension.name: _decoded(hyperparameters[dimension.name], dimension)
        for dimension in space.dimensions
    }
    if "tuner/epochs" in hyperparameters:
        values["epochs"] = int(hyperparameters["tuner/epochs"])
    return values


def _encoded(values: tuple[Any, ...] | None) -> list[Any] | None:
    """KerasTuner chooses among numbers, texts and truth values, and no lists."""
    if values is None:
        return None
    return [",".join(map(str, v)) if isinstance(v, tuple) else v for v in values]


def _decoded(value: Any, dimension: Choices | Range) -> Any:
    if isinstance(dimension, Range):
        return dimension.rounded(value)
    encoded = _encoded(dimension.values) or []
    return dimension.values[encoded.index(value)]
