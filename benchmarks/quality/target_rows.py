"""What `targets` measures: a row for each promise about quality."""

from dataclasses import dataclass

from benchmarks.common.data_sets import BEAUTY, RENT_THE_RUNWAY, DataSpec
from benchmarks.quality.target_goals import (
    AboveBaselines,
    Figures,
    Goal,
    TimesBestBaseline,
)


@dataclass(frozen=True)
class TargetRow:
    """A model on a data set, and what it should reach.

    Attributes:
      name: its name for `--only`, and the folder of its comparison.
      data: the data set.
      config: a ready config of the trainer, or a file.
      at_least: what it must reach.
      aim: what it should reach.
    """

    name: str
    data: DataSpec
    config: str
    at_least: Goal
    aim: Goal


ROWS = (
    TargetRow(
        "beauty-transformer",
        DataSpec(BEAUTY, "leave_one_out", 50),
        "long",
        at_least=Figures(0.0928, 0.0531),
        aim=Figures(0.0974, 0.0588, above=True),
    ),
    TargetRow(
        "beauty-gru",
        DataSpec(BEAUTY, "leave_one_out", 50),
        "long_gru",
        at_least=Figures(0.0638, 0.0356),
        aim=Figures(0.0742, 0.0481, above=True, of="Markov"),
    ),
    TargetRow(
        "rent_the_runway",
        DataSpec(RENT_THE_RUNWAY, "leave_one_out", 20),
        "fashion",
        at_least=AboveBaselines(intervals_apart=True),
        aim=TimesBestBaseline(1.5),
    ),
    TargetRow(
        "rent_the_runway-time",
        DataSpec(RENT_THE_RUNWAY, "time", 20),
        "fashion",
        at_least=AboveBaselines(),
        aim=TimesBestBaseline(1.5),
    ),
)
