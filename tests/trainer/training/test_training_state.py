"""The state of a training is whole, exact, and of one model."""

import random

import numpy as np
import pytest

from schemas.errors import UserError
from tests.support.training import small_options, write_cyclic_data
from trainer.data.data_set import open_data_set
from trainer.devices import set_up_devices
from trainer.training.compiled_model import compiled_model
from trainer.training.train import model_config
from trainer.training.training_input import training_input
from trainer.training.training_state import Progress, load_state, save_state

PROGRESS = Progress(
    data_set="digest",
    epoch=2,
    step=3,
    seconds=0.1 + 0.2,
    history=[{"loss": 1 / 3}, {"loss": float("nan")}],
    best_epoch=1,
)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return open_data_set(write_cyclic_data(tmp_path_factory.mktemp("data") / "set"))


def _model(data, **changes):
    changes = {"dropout": 0.3, "model": "gru", **changes}
    options = small_options(data.path, "unused", **changes)
    devices = set_up_devices()
    model = compiled_model(model_config(data, options), options, devices, 100)
    return model, training_input(data, options, devices)


def _values(model):
    variables = [*model.variables, *model.optimizer.variables]
    return [np.asarray(variable) for variable in variables]


def test_everything_comes_back_to_the_last_bit(data, tmp_path):
    model, source = _model(data)
    model.fit(source.elements, steps_per_epoch=3, epochs=1, verbose=0, shuffle=False)
    path = tmp_path / "state.npz"
    save_state(path, model, PROGRESS)
    other, _ = _model(data)
    state = load_state(path)
    state.restore(other)
    # The rest is not held while it trains.
    assert all(key.startswith("metric-") for key in state.arrays)
    state.restore_metrics(other)
    assert not state.arrays
    for value, expected in zip(_values(other), _values(model), strict=True):
        np.testing.assert_array_equal(value, expected)
    names = {variable.path for variable in model.variables}
    assert any("seed" in name for name in names)
    assert any("moving" in name for name in names)
    assert int(other.optimizer.iterations) == 3
    for mine, its in zip(other.metrics_variables, model.metrics_variables, strict=True):
        np.testing.assert_array_equal(mine, its)
    assert repr(state.progress) == repr(PROGRESS)
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_a_state_of_another_model_is_refused(data, tmp_path):
    model, _ = _model(data)
    save_state(tmp_path / "state.npz", model, PROGRESS)
    for changes in ({"units": (8,)}, {"model": "lstm"}, {"weight_decay": 0.1}):
        other, _ = _model(data, **changes)
        if changes == {"weight_decay": 0.1}:  # Of the same variables: nothing to see.
            load_state(tmp_path / "state.npz").restore(other)
            continue
        with pytest.raises(UserError, match=r"state\.npz is damaged or of another ver"):
            load_state(tmp_path / "state.npz").restore(other)


def test_a_damaged_state_is_refused(data, tmp_path):
    model, _ = _model(data)
    path = tmp_path / "state.npz"
    save_state(path, model, PROGRESS)
    whole, sound = path.read_bytes(), load_state(path)
    chance = random.Random(5)
    refused = []
    for place in [chance.randrange(len(whole)) for _ in range(60)]:
        flipped = bytearray(whole)
        flipped[place] ^= 1 << chance.randrange(8)
        path.write_bytes(flipped)
        try:
            state = load_state(path)
        except UserError as error:
            refused.append(str(error))
            continue
        # In a field of the zip format that says nothing of the content.
        assert repr(state.progress) == repr(sound.progress)
        for key, value in sound.arrays.items():
            np.testing.assert_array_equal(state.arrays[key], value)
    assert len(refused) > 30
    for sentence in refused:
        assert "state.npz is damaged" in sentence
        assert "--overwrite to train from the start" in sentence
    for size in (0, 100, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:size])
        with pytest.raises(UserError, match=r"state\.npz is damaged"):
            load_state(path)
