"""What is refused before TensorFlow is loaded, and what models are called."""

import json
import subprocess
import sys

import pytest

from schemas.errors import UsageError
from trainer.baselines import BASELINES, BY_NAME
from trainer.comparison.options import (
    BASELINE_NAMES,
    BASELINES_BY_NAME,
    CompareOptions,
    config_name,
    config_runs,
)


def options(**settings):
    return CompareOptions(**{"data": "data", "output": "out", **settings})


def test_the_names_are_those_of_the_baselines():
    assert tuple(BASELINES) == BASELINE_NAMES
    assert set(BY_NAME) == set(BASELINES_BY_NAME)


def test_needs_no_tensorflow():
    program = (
        "import sys, trainer.commands.compare; "
        "sys.exit('tensorflow' in sys.modules or 'keras' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"data": ""}, "--data must name a folder"),
        ({"output": "hdfs://host/out"}, "--output hdfs://host/out is in no storage"),
        ({"runs": ("gs://",)}, "--runs gs:// names no bucket"),
        ({"baselines": ()}, "there is nothing to compare"),
        ({"baselines": ("markov_9",)}, "no 'markov_9'; did you mean markov_"),
        ({"baselines": ("?",)}, r"no '\?'; use all, none or some of popularity"),
        ({"baselines": ("item_knn",) * 2}, "--baselines names item_knn 2 times"),
        ({"seeds": ()}, "--seeds must be one whole number or more"),
        ({"seeds": (0, -1)}, r"--seeds must be from 0 to 2\*\*32 - 1, got -1"),
        ({"seeds": (1, 1)}, "--seeds names 1 2 times"),
        ({"batch_size": 0}, "--batch_size must be at least 1, got 0"),
        ({"runs": ("a/b", "a/../a/b")}, "--runs names .*a/b 2 times"),
        ({"configs": ("x/a.json", "y/a.json")}, "2 that would be called a;"),
        ({"configs": ("quick", "x/quick.json")}, "2 that would be called quick;"),
        ({"configs": ("item_knn.json",)}, "called item_knn, which is a baseline's"),
    ],
)
def test_refuses(settings, sentence):
    with pytest.raises(UsageError, match=sentence):
        options(**settings)


def test_a_config_is_trained_once_for_each_seed(tmp_path):
    file = tmp_path / "small.json"
    file.write_text(json.dumps({"units": [4], "seed": 9, "data": "elsewhere"}))
    (config,) = config_runs(options(configs=(str(file),), seeds=(2, 5), quiet=True))
    assert config.name == "small"
    assert [(run.seed, run.output) for run in config.options] == [
        (2, "out/runs/small-seed2"),
        (5, "out/runs/small-seed5"),
    ]
    for run in config.options:
        assert (run.data, run.units, run.quiet) == ("data", (4,), True)


def test_a_wrong_value_in_a_config_names_the_config(tmp_path):
    file = tmp_path / "wrong.json"
    file.write_text(json.dumps({"epochs": 0}))
    with pytest.raises(UsageError, match=r"wrong.json: `epochs` must be at least 1"):
        config_runs(options(configs=(str(file),)))


def test_names_of_configs():
    assert config_name("quick") == "quick"
    assert config_name("some/where/wide.json") == "wide"
    assert config_name("runs/best/config.json") == "best"


def test_a_run_is_called_by_its_folder_unless_that_is_taken():
    given = ("a/one", "a/two", "b/two", "c/popularity", "c/wide")
    named = options(runs=given, configs=("wide.json",))
    assert [named.run_name(run) for run in given] == [
        "one",
        "a/two",
        "b/two",
        "c/popularity",
        "c/wide",
    ]
