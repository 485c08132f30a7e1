"""The targets of a held-out split, and which split there is to measure on."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from schemas import features, layout
from schemas.errors import UsageError, UserError
from schemas.manifest import Manifest
from schemas.settings import DEFAULT_FRACTIONS
from trainer.array_types import Batch, Ints
from trainer.data.data_set import DataSet
from trainer.data.records import Ragged, load_split
from trainer.data.user_numbers import user_numbers

INPUTS = (
    features.ITEM_ID,
    features.NB_DAYS,
    features.GAP_DAYS,
    features.START,
    features.DAY,
)


@dataclass(frozen=True)
class HeldOut:
    """T held-out targets, their histories, and what their users had seen.

    Attributes:
      inputs: the features of `Scorer.score`, [T, ...].
      target: ints [T], the last target of each window; N + 1 where unknown.
      user: ints [T]; the targets of one user share a number.
      seen: T rows, the distinct ids that the target's user had seen.
      num_items: N.
    """

    inputs: Batch
    target: Ints
    user: Ints
    seen: Ragged
    num_items: int

    def __len__(self) -> int:
        return len(self.target)

    def __getitem__(self, chunk: slice) -> "HeldOut":
        """Returns the targets of a slice with step 1."""
        start, stop, _ = chunk.indices(len(self))
        splits = self.seen.row_splits[start : stop + 1]
        return HeldOut(
            inputs={name: value[chunk] for name, value in self.inputs.items()},
            target=self.target[chunk],
            user=self.user[chunk],
            seen=Ragged(self.seen.values[splits[0] : splits[-1]], splits - splits[0]),
            num_items=self.num_items,
        )

    def take(self, order: Ints) -> "HeldOut":
        """Returns the targets of these indices, in this order."""
        return HeldOut(
            inputs={name: value[order] for name, value in self.inputs.items()},
            target=self.target[order],
            user=self.user[order],
            seen=self.seen.take(order),
            num_items=self.num_items,
        )

    def is_unknown(self) -> npt.NDArray[np.bool_]:
        """Returns bool [T]: whether the target is outside the vocabulary."""
        return ~_is_known(self.target, self.num_items)

    def is_seen(self) -> npt.NDArray[np.bool_]:
        """Returns bool [T]: whether the target is a known item seen before."""
        index, item_id = self.seen_items()
        is_seen = np.zeros(len(self), bool)
        is_seen[index[item_id == self.target[index]]] = True
        return is_seen

    def history_length(self) -> Ints:
        """Returns ints [T]: the user's events before the target, however many.

        Windows hold at most W of them; `start` counts those before the window.
        """
        length: Ints = self.inputs[features.START] + self.num_inputs()
        return length

    def num_inputs(self) -> Ints:
        """Returns ints [T]: the events in each window."""
        number: Ints = np.count_nonzero(
            self.inputs[features.ITEM_ID] != features.PADDING_ID, axis=1
        )
        return number

    def days_since_last(self) -> Ints:
        """Returns ints [T]: the days from the last input to the target."""
        day = self.inputs[features.DAY]
        days: Ints = day[:, -1] - day[:, -2]
        return days

    def seen_items(self) -> tuple[Ints, Ints]:
        """Returns the target's index [K] and the id [K] of every seen known item."""
        index = np.repeat(np.arange(len(self)), np.diff(self.seen.row_splits))
        known = _is_known(self.seen.values, self.num_items)
        return index[known], self.seen.values[known]


def _is_known(item_id: Ints, num_items: int) -> npt.NDArray[np.bool_]:
    return (item_id >= features.FIRST_ITEM_ID) & (item_id <= num_items)


def choose_split(data_set: DataSet, split: str | None = None) -> str:
    """Returns the split to measure on.

    Args:
      data_set: the data set.
      split: the wanted one, or None: test where it holds records, else eval.

    Raises:
      UsageError: the data set's settings leave no such split.
      UserError: the split holds no record, or the training split no item.
    """
    manifest = data_set.manifest
    held_out = manifest.split.held_out
    if not held_out:
        raise UserError(
            f"{data_set.path} was made with --split {manifest.split.name}: everything "
            "trains and there is nothing to measure on; run `python -m pipeline` with "
            "--split time for that."
        )
    if not data_set.num_items:
        raise UserError(
            f"the training split of {data_set.path} holds no item, so there is nothing "
            "to rank; run `python -m pipeline` again with more rows."
        )
    if split is None:
        has_test = layout.TEST in held_out and data_set.num_records(layout.TEST)
        split = layout.TEST if has_test else layout.EVAL
    elif split not in held_out:
        raise UsageError(
            f"{data_set.path} was made with --split {manifest.split.name}, which has "
            f"no {split} split; use --split {held_out[0]}."
        )
    if not data_set.num_records(split):
        raise UserError(_why_empty(data_set.path, manifest, split))
    return split


def _why_empty(path: str, manifest: Manifest, split: str) -> str:
    settings = manifest.split
    fractions = DEFAULT_FRACTIONS.get(settings.name)
    if fractions is None:
        cause, remedy = "no history is long enough", "more rows"
    elif not getattr(settings, f"{split}_fraction"):
        cause, remedy = f"--{split}_fraction was 0", f"a larger --{split}_fraction"
    else:
        cause = "no history reaches into it"
        remedy = f"more rows or a larger --{split}_fraction"
    return (
        f"the {split} split of {path} is empty ({cause} under --split "
        f"{settings.name}), so there is nothing to measure on; run "
        f"`python -m pipeline` again with {remedy}."
    )


def load_held_out(data_set: DataSet, split: str) -> HeldOut:
    """Reads a held-out split.

    Raises:
      UserError: a shard is damaged.
    """
    names = (*INPUTS, features.TARGET, features.USER_ID, features.SEEN)
    records = load_split(data_set, split, names)
    return HeldOut(
        inputs={name: records[name] for name in INPUTS},
        target=records[features.TARGET][:, -1],
        user=user_numbers(records[features.USER_ID]),
        seen=records[features.SEEN],
        num_items=data_set.num_items,
    )
