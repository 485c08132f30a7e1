import pytest

from tests.support.models import every_model
from trainer.models import ModelConfig


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"num_items": 0}, "`num_items` must be at least 1, got 0"),
        ({"num_day_buckets": -1}, "`num_day_buckets` must be at least 0, got -1"),
        ({"max_length": 0}, "`max_length` must be at least 1, got 0"),
        ({"item_embedding": 0}, "`item_embedding` must be at least 1, got 0"),
        ({"day_embedding": 0}, "`day_embedding` must be at least 1, got 0"),
        ({"num_heads": 0}, "`num_heads` must be at least 1, got 0"),
        ({"units": ()}, "`units` must name a layer or more, got none"),
        ({"units": (4, 0)}, r"`units` must be at least 1, got \(4, 0\)"),
        (
            {"item_features": (3, 0)},
            r"`item_features` must be at least 1, got \(3, 0\)",
        ),
        ({"dropout": 1.0}, r"`dropout` must be in \[0, 1\), got 1.0"),
        ({"dropout": float("nan")}, r"`dropout` must be in \[0, 1\), got nan"),
    ],
)
def test_refuses(change: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ModelConfig(**{"model": "lstm", "num_items": 9, **change})


@every_model
def test_comes_back_from_json(config: ModelConfig) -> None:
    assert ModelConfig.from_json(config.to_json()) == config


def test_a_config_from_before_there_were_attributes_has_none() -> None:
    value = ModelConfig("lstm", 9).to_json()
    del value["item_features"]
    assert ModelConfig.from_json(value).item_features == ()
