from pathlib import Path

import keras
import numpy as np
import pytest

from tests.support.data_sets import Window, write_data_set
from trainer.batches import training_batches
from trainer.data_set import open_data_set
from trainer.losses import NextItemCrossEntropy
from trainer.models import LstmModel, ModelConfig, NextItemModel, build_model

CONFIG = ModelConfig("lstm", 9, 4, item_embedding=6, day_embedding=3, units=(8, 5))
HISTORIES = [[3], [1, 2, 3], [], [4, 5, 6, 7], [10, 1]]


def _model(config: ModelConfig = CONFIG, seed: int = 0, dtype: str = "float32"):
    keras.utils.set_random_seed(seed)
    model = build_model(config, dtype=dtype)
    model.build()
    # Biases and moments start at values that hide mistakes.
    generator = np.random.default_rng(seed)
    for weight in model.weights:
        if weight.ndim == 1:
            weight.assign(np.abs(generator.normal(size=weight.shape)) + 0.1)
    return model


def _inputs(width: int, histories: list[list[int]] = HISTORIES) -> dict:
    def padded(values: list[int]) -> list[int]:
        return [0] * (width - len(values)) + values

    return {
        "item_id": np.array([padded(ids) for ids in histories], np.int32),
        "days": np.array([padded([j % 4 + 1 for j in i]) for i in histories], np.int32),
    }


def _batch(folder: Path, width: int):
    """A training batch of one order of rows, padded to `width`."""
    windows = [
        Window([1, 2, 3], 4, [3, 2, 1]),
        Window([5], 6, [4]),
        Window([7, 8], 9, [2, 2]),
        Window([2, 10, 4, 5], 6, [4, 3, 2, 1]),
    ]
    path = write_data_set(folder, windows, num_items=9, max_length=width)
    return next(iter(training_batches(open_data_set(path), "train", "age", 4, seed=1)))


def test_scores_every_item_at_the_last_position_or_where_asked() -> None:
    model, inputs = _model(), _inputs(4)
    last = np.asarray(model(inputs))
    assert last.shape == (5, 9)
    positions = np.array([3, 7, 19, 0, 0], np.int32)
    chosen = np.asarray(model({**inputs, "positions": positions}))
    np.testing.assert_allclose(chosen[:3], last[[0, 1, 4]], atol=1e-6)


def test_more_padding_gives_the_same_scores() -> None:
    model = _model()
    short, long = (np.asarray(model(_inputs(width))) for width in (4, 9))
    np.testing.assert_allclose(long, short, atol=1e-5)
    assert np.ptp(short) > 1e-3


def test_more_padding_gives_the_same_step(tmp_path: Path) -> None:
    losses, weights = [], []
    for width in (4, 7):
        model = _model()
        model.compile(keras.optimizers.SGD(0.1), NextItemCrossEntropy())
        x, y, weight = _batch(tmp_path / str(width), width)
        logs = model.train_on_batch(x, y, weight, return_dict=True)
        losses.append(float(logs["loss"]))
        weights.append([np.asarray(value) for value in model.weights])
    assert losses[0] == pytest.approx(losses[1], abs=1e-5)
    # Weights after a step hold the gradients, and the moments of normalisation.
    for weight, short, long in zip(model.weights, *weights, strict=True):
        np.testing.assert_allclose(long, short, atol=1e-5, err_msg=weight.path)


def test_rows_that_fill_a_batch_up_change_no_step(tmp_path: Path) -> None:
    x, y, weight = _batch(tmp_path / "data", 4)
    filled = {name: np.pad(x[name], ((0, 2), (0, 0))) for name in ("item_id", "days")}
    weights = []
    for inputs in (x, {**filled, "positions": x["positions"]}):
        model = _model()
        model.compile(keras.optimizers.SGD(0.1), NextItemCrossEntropy())
        model.train_on_batch(inputs, y, weight)
        weights.append([np.asarray(value) for value in model.weights])
    for variable, plain, full in zip(model.weights, *weights, strict=True):
        np.testing.assert_allclose(full, plain, atol=1e-5, err_msg=variable.path)


def test_the_future_changes_nothing() -> None:
    model = _model()
    ids = np.array([[1, 2, 3, 4]], np.int32)
    changed = np.array([[1, 2, 8, 9]], np.int32)
    days = np.ones_like(ids)
    positions = np.array([0, 1], np.int32)
    one, other = (
        np.asarray(model({"item_id": i, "days": days, "positions": positions}))
        for i in (ids, changed)
    )
    np.testing.assert_allclose(other, one, atol=1e-6)


