import keras
import numpy as np
import pytest

from trainer.run_files import CHECKPOINTS, HISTORY, best_weights
from trainer.training.callbacks import BestWeights, HistoryFile, Patience
from trainer.training.monitor import Monitor


def _model():
    return keras.Sequential([keras.Input([1]), keras.layers.Dense(1)])


def _followed(folder, model, name, patience=0):
    """Returns what keeps the best weights, and a function that ends an epoch."""
    history = HistoryFile(folder / HISTORY)
    best = BestWeights(folder, Monitor(name), history)
    callbacks = [history, best]
    if patience:
        callbacks.append(Patience(patience, best, history))
    for callback in callbacks:
        callback.set_model(model)

    def end(epoch, figure):
        for callback in callbacks:
            callback.on_epoch_end(epoch, {"val_loss": 1.0, name: figure})

    return best, end


@pytest.mark.parametrize(
    ("name", "figures", "kept"),
    [
        ("val_ndcg@10", [0.1, 0.3, 0.3, 0.2], 2),
        ("loss", [0.3, 0.1, 0.1, 0.2], 2),
        ("val_loss", [0.3, 0.2], 2),
        ("val_ndcg@10", [0.0, 0.0], 1),
    ],
)
def test_the_first_of_the_best_epochs_is_kept(tmp_path, name, figures, kept):
    (tmp_path / CHECKPOINTS).mkdir()
    model = _model()
    best, end = _followed(tmp_path, model, name)
    for epoch, figure in enumerate(figures):
        model.layers[0].kernel.assign([[float(epoch + 1)]])
        end(epoch, figure)
    assert best.epoch == kept
    # A state names the earlier ones until it is written anew.
    assert (tmp_path / best_weights(1)).exists()
    # Of a process that was killed while it wrote.
    (tmp_path / CHECKPOINTS / f"partial-best-{kept}.weights.h5").touch()
    best.discard_others()
    (path,) = (tmp_path / CHECKPOINTS).iterdir()
    assert path == tmp_path / best_weights(kept)
    model.load_weights(path)
    np.testing.assert_array_equal(model.layers[0].kernel, [[float(kept)]])


@pytest.mark.parametrize(
    ("patience", "figures", "epochs"),
    [(1, [0.1, 0.2, 0.2], 3), (2, [0.1, 0.1, 0.2, 0.1, 0.1, 0.3], 5), (3, [0.1], None)],
)
def test_training_ends_after_so_many_epochs_without_a_better_one(
    tmp_path, patience, figures, epochs
):
    (tmp_path / CHECKPOINTS).mkdir()
    model = _model()
    _, end = _followed(tmp_path, model, "val_ndcg@10", patience)
    model.stop_training = False
    ended = None
    for epoch, figure in enumerate(figures):
        end(epoch, figure)
        if model.stop_training:
            ended = epoch + 1
            break
    assert ended == epochs
