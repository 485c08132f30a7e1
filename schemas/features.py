"""Names, ids and shapes of what crosses from the pipeline to the trainer.

Axes: `W` is `max_length`, the number of inputs of a window.

A TFRecord holds one `tf.train.Example` a window with the features of
`example_features`. The transform graph (`transform_fn/`) takes the features of
`raw_features`; the pipeline feeds it raw windows, and the exported model feeds it
raw histories, which is why its input names belong to the contract too.
"""

from dataclasses import dataclass
from typing import Any, Literal

# Ids. 1 ... N are the vocabulary's N items by falling frequency.
PADDING_ID = 0
FIRST_ITEM_ID = 1


def unknown_id(num_items: int) -> int:
    """Returns the id shared by all items outside a vocabulary of `num_items`."""
    return num_items + 1


# Features of an example.
ITEM_ID = "item_id"
NB_DAYS = "nb_days"
GAP_DAYS = "gap_days"
TARGET = "target"
USER_ID = "user_id"
START = "start"
DAY = "day"
SEEN = "seen"

# Inputs of the transform graph that are not features of an example.
RAW_ITEMS = "items"
RAW_AGES = "ages"
RAW_GAPS = "gaps"
RAW_IS_NEW = "is_new"
RAW_IS_TRAINING = "is_training"

# Files that tf.Transform keeps in `transform_fn/assets/`.
VOCABULARY_FILENAME = "item_vocabulary"

DType = Literal["int64", "bytes"]


@dataclass(frozen=True)
class Feature:
    """One feature of an example or of the transform graph's input.

    Attributes:
      dtype: `int64`, or `bytes` for text in UTF-8.
      shape: the shape of one example's value: `()` a scalar, `(n,)` a fixed
        list, `None` a list of any length.
      splits: the splits whose examples hold the feature.
    """

    dtype: DType
    shape: tuple[int, ...] | None
    splits: tuple[str, ...] = ("train", "eval", "test")

    def to_json(self) -> dict[str, Any]:
        """Returns the JSON form that the manifest keeps."""
        shape = None if self.shape is None else list(self.shape)
        return {"dtype": self.dtype, "shape": shape, "splits": list(self.splits)}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "Feature":
        """Returns the feature whose `to_json` is `value`."""
        shape = value["shape"]
        return cls(
            dtype=value["dtype"],
            shape=None if shape is None else tuple(shape),
            splits=tuple(value["splits"]),
        )


def example_features(max_length: int) -> dict[str, Feature]:
    """Returns the features of an example, by name.

    `item_id`, `nb_days` (bucket of the age), `gap_days` (bucket of the gap) and
    `target` are [W], left-padded with 0. `day` is [W + 1]: the raw days of the
    inputs and of the last target, left-padded with 0. `start` is the index in the
    history of the first input. `seen` are the distinct ids of all the user's
    earlier items, oldest first.
    """
    window = Feature("int64", (max_length,))
    return {
        ITEM_ID: window,
        NB_DAYS: window,
        GAP_DAYS: window,
        TARGET: window,
        USER_ID: Feature("bytes", ()),
        START: Feature("int64", ()),
        DAY: Feature("int64", (max_length + 1,)),
        SEEN: Feature("int64", None, splits=("eval", "test")),
    }


def raw_features(max_length: int) -> dict[str, Feature]:
    """Returns the inputs of the transform graph, by name.

    `items` [W + 1] are the item ids as text of the inputs and of the last target,
    left-padded with empty text. `ages` and `gaps` [W] are days. `is_new` [W + 1] is 1
    where this window is the first training window to hold the event, so that the
    vocabulary and the boundaries count each event once. `is_training` is 1 in
    training windows. The rest passes through; `seen` is text and becomes ids.
    """
    return {
        RAW_ITEMS: Feature("bytes", (max_length + 1,)),
        RAW_AGES: Feature("int64", (max_length,)),
        RAW_GAPS: Feature("int64", (max_length,)),
        RAW_IS_NEW: Feature("int64", (max_length + 1,)),
        RAW_IS_TRAINING: Feature("int64", ()),
        USER_ID: Feature("bytes", ()),
        START: Feature("int64", ()),
        DAY: Feature("int64", (max_length + 1,)),
        SEEN: Feature("bytes", None),
    }
