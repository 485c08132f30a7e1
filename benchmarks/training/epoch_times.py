"""Times an epoch of each way of `epoch`."""

from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import keras
import numpy as np

from benchmarks.common.peers import PeerProcess
from benchmarks.common.product_training import ProductTraining
from benchmarks.common.timing import alternate
from benchmarks.training.epoch import EpochTimes, product_settings
from benchmarks.training.notebook_keras import DAY_DIM, ITEM_DIM, notebook_model
from schemas.features import ITEM_ID, NB_DAYS, PADDING_ID, TARGET
from schemas.layout import TRAIN
from trainer.data.data_set import DataSet, open_data_set
from trainer.data.records import load_split

_BATCH_SIZE = 512
# A product, and the two of its gradients.
_PASSES = 3

NOTEBOOK = "the notebook's Keras code, all"
TORCH = "PyTorch, all"
PRODUCT = "Seamstress, all"
ONCE = "Seamstress, once"


def measure_epochs(
    overlapping: Path,
    apart: Path,
    units: tuple[int, ...],
    rounds: int,
    torch_python: str | None,
    folder: Path,
    speed: float,
) -> list[EpochTimes]:
    """Times the ways in turns, the notebook first.

    Args:
      overlapping: the data set of the notebook's windows.
      apart: one of the same reviews whose windows do not overlap.
      units: of the LSTM layers.
      rounds: timed rounds of each way.
      torch_python: an interpreter with PyTorch; None leaves it out.
      folder: where the peer finds its arrays.
      speed: multiply-adds a second.

    Raises:
      UserError: a data set cannot be read, or the peer ended.
    """
    data_set = open_data_set(str(overlapping))
    columns = load_split(data_set, TRAIN, [ITEM_ID, NB_DAYS, TARGET])
    all_targets = ProductTraining(overlapping, product_settings(units))
    once = ProductTraining(apart, product_settings(units, train_positions="once"))
    sizes = {
        NOTEBOOK: (len(columns[TARGET]), columns[TARGET].size),
        PRODUCT: (len(columns[TARGET]), all_targets.num_targets),
        ONCE: (once.num_windows, once.num_targets),
    }
    floors = {
        name: multiply_adds(training.data_set, training.num_targets, units) / speed
        for name, training in ((PRODUCT, all_targets), (ONCE, once))
    }
    with ExitStack() as stack:
        ways: dict[str, Callable[[], object]] = {
            NOTEBOOK: notebook_epoch(data_set, columns, units),
            PRODUCT: all_targets.epoch,
            ONCE: once.epoch,
        }
        if torch_python:
            peer = stack.enter_context(
                _torch(torch_python, data_set, columns, units, folder)
            )
            ways[TORCH] = peer.train
            sizes[TORCH] = sizes[NOTEBOOK]
        times = alternate(ways, rounds)
    return [
        EpochTimes(
            each.name,
            *sizes[each.name],
            each.seconds,
            each.median,
            # The ways with padding need no more than the one without.
            floors.get(each.name, floors[PRODUCT]),
        )
        for each in times
    ]


def multiply_adds(data_set: DataSet, targets: int, units: tuple[int, ...]) -> float:
    """Returns the multiply-adds of an epoch over the real steps and targets.

    A step of an LSTM multiplies its input and, but for a row's first one, its state by
    four matrices; a target's state meets every item. The attention and the
    normalisations are left out.

    Args:
      data_set: its training split is counted.
      targets: learned from.
      units: of the LSTM layers.
    """
    item_id = load_split(data_set, TRAIN, [ITEM_ID])[ITEM_ID]
    steps = int(np.count_nonzero(item_id != PADDING_ID))
    products = 0
    before = ITEM_DIM + DAY_DIM
    for size in units:
        products += 4 * size * (before * steps + size * (steps - len(item_id)))
        before = size
    return float(_PASSES * (products + before * data_set.num_items * targets))


def notebook_epoch(
    data_set: DataSet, columns: dict[str, Any], units: tuple[int, ...]
) -> Callable[[], object]:
    """Returns what trains the notebook's model an epoch, as its author would.

    Args:
      data_set: for the sizes.
      columns: of its training split: items, age buckets and targets.
      units: of the LSTM layers.
    """
    keras.utils.set_random_seed(0)
    model = notebook_model(
        data_set.num_items, data_set.day_buckets("age"), data_set.max_length, units
    )
    return partial(
        model.fit,
        [columns[ITEM_ID], columns[NB_DAYS]],
        columns[TARGET],
        batch_size=_BATCH_SIZE,
        verbose=0,
    )


def _torch(
    python: str,
    data_set: DataSet,
    columns: dict[str, Any],
    units: tuple[int, ...],
    folder: Path,
) -> PeerProcess:
    arrays = folder / "epoch-windows.npz"
    np.savez(
        arrays,
        item_id=columns[ITEM_ID],
        days=columns[NB_DAYS],
        target=columns[TARGET],
    )
    sizes = (data_set.num_items, data_set.day_buckets("age"), _BATCH_SIZE)
    return PeerProcess(
        python,
        "torch_notebook.py",
        str(arrays.absolute()),
        *map(str, sizes),
        "--units",
        *map(str, units),
    )
