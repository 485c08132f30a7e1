import argparse
import dataclasses
import json
import re
from pathlib import Path
from typing import Any

import pytest

from schemas.cli.command_line import Parser
from schemas.errors import UsageError
from trainer import flags
from trainer.options import TrainOptions


def _parser() -> Parser:
    parser = Parser(prog="train")
    flags.add_arguments(parser)
    return parser


def _options(*arguments: str) -> TrainOptions:
    namespace: argparse.Namespace = _parser().parse_args(list(arguments))
    return flags.from_arguments(namespace)


PATHS = ("--data", "D", "--output", "R")
# A value other than the default for every option but the two folders.
VALUES: dict[str, Any] = {
    "overwrite": True,
    "model": "gru",
    "day_feature": "gap",
    "item_embedding": 6,
    "day_embedding": 3,
    "units": (8, 4),
    "attention": False,
    "num_heads": 2,
    "dropout": 0.25,
    "tie_embeddings": False,
    "item_features": ("category", "body type"),
    "loss": "full",
    "num_negatives": 7,
    "label_smoothing": 0.125,
    "train_positions": "last",
    "unknown_rate": 0.375,
    "batch_size": 16,
    "epochs": 2,
    "learning_rate": 0.5,
    "learning_rate_schedule": "linear",
    "weight_decay": 0.0625,
    "patience": 0,
    "seed": 9,
    "mixed_precision": True,
    "jit_compile": "off",
    "steps_per_execution": 8,
    "data_on_device": "on",
    "deterministic": True,
    "checkpoint_secs": 0.5,
    "quiet": True,
}


def _arguments(name: str, value: Any) -> list[str]:
    if isinstance(value, bool):
        return [f"--{name}" if value else f"--no-{name}"]
    if isinstance(value, tuple):
        value = ",".join(map(str, value))
    return [f"--{name}", str(value)]


def test_without_flags_all_is_as_by_default() -> None:
    assert _options(*PATHS) == TrainOptions(data="D", output="R")


@pytest.mark.parametrize(
    "field", dataclasses.fields(TrainOptions), ids=lambda f: f.name
)
def test_every_option_has_a_flag_of_its_own(field: dataclasses.Field) -> None:
    if field.name in ("data", "output"):
        assert (
            getattr(_options(*PATHS), field.name)
            == {"data": "D", "output": "R"}[field.name]
        )
        return
    value = VALUES.get(field.name)
    assert value is not None, f"`VALUES` of this test has no {field.name!r}"
    assert value != field.default
    # Of the default loss there is no smoothing.
    other = {"loss": "full"} if field.name == "label_smoothing" else {}
    chosen = {**other, field.name: value}
    arguments = [a for item in chosen.items() for a in _arguments(*item)]
    # Nothing else changes with it.
    assert _options(*PATHS, *arguments) == TrainOptions("D", "R", **chosen)


def test_help_names_every_flag_and_its_default() -> None:
    shown = _parser().format_help()
    for field in dataclasses.fields(TrainOptions):
        assert re.search(rf"--{field.name}\b", shown), field.name
    plain = " ".join(shown.split())
    for default in ("transformer", "none", "128", "0.001", "cosine", "sampled", "once"):
        assert f"(default: {default})" in plain
    assert re.search(r"--no-attention [^-]*\(default: on\)", plain)
    assert re.search(r"--no-tie_embeddings [^-]*\(default: on\)", plain)


def test_flags_override_the_config_file(tmp_path: Path) -> None:
    file = tmp_path / "config.json"
    file.write_text(json.dumps({"data": "other", "epochs": 7, "units": [3, 2]}))
    found = _options("--config", str(file), "--output", "R", "--epochs", "4")
    assert (found.data, found.epochs, found.units) == ("other", 4, (3, 2))


def test_what_a_run_keeps_makes_the_same_options(tmp_path: Path) -> None:
    arguments = [a for item in VALUES.items() for a in _arguments(*item)]
    first = _options(*PATHS, *arguments)
    file = tmp_path / "config.json"
    file.write_text(json.dumps(first.to_json()))
    per_call = ("--output=R", "--overwrite", "--quiet", "--checkpoint_secs=0.5")
    assert _options("--config", str(file), *per_call) == first
    # What the file turns on, a flag turns off, and the other way round.
    other = _options("--config", str(file), *per_call, "--tie_embeddings")
    assert other.tie_embeddings
    assert _options("--config", str(file), *per_call, "--attention").attention


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--epochs", "0"), "`epochs` must be at least 1, got 0"),
        (("--units", "8,0"), "`units` must be one size or more, each at least 1"),
        (("--units", "8;4"), "must be whole numbers with commas between them"),
        (("--learning_rate", "nan"), "`learning_rate` must be positive, got nan"),
        (("--dropout", "half"), "invalid float value: 'half'"),
        (("--dropout", "1"), r"`dropout` must be in \[0, 1\), got 1.0"),
        (("--weight_decay", "inf"), "`weight_decay` must be 0 or more, got inf"),
        (("--seed", "4294967296"), r"`seed` must be below 2\*\*32"),
        (("--day_feature", "agee"), "invalid choice: 'agee'"),
        (("--train_positions", "first"), "invalid choice: 'first'"),
        (("--bach_size", "3"), "unknown flag --bach_size; did you mean --batch_size"),
        (("--config", "quik"), "--config quik cannot be read .* notebook, quick"),
        (
            ("--model", "transformer", "--num_heads", "3"),
            "`num_heads` must divide `item_embedding`, got 3 heads for 128",
        ),
        (
            ("--loss", "sampled", "--label_smoothing", "0.1"),
            "`label_smoothing` must be 0 with `loss` 'sampled'",
        ),
    ],
)
def test_refuses(arguments: tuple[str, ...], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        _options(*PATHS, *arguments)


@pytest.mark.parametrize("missing", ["data", "output"])
def test_a_folder_that_is_not_named(missing: str) -> None:
    arguments = ("--output", "R") if missing == "data" else ("--data", "D")
    with pytest.raises(UsageError, match=f"--{missing} is missing"):
        _options(*arguments)
