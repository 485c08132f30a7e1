"""What every model does in training, shown on one of them."""

from pathlib import Path

import keras
import numpy as np
import pytest

from tests.support.batches import batches
from tests.support.data_sets import cyclic_windows, write_data_set
from tests.support.training import small_options
from trainer.data.data_set import open_data_set
from trainer.runs import load_run
from trainer.training.train import train


def test_the_training_loss_is_the_mean_over_targets(tmp_path: Path) -> None:
    # 33 windows in batches of 16: the last one holds a single window.
    data = write_data_set(
        tmp_path / "data",
        cyclic_windows(33, 20, 4, 0),
        num_items=20,
        max_length=4,
        split="none",
        with_graph=True,
    )
    # At this rate the weights stay what they were in every step.
    options = small_options(
        data, tmp_path / "run", batch_size=16, epochs=1, learning_rate=1e-30
    )
    metrics = train(options, export=False)
    model, _ = load_run(str(tmp_path / "run"))
    losses, counts = [], []
    for x, y, weights in batches(open_data_set(data), 16, "age").take(3):
        logits = model(x, training=True)
        each = keras.losses.sparse_categorical_crossentropy(y, logits, from_logits=True)
        losses.append(np.sum(each * weights))
        counts.append(np.sum(weights))
    assert counts[2] < counts[0] / 3
    assert metrics["loss"] == pytest.approx(np.sum(losses) / np.sum(counts), rel=1e-5)
