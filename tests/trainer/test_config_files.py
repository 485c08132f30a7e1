from pathlib import Path

import pytest

from schemas.errors import UsageError
from trainer.config_files import read_config, ready_configs
from trainer.models import MODELS
from trainer.options import TrainOptions


@pytest.mark.parametrize("name", ready_configs())
def test_ready_configs_are_valid(name: str) -> None:
    assert TrainOptions("D", "R", **read_config(name)).model in MODELS


def test_each_purpose_has_its_config() -> None:
    assert {"notebook", "quick", "fashion", "long"} <= set(ready_configs())


@pytest.mark.parametrize("name", ready_configs())
def test_no_default_reaches_into_a_ready_config(name: str) -> None:
    machine = {"mixed_precision", "jit_compile", "steps_per_execution"}
    fixed = {"seed", "data", "data_on_device", "deterministic", *machine}
    settings = TrainOptions("D", "R").to_json().keys() - fixed
    assert read_config(name).keys() == settings


def test_the_notebook_s_config_has_its_values() -> None:
    found = TrainOptions("D", "R", **read_config("notebook"))
    assert (found.model, found.day_feature, found.attention) == ("lstm", "age", True)
    assert (found.units, found.batch_size, found.epochs) == ((1024, 512), 512, 20)
    assert (found.item_embedding, found.day_embedding) == (100, 20)
    assert (found.learning_rate, found.learning_rate_schedule) == (0.01, "constant")
    assert (found.dropout, found.weight_decay, found.label_smoothing) == (0.0, 0.0, 0.0)
    assert (found.loss, found.train_positions) == ("full", "all")
    assert (found.tie_embeddings, found.unknown_rate) == (False, 0.0)


def test_reads_a_file(tmp_path: Path) -> None:
    file = tmp_path / "mine.json"
    file.write_text('{"epochs": 3, "units": [8]}')
    assert read_config(str(file)) == {"epochs": 3, "units": [8]}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "is not JSON"),
        ("", "is not JSON"),
        ("[" * 100_000, "is not JSON: maximum recursion depth exceeded"),
        ("[1]", "must hold a JSON object of flags"),
        ('{"epoch": 3}', "unknown key 'epoch'; did you mean 'epochs'"),
        ('{"zzz": 3}', "unknown key 'zzz'; remove it"),
        ('{"output": "R"}', "unknown key 'output'"),
        ('{"overwrite": true}', "unknown key 'overwrite'"),
        ('{"quiet": true}', "unknown key 'quiet'"),
    ],
)
def test_refuses(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "config.json"
    file.write_text(text)
    with pytest.raises(UsageError, match=message):
        read_config(str(file))


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"nowhere.json cannot be read \(No such file"):
        read_config(str(tmp_path / "nowhere.json"))
    with pytest.raises(UsageError, match=r"cannot be read \(Is a directory\)"):
        read_config(str(tmp_path))
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UsageError, match="binary is not JSON"):
        read_config(str(tmp_path / "binary"))
