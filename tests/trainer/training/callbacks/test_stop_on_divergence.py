import keras
import numpy as np
import pytest

from schemas.errors import UserError
from trainer.training.callbacks import StopOnDivergence
from trainer.training.callbacks.stop_on_divergence import DivergedError


def _callback(tmp_path, learning_rate=0.5):
    model = keras.Sequential([keras.Input([1]), keras.layers.Dense(1, name="last")])
    model.compile(keras.optimizers.SGD(learning_rate), "mse")
    callback = StopOnDivergence(0.5, 100, tmp_path / "state.npz")
    callback.set_model(model)
    callback.on_epoch_begin(2)
    return callback


@pytest.mark.parametrize("loss", [float("nan"), float("inf"), float("-inf")])
def test_names_the_step_the_rate_and_the_remedy(tmp_path, loss):
    with pytest.raises(UserError) as raised:
        _callback(tmp_path).on_train_batch_end(6, {"loss": loss})
    assert str(raised.value) == (
        f"the loss is {loss} at step 7 of epoch 3, at a learning rate of 0.5: training "
        "has diverged; lower --learning_rate (now 0.5)."
    )


def test_names_the_rate_of_the_step_where_it_falls(tmp_path):
    callback = _callback(tmp_path)
    callback.model.optimizer.learning_rate = 0.25
    with pytest.raises(UserError, match=r"at a learning rate of 0\.25: .*now 0\.5"):
        callback.on_train_batch_end(0, {"loss": float("nan")})


def test_the_rate_of_a_schedule_is_that_of_the_step_that_was_done(tmp_path):
    rates = keras.optimizers.schedules.PiecewiseConstantDecay([2], [0.5, 0.0])
    callback = _callback(tmp_path, rates)
    callback.model.optimizer.iterations.assign(
        3
    )  # The third step, counted from 0, is 2.
    with pytest.raises(UserError, match=r"at a learning rate of 0\.5: "):
        callback.on_train_batch_end(2, {"loss": float("nan")})


# Blind guesses among 100 items have a loss of 4.6.
@pytest.mark.parametrize("loss", [46.1, 1e30])
def test_a_loss_that_explodes(tmp_path, loss):
    with pytest.raises(UserError, match=r"the loss has exploded to .* at step 1 of"):
        _callback(tmp_path).on_train_batch_end(0, {"loss": loss})


@pytest.mark.parametrize("logs", [{"loss": 46.0}, {"loss": 0.0}, {}, None])
def test_what_learns_goes_on(tmp_path, logs):
    callback = _callback(tmp_path)
    callback.on_train_batch_end(0, logs)
    callback.on_epoch_end(2, logs)
    assert not callback.model.stop_training


def test_weights_that_the_last_step_spoilt(tmp_path):
    callback = _callback(tmp_path)
    callback.on_train_batch_end(3, {"loss": 1.0})
    callback.model.layers[0].kernel.assign(np.full([1, 1], np.nan))
    with pytest.raises(UserError, match=r"last/kernel holds values that are no numb"):
        callback.on_epoch_end(2)


def test_says_where_the_last_good_state_is(tmp_path):
    (tmp_path / "state.npz").touch()
    with pytest.raises(
        DivergedError, match=r"\. The last good state is kept in .*state\.npz\.$"
    ) as raised:
        _callback(tmp_path).on_train_batch_end(0, {"loss": float("nan")})
    # Whoever does not keep it leaves that out.
    assert raised.value.reason.endswith("lower --learning_rate (now 0.5).")
