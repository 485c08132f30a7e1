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
RAW_IS_TRAINING = "is_training"
RAW_COUNTED_ITEMS = "counted_items"
RAW_ITEM_COUNTS = "item_counts"
RAW_COUNTED_AGES = "counted_ages"
RAW_AGE_COUNTS = "age_counts"
RAW_COUNTED_GAPS = "counted_gaps"
RAW_GAP_COUNTS = "gap_counts"

# Files that tf.Transform keeps in `transform_fn/assets/`.
VOCABULARY_FILENAME = "item_vocabulary"


def item_field_vocabulary(field: int) -> str:
    """Returns the file of the values of a field, by its place in the item table."""
    return f"item_field_{field}_vocabulary"


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
    left-padded with empty text. `ages` and `gaps` [W] are days. `is_training` is 1 in
    training windows. What passes through is that of an example; `seen` is text and
    becomes ids.

    The vocabulary and the boundaries are learned from other columns than the windows,
    which hold an event more than once: `counted_items` are items of training events and
    `item_counts` how many of the events have them, in the same order; `counted_ages`
    and `counted_gaps` likewise for the days of training inputs. A value may be listed
    more than once, its counts add up. In rows that are transformed they are empty.
    """
    return {
        RAW_ITEMS: Feature("bytes", (max_length + 1,)),
        RAW_AGES: Feature("int64", (max_length,)),
        RAW_GAPS: Feature("int64", (max_length,)),
        RAW_IS_TRAINING: Feature("int64", ()),
        USER_ID: Feature("bytes", ()),
        START: Feature("int64", ()),
        DAY: Feature("int64", (max_length + 1,)),
        SEEN: Feature("bytes", None),
        RAW_COUNTED_ITEMS: Feature("bytes", None),
        RAW_ITEM_COUNTS: Feature("int64", None),
        RAW_COUNTED_AGES: Feature("int64", None),
        RAW_AGE_COUNTS: Feature("int64", None),
        RAW_COUNTED_GAPS: Feature("int64", None),
        RAW_GAP_COUNTS: Feature("int64", None),
    }
