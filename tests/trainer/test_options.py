import argparse
import dataclasses
import json
from pathlib import Path
from typing import get_args

import pytest

from schemas.command_line import Parser
from schemas.errors import UsageError
from trainer import options
from trainer.models import MODELS
from trainer.options import TrainOptions


def _options(*flags: str) -> TrainOptions:
    parser = Parser(prog="train")
    options.add_arguments(parser)
    namespace: argparse.Namespace = parser.parse_args(list(flags))
    return options.from_arguments(namespace)


PATHS = ("--data", "D", "--output", "R")


def test_defaults_are_the_notebook_s() -> None:
    found = _options(*PATHS)
    assert found == TrainOptions(data="D", output="R")
    assert found == _options(*PATHS, "--config", "notebook")
    assert (found.units, found.batch_size, found.epochs) == ((1024, 512), 512, 20)
    assert (found.item_embedding, found.day_embedding) == (100, 20)
    assert found.learning_rate == 0.01


def test_every_option_has_a_flag() -> None:
    found = _options(
        *PATHS,
        *("--overwrite", "--quiet", "--mixed_precision", "--model", "lstm"),
        *("--day_feature", "gap", "--item_embedding", "7", "--day_embedding", "3"),
        *("--units", "8,4", "--batch_size", "16", "--epochs", "2", "--patience", "0"),
        *("--learning_rate", "0.5", "--seed", "9", "--jit_compile", "off"),
    )
    for field in dataclasses.fields(TrainOptions):
        if field.name != "model":
            assert getattr(found, field.name) != field.default, field.name


def test_flags_override_the_config_file(tmp_path: Path) -> None:
    file = tmp_path / "config.json"
    file.write_text(json.dumps({"data": "other", "epochs": 7, "units": [3, 2]}))
    found = _options("--config", str(file), "--output", "R", "--epochs", "4")
    assert (found.data, found.epochs, found.units) == ("other", 4, (3, 2))


def test_what_a_run_keeps_makes_the_same_options(tmp_path: Path) -> None:
    first = _options(*PATHS, "--units", "8", "--mixed_precision", "--overwrite")
    file = tmp_path / "config.json"
    file.write_text(json.dumps(first.to_json()))
    again = _options("--config", str(file), "--output", "R", "--overwrite")
    assert again == first
    other = _options("--config", str(file), "--output", "R", "--no-mixed_precision")
    assert not other.mixed_precision


@pytest.mark.parametrize("name", options.ready_configs())
def test_ready_configs_are_valid(name: str) -> None:
    assert _options(*PATHS, "--config", name).model in MODELS


def test_the_flag_offers_the_models_that_there_are() -> None:
    assert set(get_args(options.ModelName)) == set(MODELS)


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (("--epochs", "0"), "`epochs` must be at least 1, got 0"),
        (("--patience", "-1"), "`patience` must be at least 0, got -1"),
        (("--units", "8,0"), "`units` must be one size or more, each at least 1"),
        (("--units", "8;4"), "must be whole numbers with commas between them"),
        (("--learning_rate", "0"), "`learning_rate` must be positive, got 0.0"),
        (("--learning_rate", "nan"), "`learning_rate` must be positive, got nan"),
        (("--seed", "4294967296"), r"`seed` must be below 2\*\*32"),
        (("--day_feature", "agee"), "invalid choice: 'agee'"),
        (("--bach_size", "3"), "unknown flag --bach_size; did you mean --batch_size"),
        (("--config", "quik"), "--config quik cannot be read .* notebook, quick"),
    ],
)
def test_refuses(flags: tuple[str, ...], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        _options(*PATHS, *flags)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "is not JSON"),
        ("[1]", "must hold a JSON object of flags"),
        ('{"epoch": 3}', "unknown key 'epoch'; did you mean 'epochs'"),
        ('{"output": "R"}', "unknown key 'output'"),
        ('{"epochs": 2.5}', "`epochs` must be of type int, got 2.5"),
        ('{"epochs": true}', "`epochs` must be of type int, got True"),
        ('{"units": "8"}', "`units` must be a list of whole numbers, got '8'"),
        ('{"units": 8.5}', "`units` must be a list of whole numbers, got 8.5"),
        ('{"units": null}', "`units` must be a list of whole numbers, got None"),
        ('{"units": [8.5]}', "`units` must be a list of whole numbers"),
        ('{"day_feature": "week"}', "`day_feature` must be one of"),
    ],
)
def test_refuses_a_config_file(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "config.json"
    file.write_text(text)
    with pytest.raises(UsageError, match=message):
        _options(*PATHS, "--config", str(file))


@pytest.mark.parametrize("missing", ["data", "output"])
def test_a_folder_that_is_not_named(missing: str) -> None:
    flags = ("--output", "R") if missing == "data" else ("--data", "D")
    with pytest.raises(UsageError, match=f"--{missing} is missing"):
        _options(*flags)
