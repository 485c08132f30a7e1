import keras
import numpy as np
import pytest

from trainer.training.callbacks import StopAfter


@pytest.mark.parametrize("num_steps", [1, 3, 4, 6])
def test_training_takes_so_many_steps_and_no_more(num_steps):
    model = keras.Sequential([keras.Input([1]), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    rows = np.ones([8, 1], "float32")
    history = model.fit(
        rows, rows, batch_size=2, epochs=2, verbose=0, callbacks=[StopAfter(num_steps)]
    )
    assert int(model.optimizer.iterations) == num_steps
    # 4 steps make an epoch; the last one may be shorter.
    assert len(history.history["loss"]) == -(-num_steps // 4)