def test_an_empty_history_gives_numbers_in_training_too() -> None:
    model = _model()
    inputs = _inputs(3, [[], []])
    assert np.isfinite(np.asarray(model(inputs))).all()
    assert np.isfinite(np.asarray(model(inputs, training=True))).all()


def test_lstm_layers_meet_the_conditions_of_cudnn() -> None:
    model = _model()
    for layer in model.recurrent:
        assert layer.activation is keras.activations.tanh
        assert layer.recurrent_activation is keras.activations.sigmoid
        assert layer.recurrent_dropout == 0
        assert layer.use_bias
        assert not layer.unroll
        assert layer.use_cudnn == "auto"


def test_lstm_layers_get_right_padded_masks_without_an_empty_row() -> None:
    model = _model()
    masks = []
    for layer in model.recurrent:
        call = layer.call

        def record(*args, call=call, **kwargs):
            masks.append(np.asarray(kwargs["mask"]))
            return call(*args, **kwargs)

        layer.call = record
    model(_inputs(4))
    assert len(masks) == 2
    for mask in masks:
        assert mask.any(axis=1).all()
        # Once False, a row stays False.
        assert (mask[:, 1:] <= mask[:, :-1]).all()
        np.testing.assert_array_equal(mask.sum(axis=1), [1, 3, 1, 4, 2])


def test_works_without_days() -> None:
    config = ModelConfig("lstm", 9, 0, item_embedding=6, units=(5,))
    model = _model(config)
    assert not model.uses_days
    assert model({"item_id": _inputs(4)["item_id"]}).shape == (5, 9)


def test_days_that_are_missing_are_an_error() -> None:
    with pytest.raises(ValueError, match="`days` must be given"):
        _model()({"item_id": _inputs(4)["item_id"]})


def test_days_change_the_scores() -> None:
    model, inputs = _model(), _inputs(4)
    other = {**inputs, "days": np.where(inputs["days"] > 0, 1, 0).astype(np.int32)}
    assert np.abs(np.asarray(model(inputs)) - np.asarray(model(other))).max() > 1e-4


@pytest.mark.parametrize("dtype", ["mixed_bfloat16", "mixed_float16"])
def test_logits_are_float32_under_a_mixed_policy(dtype: str) -> None:
    model = _model(dtype=dtype)
    logits = model(_inputs(4))
    assert keras.backend.standardize_dtype(logits.dtype) == "float32"
    assert model.recurrent[0].compute_dtype == dtype.removeprefix("mixed_")
    assert all(w.dtype == "float32" for w in model.weights)
    full = np.asarray(_model()(_inputs(4)))
    np.testing.assert_allclose(logits, full, atol=0.1)
    # 16 bits would round all items of a row to a few dozen values.
    assert len(np.unique(np.asarray(logits)[0])) == 9


@pytest.mark.parametrize("dtype", ["float32", "mixed_bfloat16"])
def test_saving_and_reading_gives_the_same_model(tmp_path: Path, dtype: str) -> None:
    model = _model(dtype=dtype)
    model.save(tmp_path / "model.keras")
    copy = keras.models.load_model(tmp_path / "model.keras", safe_mode=True)
    assert isinstance(copy, LstmModel)
    assert copy.config == CONFIG
    assert copy.recurrent[0].dtype_policy.name == dtype
    np.testing.assert_array_equal(copy(_inputs(4)), model(_inputs(4)))


def test_weights_of_a_mixed_model_fit_a_full_one(tmp_path: Path) -> None:
    mixed = _model(dtype="mixed_bfloat16")
    mixed.save_weights(tmp_path / "w.weights.h5")
    full = _model(seed=7)
    full.load_weights(tmp_path / "w.weights.h5")
    np.testing.assert_allclose(full(_inputs(4)), _model()(_inputs(4)), atol=1e-6)


def test_build_refuses_a_model_that_there_is_not() -> None:
    with pytest.raises(ValueError, match=r"`model` must be one of \('lstm',\), got"):
        build_model(ModelConfig("transformer", 9))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"num_items": 0}, "`num_items` must be at least 1, got 0"),
        ({"units": ()}, "`units` must name a layer or more, got none"),
        ({"units": (4, 0)}, r"`units` must be at least 1, got \(4, 0\)"),
        ({"day_embedding": 0}, "`day_embedding` must be at least 1, got 0"),
    ],
)
def test_config_refuses(change: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ModelConfig(**{"model": "lstm", "num_items": 9, **change})


def test_config_comes_back_from_json() -> None:
    assert ModelConfig.from_json(CONFIG.to_json()) == CONFIG


def test_the_base_model_asks_for_an_encoder() -> None:
    with pytest.raises(NotImplementedError):
        NextItemModel(CONFIG).build()
