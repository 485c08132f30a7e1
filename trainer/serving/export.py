"""Writes the SavedModel that answers raw histories."""

import contextlib
import dataclasses
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from schemas import layout
from schemas.digests import of_stream
from schemas.errors import UserError
from schemas.exported_model import (
    ADJUSTED,
    ITEM_COUNTS_PATH,
    ITEM_TABLE_PATH,
    KEEP_SEEN,
    SERVING_DEFAULT,
    Description,
    description_path,
)
from schemas.features import VOCABULARY_FILENAME
from schemas.item_counts import counts_to_text
from trainer.batching.target_counts import count_targets
from trainer.data.data_set import DataSet
from trainer.data.item_table import write_item_table
from trainer.models.recurrent import MOST_UNROLLED_STEPS, RecurrentModel
from trainer.run_files import STAGED
from trainer.serving.exchange import new_folder
from trainer.serving.module import Recommender
from trainer.storage.stand_ins import name_of

_logger = logging.getLogger(__name__)


def export_model(
    data_set: DataSet,
    model: Any,
    output: str,
    day_feature: str,
    item_counts: NDArray[np.integer[Any]] | None = None,
) -> None:
    """Writes a SavedModel of the transform graph and a model.

    An export of the same name is replaced. The new one is written beside it, in a
    folder that is locked meanwhile, and takes its place when it is whole: `output`
    never holds half an export, and an earlier one stays usable until then. It is
    complete in itself: neither the data set nor the run is needed to serve it.

    Args:
      data_set: what the model was trained on.
      model: a `NextItemModel`.
      output: the folder to write, on this machine.
      day_feature: `age`, `gap`, `date` or `none`, the day column that the model takes.
      item_counts: ints [N], the training events of each item; None reads them.

    Raises:
      UserError: Keras runs on another backend than TensorFlow, a weight of the model
        is no number, the transform graph is damaged, or the folder can't be written
        or is being written by another run.
    """
    if keras.backend.backend() != "tensorflow":
        raise UserError(
            "the export is a TensorFlow SavedModel and Keras runs on "
            f"{keras.backend.backend()!r}; set KERAS_BACKEND=tensorflow for this step."
        )
    for variable in model.weights:
        value = np.asarray(variable)
        if np.issubdtype(value.dtype, np.floating) and not np.isfinite(value).all():
            raise UserError(
                f"the model's weights {variable.path} hold values that are no numbers; "
                "train it again with a smaller --learning_rate."
            )
    if item_counts is None:
        item_counts = count_targets(data_set, day_feature).events
    manifest = data_set.manifest
    description = Description(
        max_length=manifest.window.max_length,
        reference_day=manifest.reference_day,
        num_items=manifest.num_items,
        day_feature=day_feature,
    )
    recommender = Recommender(
        data_set.load_transform_graph(),
        layout.join(data_set.transform_fn_path, "assets", VOCABULARY_FILENAME),
        model,
        description,
    )
    with new_folder(Path(output)) as folder, _unrolled(model, description.max_length):
        tf.saved_model.save(
            recommender,
            str(folder),
            signatures={
                SERVING_DEFAULT: recommender.recommend,
                KEEP_SEEN: recommender.keep_seen,
                ADJUSTED: recommender.adjusted,
            },
        )
        counts = Path(folder, ITEM_COUNTS_PATH)
        counts.parent.mkdir(exist_ok=True)
        counts.write_text(counts_to_text(item_counts.tolist()))
        _write_items(data_set, folder)
        description = dataclasses.replace(description, digests=_digests(folder))
        Path(description_path(str(folder))).write_text(description.to_json())
    _logger.info("exported the model to %s", _final_name(Path(output)))


def _final_name(output: Path) -> str:
    """Returns where a user finds the export, once a staged run has taken its place."""
    run = output.parent
    return name_of(run.parent / output.name if run.name == STAGED else output)


def _write_items(data_set: DataSet, folder: Path) -> None:
    """Writes the attributes of the items that can be recommended, in their order."""
    if data_set.item_table is not None:
        items = [item.decode() for item in data_set.vocabulary]
        write_item_table(data_set.item_table.of(items), folder / ITEM_TABLE_PATH)


@contextlib.contextmanager
def _unrolled(model: Any, max_length: int) -> Iterator[None]:
    """Traces recurrent layers step by step, without a loop, where windows are short.

    Of one request most of the time goes to the number of ops, and a loop has more of
    them than what it repeats. The arithmetic is the same, in the same order.
    """
    layers = model.recurrent if isinstance(model, RecurrentModel) else []
    if max_length > MOST_UNROLLED_STEPS:
        layers = []
    before = [layer.unroll for layer in layers]
    for layer in layers:
        layer.unroll = True
    try:
        yield
    finally:
        for layer, unroll in zip(layers, before, strict=True):
            layer.unroll = unroll


def _digests(folder: Path) -> dict[str, str]:
    """Returns the digests of all files of a folder, by path in it."""
    digests = {}
    for path in folder.rglob("*"):
        if path.is_file():
            with open(path, "rb") as file:
                digests[path.relative_to(folder).as_posix()] = of_stream(file)
    return digests
