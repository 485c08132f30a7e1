"""Reads `model.keras`, out of which nothing is made but models of this package.

A Keras file names classes, by module if need be, and Keras makes what it names: its
safe mode refuses Python code and most of what is not Keras' own. Here a file that names
anything else than a model of ours, and plain values inside it, is refused before Keras
sees it.
"""

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras

from trainer.errors import first_line
from trainer.models import MODELS, NextItemModel

_CONFIG = "config.json"
# Of a model: what it computes in.
_PLAIN_CLASSES = frozenset({("keras", "DTypePolicy")})


def load_model(path: Path) -> NextItemModel:
    """Reads a file that `NextItemModel.save` wrote.

    Raises:
      ValueError: it is damaged, or holds anything else.
    """
    # Keras, HDF5 and zip raise errors of many kinds where bytes are flipped.
    try:
        with zipfile.ZipFile(path) as archive:
            _check_classes(json.loads(archive.read(_CONFIG)))
        model = keras.models.load_model(path, compile=False, safe_mode=True)
    except Exception as error:
        raise ValueError(f"{path.name}: {first_line(error)}") from error
    if type(model) not in MODELS.values():
        raise ValueError(f"{path.name} holds no model of Seamstress")
    return model  # type: ignore[no-any-return]


def _check_classes(config: Any) -> None:
    """Refuses, by a `ValueError`, what names classes of others.

    Args:
      config: the content of the file's `config.json`.
    """
    names = {keras.saving.get_registered_name(model) for model in MODELS.values()}
    if not isinstance(config, dict) or config.get("registered_name") not in names:
        raise ValueError("it holds no model of Seamstress")
    for inner in _objects(config.get("config")):
        named = (inner.get("module"), inner.get("class_name"))
        if named not in _PLAIN_CLASSES:
            raise ValueError(f"it names the class {named[1]!r} of {named[0]!r}")


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    """Yields the objects of which Keras would make an instance, at any depth."""
    if isinstance(value, dict):
        if "class_name" in value:
            yield value
        value = list(value.values())
    if isinstance(value, list):
        for part in value:
            yield from _objects(part)
