"""Which finished runs are taken over, and which are refused."""

import json
from pathlib import Path

import pytest

from schemas.errors import UserError
from tests.support.data_sets import cyclic_windows, write_data_set
from tests.support.run_metrics import metrics_of
from trainer.comparison.resume import is_finished
from trainer.comparison.trained_run import read_trained_run
from trainer.config_files import read_config
from trainer.data.data_set import open_data_set
from trainer.options import TrainOptions
from trainer.run_files import CONFIG, METRICS
from trainer.runs import write_json


@pytest.fixture
def manifest(tmp_path):
    windows = cyclic_windows(4, 3, 2, seed=0)
    path = write_data_set(tmp_path / "data", windows, num_items=3, max_length=2)
    return open_data_set(path).manifest


@pytest.fixture
def options(tmp_path):
    settings = {**read_config("notebook"), "units": [4]}
    return TrainOptions(data="data", output=str(tmp_path / "run"), **settings)


def write_run(options, manifest, metrics=None, **config):
    folder = Path(options.output)
    folder.mkdir()
    write_json(folder / CONFIG, {**options.to_json(), **config})
    write_json(folder / METRICS, metrics_of(manifest, **(metrics or {})))
    return folder


def test_nothing_there_is_not_finished(options, manifest):
    assert not is_finished(options, manifest)


def test_the_same_settings_are_finished(options, manifest):
    write_run(options, manifest, data="the/same/by/another/path")
    assert is_finished(options, manifest)


def test_an_interrupted_run_is_trained_again(options, manifest):
    (write_run(options, manifest, units=[8]) / METRICS).unlink()
    assert not is_finished(options, manifest)


@pytest.mark.parametrize(
    ("config", "sentence"),
    [
        ({"units": [8]}, r"`units` was \[8\] and is now \[4\]"),
        ({"day_feature": "none"}, '`day_feature` was "none" and is now "age"'),
        ({"later": True}, "`later` was true and is now not set"),
    ],
)
def test_other_settings_are_refused(options, manifest, config, sentence):
    write_run(options, manifest, **config)
    with pytest.raises(UserError, match=sentence):
        is_finished(options, manifest)


def test_a_setting_that_the_run_does_not_know_is_refused(options, manifest):
    folder = write_run(options, manifest)
    config = json.loads((folder / CONFIG).read_text())
    del config["epochs"]
    write_json(folder / CONFIG, config)
    with pytest.raises(UserError, match="`epochs` was not set and is now 20"):
        is_finished(options, manifest)


@pytest.mark.parametrize("kind", ["settings", "files"])
def test_another_data_set_is_refused(options, manifest, kind):
    write_run(options, manifest, metrics={f"data_{kind}_digest": "of another"})
    with pytest.raises(UserError, match=f"learned from a data set of other {kind} th"):
        is_finished(options, manifest)


def test_files_of_no_run_are_refused(options, manifest):
    folder = Path(options.output)
    folder.mkdir()
    (folder / "history.csv").write_text("mine")
    with pytest.raises(UserError, match="is of no run of the trainer"):
        is_finished(options, manifest)


@pytest.mark.parametrize(
    ("name", "content", "detail"),
    [
        (CONFIG, "{", r"config\.json cannot be used \(it is not JSON"),
        (METRICS, "[]", r"damaged or of .* \(metrics\.json: it is no JSON object"),
        (METRICS, "{}", r"damaged or of .* \(metrics\.json: it holds no 'best_epo"),
    ],
)
def test_a_damaged_run_is_refused(options, manifest, name, content, detail):
    folder = write_run(options, manifest)
    (folder / name).write_text(content)
    with pytest.raises(UserError, match=detail):
        read_trained_run(str(folder))


def test_no_run_is_refused(tmp_path):
    with pytest.raises(UserError, match="there is no finished run at"):
        read_trained_run(str(tmp_path))
