"""Steps that run together train as steps that run one by one."""

import csv
from pathlib import Path
from types import SimpleNamespace

import keras
import numpy as np
import pytest
import tensorflow as tf

from schemas.errors import UsageError
from tests.support.training import small_options
from trainer.data.data_set import open_data_set
from trainer.devices import Devices, set_up_devices
from trainer.run_files import HISTORY
from trainer.runs import load_run
from trainer.training.callbacks import StopAfter
from trainer.training.step_loop import StepLoop
from trainer.training.train import train
from trainer.training.training_input import training_input


def _model() -> keras.Model:
    model = keras.Sequential([keras.Input([1]), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    model.steps_per_execution = 4
    return model


@pytest.mark.parametrize("num_steps", [1, 6, 9, 14])
def test_an_epoch_ends_where_it_ends(num_steps: int) -> None:
    seen = []
    model = _model()
    model.train_function = StepLoop(model, 6, num_steps)
    iterations = keras.callbacks.LambdaCallback(
        on_train_batch_end=lambda batch, logs: seen.append(
            int(model.optimizer.iterations)
        )
    )
    rows = np.ones([1, 1], "float32")
    model.fit(
        tf.data.Dataset.from_tensors((rows, rows)).repeat(),
        epochs=-(-num_steps // 6),
        steps_per_epoch=6,
        shuffle=False,
        verbose=0,
        callbacks=[iterations, StopAfter(num_steps)],
    )
    # Fours, but two at the end of an epoch of six; then no step more.
    expected = [step for step in (4, 6, 10, 12, 16) if step < num_steps]
    assert seen == [*expected, num_steps]


def test_python_does_not_run_between_steps() -> None:
    calls = []

    def fill(element):
        calls.append(tf.inside_function())
        return element

    model = _model()
    loop = StepLoop(model, 8, 8, fill)
    rows = np.ones([1, 1], "float32")
    iterator = iter(tf.data.Dataset.from_tensors((rows, rows)).repeat())
    loop(iterator)
    loop(iterator)
    assert int(model.optimizer.iterations) == 8
    # Traced, and traced once for all of the eight steps.
    assert calls == [True]


@pytest.mark.slow
@pytest.mark.parametrize(
    "config",
    [
        # Without dropout: of batches whose width is known a CPU trains packed rows,
        # which draw other numbers.
        {"model": "lstm", "dropout": 0.0},
        {"model": "transformer", "loss": "sampled", "num_negatives": 8},
        {"model": "transformer", "loss": "sampled", "jit_compile": "on", "epochs": 1},
    ],
    ids=["lstm", "transformer", "xla"],
)
def test_data_on_the_device_trains_the_same(
    data: str, tmp_path: Path, config: dict
) -> None:
    config = {"epochs": 2, "dropout": 0.2, "unknown_rate": 0.1, **config}
    found = {}
    for name, changes in {
        "plain": {},
        "together": {"steps_per_execution": 3},
        "device": {"steps_per_execution": 3, "data_on_device": "on"},
    }.items():
        options = small_options(data, tmp_path / name, **config, **changes)
        train(options, export=False)
        lines = (tmp_path / name / HISTORY).read_text().splitlines()
        found[name] = [float(row["loss"]) for row in csv.DictReader(lines)]
        assert len(found[name]) == config["epochs"]
    assert found["together"] == pytest.approx(found["plain"], rel=1e-5)
    assert found["device"] == pytest.approx(found["plain"], rel=1e-5)
    models = [load_run(str(tmp_path / name))[0] for name in found]
    for plain, *others in zip(*(model.weights for model in models), strict=True):
        for other in others:
            np.testing.assert_allclose(plain, other, atol=1e-4, err_msg=plain.path)


def test_what_cannot_be_had_is_said(data: str, tmp_path: Path) -> None:
    data_set = open_data_set(data)
    two = Devices(SimpleNamespace(num_replicas_in_sync=2), "float32", "-")
    for changes, sentence in (
        ({"data_on_device": "on"}, "--data_on_device on cannot be had: .* one device"),
        ({"steps_per_execution": 2}, "--steps_per_execution 2 cannot be had: .* one"),
    ):
        options = small_options(data, tmp_path / "run", **changes)
        with pytest.raises(UsageError, match=sentence):
            training_input(data_set, options, two)


def test_a_cpu_keeps_nothing_and_shows_every_step_by_itself(
    data: str, tmp_path: Path
) -> None:
    if tf.config.list_physical_devices("GPU"):
        pytest.skip("this machine has a GPU")
    options = small_options(data, tmp_path / "run")
    source = training_input(open_data_set(data), options, set_up_devices())
    assert source.fill is None
    assert source.steps_per_execution == 1


@pytest.mark.parametrize(("share", "kept"), [(4, True), (3.9, False)])
def test_a_gpu_keeps_what_takes_a_quarter_of_its_memory(
    data: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, share, kept
) -> None:
    # No GPU is here: only its name and its memory are told, and nothing put on it.
    size = 150 * 8 * (4 + 4 + 4 + 1)  # items, targets, ages, starts
    monkeypatch.setattr(
        "trainer.training.training_input.device_memory_bytes", lambda _: share * size
    )
    monkeypatch.setattr(
        "trainer.training.training_input.DeviceBatches",
        lambda *_: type("Held", (), {"elements": lambda self: [], "fill": len})(),
    )
    options = small_options(data, tmp_path / "run")
    devices = Devices(None, "float32", "a GPU", "GPU:0")
    source = training_input(open_data_set(data), options, devices)
    assert (source.fill is not None) is kept
    assert source.steps_per_execution == 16
