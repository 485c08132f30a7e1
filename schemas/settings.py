"""Settings of windows, splits and buckets, validated once and kept in the manifest.

A window here is the padded excerpt of one user's history that makes one example;
it has nothing to do with Beam's windowing.
"""

from dataclasses import dataclass
from typing import Literal, get_args

Split = Literal["time", "leave_one_out", "user", "random", "none"]
Bucketing = Literal["quantile", "uniform"]
DropRepeats = Literal["none", "exact", "consecutive"]

SPLITS: tuple[Split, ...] = get_args(Split)
BUCKETINGS: tuple[Bucketing, ...] = get_args(Bucketing)
DROP_REPEATS: tuple[DropRepeats, ...] = get_args(DropRepeats)

# (eval, test) fractions where the user names none; no entry: the split has none.
DEFAULT_FRACTIONS: dict[str, tuple[float, float]] = {
    "time": (0.05, 0.05),
    "user": (0.1, 0.1),
    "random": (0.1, 0.0),
}

# What a reader of any figure measured under the split must know.
SPLIT_CAVEATS: dict[str, str] = {
    "time": "free of leaks: nothing after the cut is used for training",
    "leave_one_out": "leaks: other users' later events are in the training split",
    "user": "leaks: training users' later events are in the training split",
    "random": "leaks: overlapping windows of one user are on both sides; no test split",
    "none": "everything trains: there is nothing to measure on",
}


def _at_least(name: str, value: int, least: int) -> None:
    if value < least:
        raise ValueError(f"`{name}` must be at least {least}, got {value}.")


@dataclass(frozen=True)
class WindowSettings:
    """How a history is cut into windows.

    Attributes:
      max_length: the number of inputs of a window.
      min_items: the fewest events of a history that is cut (exact meaning by
        split: see `SplitSettings`).
      stride: events between the starts of two windows, 1 ... `max_length`.
      max_history: events of a history that are kept, the latest; 0 keeps all. Under
        `time` as many before the first cut, and as many from there on.
      max_seen: distinct earlier items kept in `seen`, the latest.
    """

    max_length: int = 5
    min_items: int = 3
    stride: int = 1
    max_history: int = 0
    max_seen: int = 10_000

    def __post_init__(self) -> None:
        _at_least("max_length", self.max_length, 1)
        _at_least("min_items", self.min_items, 2)
        _at_least("stride", self.stride, 1)
        _at_least("max_history", self.max_history, 0)
        _at_least("max_seen", self.max_seen, 1)
        if self.stride > self.max_length:
            raise ValueError(
                f"`stride` must be at most `max_length` ({self.max_length}), so that "
                f"every event but the first stays a target, got {self.stride}."
            )
        if 0 < self.max_history < self.min_items:
            raise ValueError(
                f"`max_history` must be 0 (all) or at least `min_items` "
                f"({self.min_items}), got {self.max_history}."
            )


@dataclass(frozen=True)
class SplitSettings:
    """Which windows train and which are held out.

    Attributes:
      name: one of `SPLITS`.
      eval_fraction: of event days (`time`), users (`user`) or windows (`random`).
      test_fraction: likewise; `random` has no test split.
      seed: chosen users and windows of `user` and `random` change with it.
    """

    name: Split = "time"
    eval_fraction: float = 0.05
    test_fraction: float = 0.05
    seed: int = 0

    def __post_init__(self) -> None:
        if self.name not in SPLITS:
            raise ValueError(f"`split` must be one of {SPLITS}, got {self.name!r}.")
        for field in ("eval_fraction", "test_fraction"):
            value = getattr(self, field)
            if not 0.0 <= value < 1.0:
                raise ValueError(f"`{field}` must be in [0, 1), got {value}.")
        if self.eval_fraction + self.test_fraction >= 1.0:
            raise ValueError(
                "`eval_fraction` and `test_fraction` must leave something to train "
                f"on, got {self.eval_fraction} + {self.test_fraction}."
            )
        allowed = DEFAULT_FRACTIONS.get(self.name)
        if allowed is None and (self.eval_fraction or self.test_fraction):
            raise ValueError(
                f"`eval_fraction` and `test_fraction` have no meaning under "
                f"`split` {self.name!r}; leave them out."
            )
        if self.name == "random" and self.test_fraction:
            raise ValueError(
                "`split` 'random' has no test split; leave `test_fraction` out or "
                "choose 'time'."
            )
        if not 0 <= self.seed < 2**63:
            raise ValueError(f"`seed` must be in [0, 2**63), got {self.seed}.")

    @classmethod
    def of(
        cls,
        name: Split,
        eval_fraction: float | None = None,
        test_fraction: float | None = None,
        seed: int = 0,
    ) -> "SplitSettings":
        """Returns the settings of a split, fractions not given at their defaults."""
        default_eval, default_test = DEFAULT_FRACTIONS.get(name, (0.0, 0.0))
        return cls(
            name=name,
            eval_fraction=default_eval if eval_fraction is None else eval_fraction,
            test_fraction=default_test if test_fraction is None else test_fraction,
            seed=seed,
        )

    @property
    def held_out(self) -> tuple[str, ...]:
        """The names of the splits that may hold records beside `train`."""
        if self.name == "none":
            return ()
        return ("eval",) if self.name == "random" else ("eval", "test")

    @property
    def measures_from_target(self) -> bool:
        """Whether ages of held-out windows count from the day of their target."""
        return self.name in ("time", "leave_one_out")


@dataclass(frozen=True)
class BucketSettings:
    """How days become bucket ids 1 ... `day_buckets`.

    Attributes:
      bucketing: `quantile`, or the notebook's equal-width `uniform`.
      day_buckets: the most buckets of each of the two day columns.
    """

    bucketing: Bucketing = "quantile"
    day_buckets: int = 100

    def __post_init__(self) -> None:
        if self.bucketing not in BUCKETINGS:
            raise ValueError(
                f"`bucketing` must be one of {BUCKETINGS}, got {self.bucketing!r}."
            )
        _at_least("day_buckets", self.day_buckets, 2)
