"""What `ablation` varies: one setting at a time of one base config."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from trainer.options import TrainOptions

# The inputs of a window where nothing else is said: the pipeline's own default.
MAX_LENGTH = 5

BASE = "base"
NOTEBOOK_LOSS = "loss-notebook"
DEFAULTS = "defaults"


@dataclass(frozen=True)
class Variant:
    """The base config with one change.

    Attributes:
      name: for `--only`, and of its config and its run.
      change: the setting and its value, in words.
      settings: what differs from the base config.
      max_length: W of its data set.
    """

    name: str
    change: str
    settings: dict[str, Any] = field(default_factory=dict)
    max_length: int = MAX_LENGTH

    def config(self, base: dict[str, Any]) -> dict[str, Any]:
        """Returns the whole config."""
        return {**base, **self.settings}


_CHOICES: dict[str, Sequence[Any]] = {
    "loss": ("full", "sampled"),
    "day_feature": ("age", "gap", "date", "none"),
    "attention": (True, False),
    "train_positions": ("all", "once", "last"),
    "tie_embeddings": (False, True),
    "model": ("lstm", "gru", "transformer"),
    "dropout": (0.0, 0.5),
    "unknown_rate": (0.0, 0.02),
}
_LENGTHS = (5, 10, 20, 50)


def variants() -> list[Variant]:
    """Returns every value of every setting, the base's own among them."""
    found = [Variant(NOTEBOOK_LOSS, "loss: the notebook's")]
    for name, values in _CHOICES.items():
        for value in values:
            shown = {True: "on", False: "off"}.get(value, value)
            found.append(Variant(f"{name}-{shown}", f"{name}: {shown}", {name: value}))
    for length in _LENGTHS:
        found.append(
            Variant(f"max_length-{length}", f"max_length: {length}", {}, length)
        )
    found.append(Variant(DEFAULTS, "the trainer's defaults, all of them", _defaults()))
    return found


def _defaults() -> dict[str, Any]:
    values = TrainOptions("-", "-").to_json()
    return {name: values[name] for name in values.keys() - {"data", "seed"}}


def is_base(variant: Variant, base: dict[str, Any]) -> bool:
    """Whether nothing differs from the base config.

    Args:
      variant: the variant.
      base: the base config, with the trainer's defaults where it says nothing.
    """
    return (
        variant.name != NOTEBOOK_LOSS
        and variant.max_length == MAX_LENGTH
        and all(base[name] == value for name, value in variant.settings.items())
    )
