import keras
import numpy as np
import pytest

from trainer.training.callbacks import BestWeights
from trainer.training.monitor import Monitor


@pytest.mark.parametrize(
    ("name", "figures", "kept"),
    [
        ("val_ndcg@10", [0.1, 0.3, 0.3, 0.2], 1),
        ("loss", [0.3, 0.1, 0.1, 0.2], 1),
        ("val_loss", [0.3, 0.2], 1),
        ("val_ndcg@10", [0.0, 0.0], 0),
    ],
)
def test_the_first_of_the_best_epochs_is_kept(tmp_path, name, figures, kept):
    model = keras.Sequential([keras.Input([1]), keras.layers.Dense(1)])
    path = tmp_path / "best.weights.h5"
    callback = BestWeights(path, Monitor(name))
    callback.set_model(model)
    for epoch, figure in enumerate(figures):
        model.layers[0].kernel.assign([[float(epoch)]])
        callback.on_epoch_end(epoch, {name: figure})
    model.load_weights(path)
    np.testing.assert_array_equal(model.layers[0].kernel, [[float(kept)]])
    assert callback.best == figures[kept]
    assert Monitor(name).best([{name: figure} for figure in figures]) == kept + 1
    assert [file.name for file in tmp_path.iterdir()] == [path.name]
