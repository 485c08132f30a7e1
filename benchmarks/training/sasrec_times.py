"""Times an epoch of each way of `sasrec`."""

import gzip
import json
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from benchmarks.common.peers import PeerProcess
from benchmarks.common.product_training import ProductTraining
from benchmarks.common.timing import alternate
from benchmarks.training.sasrec import (
    BATCH,
    DIM,
    INNER,
    LAYERS,
    RECBOLE_SETTINGS,
    SETTINGS,
    SasrecTimes,
)
from schemas.features import ITEM_ID, PADDING_ID, START, TARGET
from schemas.layout import TRAIN
from trainer.batching.positions import new_targets, real_targets
from trainer.data.data_set import DataSet, open_data_set
from trainer.data.records import load_split
from trainer.models.base import POSITIONS

# A product, and the two of its gradients.
_PASSES = 3

WINDOWS = "Seamstress, windows"
PREFIXES = "Seamstress, prefixes"
RECBOLE = "RecBole's SASRec, prefixes"


def measure_sasrec(
    apart: Path,
    overlapping: Path,
    reviews: Path,
    folder: Path,
    rounds: int,
    steps: int,
    recbole_python: str | None,
    speed: float,
) -> list[SasrecTimes]:
    """Times the ways in turns; RecBole is the last one.

    Args:
      apart: the data set whose windows do not overlap.
      overlapping: that of all windows, which the prefixes are made of.
      reviews: the file of the reviews, gzip with tabs.
      folder: where RecBole finds its files.
      rounds: timed rounds of each way.
      steps: of a round on prefixes.
      recbole_python: an interpreter with RecBole; None leaves it out.
      speed: multiply-adds a second.

    Raises:
      UserError: a data set cannot be read, or the peer ended.
    """
    windows = ProductTraining(apart, {**SETTINGS, "batch_size": _rows(apart)})
    item_id = load_split(windows.data_set, TRAIN, [ITEM_ID])[ITEM_ID]
    rows, targets = prefixes(open_data_set(str(overlapping)))
    whole = -(-len(rows) // BATCH)
    timed = min(steps, whole)
    prefixed = ProductTraining(apart, {**SETTINGS, "batch_size": _rows(apart)})
    batches = prefix_batches(rows, targets).take(timed)
    items = windows.data_set.num_items
    floor = multiply_adds(item_id, windows.num_targets, items) / speed
    prefix_floor = multiply_adds(rows, len(rows), items) / speed
    # Rows, targets, steps, timed steps, floor.
    sizes = {
        WINDOWS: (
            windows.num_windows,
            windows.num_targets,
            windows.steps,
            windows.steps,
            floor,
        ),
        PREFIXES: (len(rows), len(rows), whole, timed, prefix_floor),
    }
    ways: dict[str, Callable[[], object]] = {
        WINDOWS: windows.epoch,
        PREFIXES: lambda: prefixed.model.fit(batches, shuffle=False, verbose=0),
    }
    with ExitStack() as stack:
        if recbole_python:
            peer = stack.enter_context(_recbole(recbole_python, reviews, folder, timed))
            started = peer.started
            samples, its_steps = started["samples"], started["steps"]
            ways[RECBOLE] = peer.train
            sizes[RECBOLE] = (
                samples,
                samples,
                its_steps,
                min(timed, its_steps),
                prefix_floor,
            )
        times = alternate(ways, rounds)
    found = []
    for each in times:
        num_rows, num_targets, num_steps, timed_steps, seconds = sizes[each.name]
        epoch = each.median * num_steps / timed_steps
        found.append(
            SasrecTimes(
                each.name,
                num_rows,
                num_targets,
                num_steps,
                timed_steps,
                each.seconds,
                epoch,
                seconds,
            )
        )
    return found


def prefixes(data_set: DataSet) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Returns every transition of the training split with what came before it.

    Args:
      data_set: of windows that follow each other by one.

    Returns:
      int32 [`samples`, W], left-padded; int32 [`samples`], the next item.
    """
    columns = load_split(data_set, TRAIN, [ITEM_ID, TARGET, START])
    item_id, target = columns[ITEM_ID], columns[TARGET]
    window = data_set.manifest.window
    new = new_targets(item_id, columns[START], window.max_length, window.stride)
    new = np.asarray(new & real_targets(item_id, target, data_set.num_items))
    row, column = np.nonzero(new)
    steps = item_id.shape[1]
    source = column[:, np.newaxis] - np.arange(steps - 1, -1, -1)
    moved = item_id[row[:, np.newaxis], np.maximum(source, 0)]
    return np.where(source >= 0, moved, PADDING_ID), target[row, column]


def prefix_batches(
    rows: NDArray[np.int32], targets: NDArray[np.int32]
) -> tf.data.Dataset:
    """Returns an epoch of batches as the product takes them, shuffled anew each time.

    Args:
      rows: as `prefixes` gives them, as are the others.
      targets: see there.
    """

    def to_step(item_id: Any, target: Any) -> Any:
        number, steps = tf.unstack(tf.shape(item_id))
        last = tf.range(1, number + 1) * steps - 1
        x = {ITEM_ID: item_id, POSITIONS: last}
        return x, target - 1, tf.ones([number])

    return (
        tf.data.Dataset.from_tensor_slices((rows, targets))
        .shuffle(len(rows), seed=0)
        .batch(BATCH)
        .map(to_step, num_parallel_calls=tf.data.AUTOTUNE)
        .prefetch(tf.data.AUTOTUNE)
    )


def multiply_adds(item_id: NDArray[np.int32], targets: int, items: int) -> float:
    """Returns the multiply-adds of an epoch over the real steps and targets.

    Of a step and layer: four matrices of the attention, its products with the steps up
    to it, twice, and the two matrices of the feed-forward layer; a target's state
    meets every item.

    Args:
      item_id: the rows.
      targets: learned from.
      items: N.
    """
    length = np.count_nonzero(item_id != PADDING_ID, axis=1).astype(np.float64)
    attended = float((length * (length + 1) / 2).sum())
    matrices = 4 * DIM * DIM + 2 * DIM * INNER
    layers = LAYERS * (matrices * float(length.sum()) + 2 * DIM * attended)
    return _PASSES * (layers + float(targets) * DIM * items)


def _rows(data: Path) -> int:
    """Returns the windows that hold `BATCH` targets on average."""
    training = open_data_set(str(data))
    columns = load_split(training, TRAIN, [ITEM_ID, TARGET])
    real = real_targets(columns[ITEM_ID], columns[TARGET], training.num_items)
    return max(1, round(BATCH * len(columns[ITEM_ID]) / np.count_nonzero(real)))


def _recbole(python: str, reviews: Path, folder: Path, steps: int) -> PeerProcess:
    place = folder / "recbole"
    (place / "reviews").mkdir(parents=True, exist_ok=True)
    with (
        gzip.open(reviews, "rt") as file,
        open(place / "reviews" / "reviews.inter", "w") as atomic,
    ):
        next(file)
        atomic.write("user_id:token\titem_id:token\ttimestamp:float\n")
        atomic.writelines(file)
    settings = place / "settings.json"
    settings.write_text(json.dumps(RECBOLE_SETTINGS))
    return PeerProcess(
        python,
        "recbole_sasrec.py",
        str(place.absolute()),
        str(settings.absolute()),
        f"--steps={steps}",
        cwd=place,
    )
