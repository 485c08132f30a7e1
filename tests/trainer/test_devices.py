import importlib.util
import json
import logging
from pathlib import Path

import numpy as np
import pytest

from tests.support.data_sets import cyclic_windows, write_data_set
from tests.support.programs import run_module, run_python
from trainer.devices import set_up_devices
from trainer.runs import load_run

ROOT = Path(__file__).parents[2]


def _data(folder: Path) -> str:
    # 101 windows and batches of 32: the last batch holds 5 rows, 3 and 2 a device.
    return write_data_set(
        folder,
        cyclic_windows(101, 9, 4, 0),
        cyclic_windows(20, 9, 4, 1),
        num_items=9,
        max_length=4,
        with_graph=True,
        attributes={"category": [f"kind {item % 3}" for item in range(9)]},
    )


def test_one_line_says_devices_precision_and_backend(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, logger="trainer")
    devices = set_up_devices(mixed_precision=True, devices=["CPU:0"])
    assert devices.num_replicas == 1
    assert devices.policy == "mixed_bfloat16"
    expected = "training on CPU:0; precision mixed_bfloat16; backend tensorflow"
    assert caplog.messages == [expected]


def _train_on_one_and_two(data: str, output: Path, **options: object) -> list[dict]:
    """Returns the metrics of the same training on one device and on two."""
    script = Path(__file__).with_name("train_on_devices.py")
    arguments = (str(script), data, str(output), json.dumps(options))
    done = run_python(*arguments, PYTHONPATH=str(ROOT))
    assert done.returncode == 0, done.stderr
    found = list(json.loads(done.stdout.splitlines()[-1]).values())
    assert found[1]["devices"].startswith("CPU:0, CPU:1; precision float32")
    return found


@pytest.mark.slow
@pytest.mark.parametrize(
    "options",
    [
        {"model": "lstm"},
        {
            "model": "gru",
            "tie_embeddings": True,
            "weight_decay": 0.1,
            "item_features": ["category"],
        },
        # The whole catalogue as negatives, so that both draw the same ones.
        {
            "model": "transformer",
            "loss": "sampled",
            "train_positions": "last",
            "item_features": ["category"],
        },
    ],
    ids=lambda options: str(options["model"]),
)
def test_two_devices_train_as_one(tmp_path: Path, options: dict[str, object]) -> None:
    data = _data(tmp_path / "data")
    one, two = _train_on_one_and_two(data, tmp_path, **options)
    for name in ("loss", "val_loss", "val_ndcg@10"):
        assert one[name] == pytest.approx(two[name], rel=1e-4), name
    models = [load_run(str(tmp_path / str(count)))[0] for count in (1, 2)]
    for first, second in zip(*(model.weights for model in models), strict=True):
        # Softmax takes no notice of a key's bias: its gradient is rounding alone, and
        # Adam makes steps of full size of it.
        if first.path.endswith("/key/bias"):
            continue
        np.testing.assert_allclose(first, second, atol=1e-4, err_msg=first.path)


@pytest.mark.slow
def test_two_devices_drop_and_sample(tmp_path: Path) -> None:
    options = {"model": "transformer", "loss": "sampled", "num_negatives": 4}
    data = _data(tmp_path / "data")
    found = _train_on_one_and_two(data, tmp_path, **options, dropout=0.2, epochs=5)
    for metrics in found:
        assert metrics["val_ndcg@10"] > 0.8


@pytest.mark.slow
@pytest.mark.skipif(
    importlib.util.find_spec("jax") is None, reason="the extra jax is not installed"
)
@pytest.mark.parametrize(
    "config",
    [
        {"model": "lstm", "day_feature": "age", "loss": "full"},
        {"model": "gru", "units": [8, 6], "tie_embeddings": True, "loss": "full"},
        {"model": "transformer", "loss": "sampled", "num_negatives": 4},
    ],
    ids=["lstm", "gru", "transformer"],
)
def test_trains_on_the_jax_backend(tmp_path: Path, config: dict) -> None:
    small = {"units": [8], "item_embedding": 8, "epochs": 20, "learning_rate": 0.02}
    file = tmp_path / "config.json"
    file.write_text(json.dumps({**small, "dropout": 0.1, "batch_size": 32, **config}))
    flags = ["--config", str(file)]
    script = (
        "import os, sys; os.environ['KERAS_BACKEND'] = 'jax';"
        "from trainer.__main__ import main; sys.exit(main(sys.argv[1:]))"
    )
    run = tmp_path / "run"
    argv = ["train", "--data", _data(tmp_path / "data"), "--output", str(run), *flags]
    done = run_python("-c", script, *argv, KERAS_BACKEND="jax")
    assert done.returncode == 0, done.stderr
    assert "backend jax" in done.stderr
    assert "is not made: the export needs the TensorFlow backend" in done.stderr
    # The file is of no backend: TensorFlow reads what JAX trained.
    model, _ = load_run(str(run))
    assert model.config.num_items == 9
    assert json.loads((run / "metrics.json").read_text())["val_hr@10"] > 0.5


@pytest.mark.slow
def test_the_program_ends_with_its_status_and_without_notes(tmp_path: Path) -> None:
    data = _data(tmp_path / "data")
    run = str(tmp_path / "run")
    flags = ["--units", "4", "--item_embedding", "4", "--epochs", "1"]
    good = run_module("trainer", "train", "--data", data, "--output", run, *flags)
    assert good.returncode == 0, good.stderr
    lines = good.stderr.splitlines()
    assert lines[0].startswith("training on ")
    assert lines[1].startswith("epoch 1/1  loss ")
    assert len(lines) == 3, good.stderr
    assert f"evaluate --run {run} --data {data}" in good.stdout
    bad = run_module("trainer", "train", "--data", data, "--output", run)
    assert bad.returncode == 1
    assert len(bad.stderr.splitlines()) == 1
