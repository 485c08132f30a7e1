import json
from typing import get_args

import pytest

from trainer import options
from trainer.data.data_set import DAY_COLUMNS
from trainer.models import MODELS
from trainer.options import PER_CALL, TrainOptions


def _options(**changes) -> TrainOptions:
    return TrainOptions(**{"data": "D", "output": "R", **changes})


def test_names_are_those_that_there_are() -> None:
    assert set(get_args(options.ModelName)) == set(MODELS)
    assert set(get_args(options.DayFeature)) == set(DAY_COLUMNS)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"data": ""}, "`data` must name a folder, got ''"),
        ({"output": 3}, "`output` must be of type str, got 3"),
        ({"model": "mlp"}, r"`model` must be one of \('lstm', .*'\), got 'mlp'"),
        ({"day_feature": "week"}, "`day_feature` must be one of"),
        ({"loss": "bce"}, r"`loss` must be one of \('full', 'sampled'\), got 'bce'"),
        ({"train_positions": ["all"]}, "`train_positions` must be one of"),
        ({"learning_rate_schedule": "step"}, "`learning_rate_schedule` must be one of"),
        ({"item_embedding": 0}, "`item_embedding` must be at least 1, got 0"),
        ({"num_heads": 0}, "`num_heads` must be at least 1, got 0"),
        ({"num_negatives": 0}, "`num_negatives` must be at least 1, got 0"),
        ({"patience": -1}, "`patience` must be at least 0, got -1"),
        ({"epochs": 2.5}, "`epochs` must be of type int, got 2.5"),
        ({"epochs": True}, "`epochs` must be of type int, got True"),
        ({"attention": 1}, "`attention` must be of type bool, got 1"),
        ({"units": ()}, "`units` must be one size or more, each at least 1, got"),
        ({"units": (8, 0)}, "`units` must be one size or more, each at least 1, got"),
        ({"units": [8.5]}, "`units` must be a list of whole numbers"),
        ({"units": "8"}, "`units` must be a list of whole numbers, got '8'"),
        (
            {"item_features": "size"},
            "`item_features` must be a list of names, got 'size'",
        ),
        (
            {"item_features": [1]},
            r"`item_features` must be a list of names, got \(1,\)",
        ),
        (
            {"item_features": ("a", "")},
            "`item_features` must be names of .*, each once",
        ),
        (
            {"item_features": ["a", "a"]},
            "`item_features` must be names of .*, each once",
        ),
        ({"dropout": 1.0}, r"`dropout` must be in \[0, 1\), got 1.0"),
        ({"dropout": -0.1}, r"`dropout` must be in \[0, 1\), got -0.1"),
        ({"label_smoothing": 1}, r"`label_smoothing` must be in \[0, 1\), got 1"),
        ({"label_smoothing": "no"}, "`label_smoothing` must be of type float"),
        ({"learning_rate": 0.0}, "`learning_rate` must be positive, got 0.0"),
        ({"learning_rate": float("inf")}, "`learning_rate` must be positive, got inf"),
        ({"weight_decay": -1.0}, "`weight_decay` must be 0 or more, got -1.0"),
        ({"weight_decay": float("nan")}, "`weight_decay` must be 0 or more, got nan"),
        ({"seed": 2**32}, r"`seed` must be below 2\*\*32, got 4294967296"),
    ],
)
def test_refuses(change: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        _options(**change)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"model": "transformer", "item_embedding": 10, "num_heads": 4},
            "`num_heads` must divide `item_embedding`, got 4 heads for 10",
        ),
        (
            {"loss": "sampled", "label_smoothing": 0.1},
            "`label_smoothing` must be 0 with `loss` 'sampled': .*, got 0.1",
        ),
    ],
)
def test_refuses_what_does_not_go_together(change: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        _options(**change)


@pytest.mark.parametrize(
    "change",
    [
        {"model": "lstm", "item_embedding": 10, "num_heads": 4},
        {"loss": "sampled", "num_negatives": 10**9},
        {"dropout": 0, "learning_rate": 1},
        {"units": [8, 4]},
    ],
)
def test_keeps_values_that_another_setting_makes_possible(change: dict) -> None:
    kept = _options(**change).to_json()
    assert {name: kept[name] for name in change} == change


def test_a_number_without_a_point_is_a_float_where_one_is_wanted() -> None:
    whole = {"dropout": 0, "learning_rate": 1, "weight_decay": 2, "checkpoint_secs": 3}
    options = _options(**whole)
    for name, value in whole.items():
        assert getattr(options, name) == value
        assert type(getattr(options, name)) is float
    with pytest.raises(ValueError, match="`learning_rate` is a number that no float"):
        _options(learning_rate=10**400)


def test_comes_back_from_what_a_run_keeps() -> None:
    first = _options(
        overwrite=True, model="gru", units=(8,), dropout=0.5, item_features=("a", "b")
    )
    kept = json.loads(json.dumps(first.to_json()))
    assert not set(kept) & set(PER_CALL)
    assert TrainOptions(**kept, output="R", overwrite=True) == first


def test_settings_name_attributes_only_where_there_are_any() -> None:
    # So that runs from before there were any go on and compare.
    assert "item_features" not in _options().to_json()
    assert _options(item_features=("a",)).to_json()["item_features"] == ["a"]
