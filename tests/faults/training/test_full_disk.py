"""A training whose disk runs full: one sentence, and the same command goes on."""

import json

import numpy as np
import pytest

from tests.faults.kill.disks import mount, room  # noqa: F401
from tests.support.programs import run_module
from tests.support.training import write_cyclic_data
from trainer.run_files import METRICS
from trainer.runs import load_run

pytestmark = pytest.mark.slow

KB = 1 << 10
FLAGS = (
    "--config=notebook",
    "--units=16",
    "--item_embedding=8",
    "--batch_size=32",
    "--epochs=3",
    "--deterministic",
    "--quiet",
)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return write_cyclic_data(tmp_path_factory.mktemp("data") / "set")


@pytest.fixture(scope="module")
def undisturbed(data, tmp_path_factory):
    run = tmp_path_factory.mktemp("undisturbed") / "run"
    done = _train(data, run)
    assert done.returncode == 0, done.stderr
    return run


def _train(data, run):
    return run_module("trainer", "train", f"--data={data}", f"--output={run}", *FLAGS)


@pytest.mark.parametrize("left", [8 * KB, 100 * KB, 330 * KB, 420 * KB])
def test_a_full_disk_ends_in_a_sentence_and_the_run_goes_on(
    data,
    undisturbed,
    mount,  # noqa: F811
    left,
):
    disk = mount("disk", 8 << 20)
    filler = disk / "filler"
    filler.write_bytes(bytes(room(disk) - left))
    done = _train(data, disk / "run")
    assert done.returncode == 1, done.stderr
    (line,) = done.stderr.splitlines()
    assert "make room" in line or "No space left on device" in line
    assert not (disk / "run" / METRICS).exists()
    filler.unlink()
    again = _train(data, disk / "run")
    assert again.returncode == 0, again.stderr
    figures = [
        json.loads((run / METRICS).read_text())["val_ndcg@10"]
        for run in (disk / "run", undisturbed)
    ]
    assert figures[0] == figures[1]
    models = [load_run(str(run))[0] for run in (disk / "run", undisturbed)]
    for mine, its in zip(models[0].weights, models[1].weights, strict=True):
        np.testing.assert_array_equal(mine, its)
