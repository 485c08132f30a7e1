import keras
import numpy as np
import pytest
import tensorflow as tf

from tests.support.models import each_kind, small_model, values
from trainer.models import ModelConfig
from trainer.options import Schedule, TrainOptions
from trainer.training.optimizers import build_optimizer


def _optimizer(num_steps: int = 10, **options) -> keras.optimizers.Optimizer:
    return build_optimizer(TrainOptions(data="D", output="R", **options), num_steps)


def _rates(schedule: Schedule, num_steps: int) -> list[float]:
    """Returns the learning rate of every step, and the one after the last."""
    optimizer = _optimizer(
        num_steps, learning_rate=0.5, learning_rate_schedule=schedule
    )
    weight = keras.Variable(np.zeros(1, np.float32))
    optimizer.build([weight])
    found = []
    for _ in range(num_steps + 1):
        found.append(float(optimizer.learning_rate))
        optimizer.apply([keras.ops.zeros(1)], [weight])
    return found


def test_a_constant_rate_stays() -> None:
    assert _rates("constant", 4) == [0.5] * 5


def test_a_linear_rate_falls_by_the_same_each_step() -> None:
    assert _rates("linear", 5) == pytest.approx([0.5, 0.4, 0.3, 0.2, 0.1, 0.0])


def test_a_cosine_falls_slowly_first_and_last() -> None:
    expected = [0.25 * (1.0 + np.cos(np.pi * step / 6)) for step in range(7)]
    assert _rates("cosine", 6) == pytest.approx(expected, abs=1e-7)


@pytest.mark.parametrize("schedule", ["linear", "cosine"])
def test_after_its_end_a_schedule_stays_at_nothing(schedule: Schedule) -> None:
    optimizer = _optimizer(3, learning_rate_schedule=schedule)
    optimizer.iterations.assign(7)
    assert float(optimizer.learning_rate) == pytest.approx(0.0, abs=1e-9)


def test_without_decay_it_is_adam() -> None:
    optimizer = _optimizer(
        weight_decay=0.0, learning_rate=0.3, learning_rate_schedule="constant"
    )
    assert isinstance(optimizer, keras.optimizers.Adam)
    assert not isinstance(optimizer, keras.optimizers.AdamW)
    assert float(optimizer.learning_rate) == pytest.approx(0.3)


@each_kind
def test_matrices_decay_and_biases_do_not(config: ModelConfig) -> None:
    model = small_model(config)
    before = values(model.trainable_variables)
    optimizer = _optimizer(learning_rate=0.5, weight_decay=0.1)
    optimizer.build(model.trainable_variables)
    gradients = [keras.ops.zeros(v.shape) for v in model.trainable_variables]
    optimizer.apply(gradients, model.trainable_variables)
    decayed = set()
    for old, variable in zip(before, model.trainable_variables, strict=True):
        new = np.asarray(variable)
        if np.array_equal(new, old):
            continue
        # The rate times the decay, where there is no gradient.
        np.testing.assert_allclose(new, old * 0.95, atol=1e-6, err_msg=variable.path)
        decayed.add(variable.path)
    for variable in model.trainable_variables:
        if variable.name in ("bias", "gamma", "beta"):
            assert variable.path not in decayed
        elif variable.name in ("kernel", "recurrent_kernel"):
            assert variable.path in decayed


def test_a_rate_that_falls_takes_the_decay_with_it() -> None:
    optimizer = _optimizer(
        2, learning_rate=0.5, weight_decay=0.1, learning_rate_schedule="linear"
    )
    weight = keras.Variable(np.ones((1, 1), np.float32), name="kernel")
    optimizer.build([weight])
    found = []
    for _ in range(3):
        optimizer.apply([keras.ops.zeros((1, 1))], [weight])
        found.append(float(np.asarray(weight)[0, 0]))
    assert found == pytest.approx([0.95, 0.95 * 0.975, 0.95 * 0.975])


def test_an_item_met_twice_in_a_batch_moves_as_by_the_sum_of_its_gradients() -> None:
    moved = []
    for is_sparse in (True, False):
        table = keras.Variable(np.zeros((3, 1), np.float32), name="embeddings")
        gradient = tf.IndexedSlices(
            tf.constant([[1.0], [2.0], [5.0]]), tf.constant([1, 1, 2]), (3, 1)
        )
        optimizer = _optimizer()
        optimizer.build([table])
        optimizer.apply(
            [gradient if is_sparse else tf.convert_to_tensor(gradient)], [table]
        )
        moved.append(np.asarray(table))
    np.testing.assert_allclose(moved[0], moved[1], rtol=1e-5)


@pytest.mark.parametrize("weight_decay", [0.0, 0.1])
def test_one_pass_updates_as_keras_does(weight_decay: float) -> None:
    generator = np.random.default_rng(0)
    start = generator.normal(size=(4, 3)).astype(np.float32)
    own = _optimizer(
        weight_decay=weight_decay, learning_rate=0.05, learning_rate_schedule="linear"
    )
    rate = keras.optimizers.schedules.PolynomialDecay(0.05, 10, end_learning_rate=0.0)
    theirs = (
        keras.optimizers.Adam(rate)
        if weight_decay == 0.0
        else keras.optimizers.AdamW(rate, weight_decay=weight_decay)
    )
    weights = [keras.Variable(start, name="kernel") for _ in range(2)]
    for optimizer, weight in zip((own, theirs), weights, strict=True):
        optimizer.build([weight])
    for _ in range(6):
        gradient = keras.ops.convert_to_tensor(
            generator.normal(size=start.shape).astype(np.float32)
        )
        for optimizer, weight in zip((own, theirs), weights, strict=True):
            optimizer.apply([gradient], [weight])
    np.testing.assert_allclose(*values(weights), rtol=1e-5, atol=1e-7)
    for name in ("_momentums", "_velocities"):
        moments = values([getattr(each, name)[0] for each in (own, theirs)])
        np.testing.assert_allclose(*moments, rtol=3e-5, atol=1e-9)
