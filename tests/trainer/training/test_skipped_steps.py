import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st

from trainer.training.skipped_steps import SkippedSteps, calls_for
from trainer.training.step_loop import StepLoop


@given(
    steps=st.integers(1, 50),
    together=st.integers(1, 60),
    data=st.data(),
)
def test_as_many_calls_as_keras_makes_for_the_steps(steps, together, data):
    # What Keras calls an epoch: ends of calls, the last one at the end of the epoch.
    ends = [min(end, steps) for end in range(together, steps + together, together)]
    step = data.draw(st.sampled_from([0, *ends]))
    assert calls_for(step, steps, together) == ([0, *ends]).index(step)


@pytest.mark.parametrize("done", [0, 1, 3, 4, 5, 6])
@pytest.mark.parametrize("together", [1, 4])
def test_an_epoch_is_taken_up_where_it_was_left(together, done):
    model = keras.Sequential([keras.Input([1]), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    model.steps_per_execution = together
    # Also where an earlier machine ran other numbers of steps together.
    model.train_function = StepLoop(model, 6, 12 - done, done=done % 6)
    model.train_function = SkippedSteps(model, calls_for(done, 6, together))
    seen = []
    figures = []
    ends = keras.callbacks.LambdaCallback(
        on_train_batch_end=lambda batch, logs: seen.append(
            (min(batch + 1, 6), int(model.optimizer.iterations))
        ),
        on_epoch_end=lambda epoch, logs: figures.append(sorted(logs)),
    )
    rows = np.ones([1, 1], "float32")
    model.fit(
        tf.data.Dataset.from_tensors((rows, rows)).repeat(),
        epochs=2,
        steps_per_epoch=6,
        shuffle=False,
        verbose=0,
        callbacks=[ends],
    )
    assert seen[-1] == (6, 12 - done)
    assert figures == [["loss"], ["loss"]]
    # Places in the first epoch are those of a training that was never stopped.
    first = seen[: -(-6 // together)]
    assert [place - count for place, count in first if count] == [
        done for _, count in first if count
    ]
