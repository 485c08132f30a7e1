"""The sizes of a model: all that is needed to build it again."""

import dataclasses
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class ModelConfig:
    """Sizes of a next-item model.

    Attributes:
      model: a name in `trainer.models.MODELS`.
      num_items: N, the size of the vocabulary; ids run from 0 to N + 1.
      max_length: W, the largest number of inputs.
      num_day_buckets: the largest day bucket id; 0 where no day is an input.
      item_embedding: size of an item's embedding; of every state in a `transformer`.
      day_embedding: size of a day bucket's embedding.
      units: sizes of the recurrent layers, or of the feed-forward layer of each
        block of a `transformer`, first to last.
      attention: whether a recurrent model attends to its states.
      num_heads: of a `transformer`'s attention.
      dropout: share of values that training leaves out.
      tie_embeddings: score items by the vectors that histories are read by.
      item_features: of each attribute that is added to the items' vectors the number
        of its values.
    """

    model: str
    num_items: int
    num_day_buckets: int = 0
    max_length: int = 5
    item_embedding: int = 100
    day_embedding: int = 20
    units: tuple[int, ...] = (1024, 512)
    attention: bool = True
    num_heads: int = 1
    dropout: float = 0.0
    tie_embeddings: bool = False
    item_features: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "units", tuple(self.units))
        object.__setattr__(self, "item_features", tuple(self.item_features))
        if not self.units:
            raise ValueError("`units` must name a layer or more, got none.")
        least = {
            "num_items": 1,
            "num_day_buckets": 0,
            "max_length": 1,
            "item_embedding": 1,
            "day_embedding": 1,
            "num_heads": 1,
        }
        for name, value in least.items():
            if getattr(self, name) < value:
                raise ValueError(
                    f"`{name}` must be at least {value}, got {getattr(self, name)}."
                )
        if min(self.units) < 1:
            raise ValueError(f"`units` must be at least 1, got {self.units}.")
        if min(self.item_features, default=1) < 1:
            raise ValueError(
                f"`item_features` must be at least 1, got {self.item_features}."
            )
        if not 0.0 <= self.dropout < 1.0:
            raise ValueError(f"`dropout` must be in [0, 1), got {self.dropout}.")

    def to_json(self) -> dict[str, Any]:
        """Returns the JSON form."""
        lists = {"units": list(self.units), "item_features": list(self.item_features)}
        return {**dataclasses.asdict(self), **lists}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "ModelConfig":
        """Returns the config whose `to_json` is `value`."""
        return cls(**value)
