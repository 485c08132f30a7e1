"""The options of `python -m trainer tune`, checked before TensorFlow is loaded."""

import dataclasses
from dataclasses import dataclass
from typing import Any, Literal, get_args

from schemas.errors import UsageError
from trainer.options import PER_CALL, TrainOptions
from trainer.runs import check_folders
from trainer.tuning.space import SearchSpace, option_value

TunerName = Literal["random", "bayesian", "hyperband"]

# How many settings are tried unless told. Hyperband has a number of its own.
DEFAULT_TRIALS = 20


@dataclass(frozen=True)
class TuneOptions:
    """What to search, on what, and how.

    Attributes:
      data: the folder of the data set.
      output: the folder of the search.
      space: the options that are searched.
      fixed: values of other options, the same in all trials; those not named have
        their defaults.
      tuner: `random` draws settings; `bayesian` draws a few, then chooses by a
        Gaussian process of the figures so far; `hyperband` trains many for few epochs
        and the best of them for more.
      trials: the most settings tried, those of earlier calls counted; None for what
        the tuner takes by itself.
      seed: of the draws and of every trial.
      quiet: show nothing but errors.

    Raises:
      UsageError: a value is wrong.
    """

    data: str
    output: str
    space: SearchSpace
    fixed: dict[str, Any] = dataclasses.field(default_factory=dict)
    tuner: TunerName = "random"
    trials: int | None = None
    seed: int = 0
    quiet: bool = False

    def __post_init__(self) -> None:
        check_folders(self.data, self.output)
        if self.tuner not in get_args(TunerName):
            raise UsageError(
                f"--tuner must be one of {', '.join(get_args(TunerName))}, got "
                f"{self.tuner!r}"
            )
        if self.trials is not None and self.trials < 1:
            raise UsageError(f"--trials must be at least 1, got {self.trials}")
        if not 0 <= self.seed < 2**32 - 1:
            raise UsageError(f"--seed must be from 0 to 2**32 - 2, got {self.seed}")
        fixed = {name: option_value(name, value) for name, value in self.fixed.items()}
        own = {"data": self.data, "seed": self.seed}
        for name in (*self.space.names, *own, *PER_CALL):
            fixed.pop(name, None)
        object.__setattr__(self, "fixed", fixed)
        if self.tuner == "hyperband" and "epochs" in self.space.names:
            raise UsageError(
                "--tuner hyperband chooses the epochs itself; remove 'epochs' from the "
                "space"
            )

    @property
    def max_trials(self) -> int | None:
        """The most settings tried; None where the tuner ends by itself."""
        if self.trials is None and self.tuner != "hyperband":
            return DEFAULT_TRIALS
        return self.trials

    @property
    def constants(self) -> dict[str, Any]:
        """What all trials share, defaults included, as JSON."""
        # Through the options of an actual run: what they keep is what trials keep.
        defaults = TrainOptions(data=self.data, output="-", seed=self.seed).to_json()
        values = {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in {**defaults, **self.fixed}.items()
        }
        for name in ("data", *self.space.names):
            # Options at rest may not be kept, such as no attributes.
            values.pop(name, None)
        return values

    def trial(self, values: dict[str, Any], output: str = "-") -> TrainOptions:
        """Returns what a trial trains.

        Args:
          values: those of the searched options.
          output: the folder of its run.

        Raises:
          ValueError: the values do not go together.
        """
        return TrainOptions(
            **{
                **self.fixed,
                **values,
                "data": self.data,
                "output": output,
                "overwrite": True,
                "seed": self.seed,
                "quiet": self.quiet,
            }
        )
