"""Next-item models. A model of one's own is a file here and a line in `MODELS`."""

from typing import Any

from trainer.models.base import NextItemModel
from trainer.models.config import ModelConfig
from trainer.models.gru import GruModel
from trainer.models.lstm import LstmModel
from trainer.models.transformer import TransformerModel

MODELS: dict[str, type[NextItemModel]] = {
    "lstm": LstmModel,
    "gru": GruModel,
    "transformer": TransformerModel,
}


def build_model(config: ModelConfig, dtype: Any = None) -> NextItemModel:
    """Returns a model with fresh weights.

    Args:
      config: which model, and its sizes.
      dtype: a Keras dtype or policy; None takes Keras' current one.

    Raises:
      ValueError: there is no model of that name.
    """
    if config.model not in MODELS:
        raise ValueError(
            f"`model` must be one of {tuple(MODELS)}, got {config.model!r}."
        )
    return MODELS[config.model](config, dtype=dtype)


__all__ = [
    "MODELS",
    "GruModel",
    "LstmModel",
    "ModelConfig",
    "NextItemModel",
    "TransformerModel",
    "build_model",
]
