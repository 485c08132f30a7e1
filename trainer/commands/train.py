"""`python -m trainer train`: learns from a data set and exports the model.

Usage:
    python -m trainer train --data DATA --output RUN
    python -m trainer train --data DATA --output RUN --config quick --epochs 3
"""

import argparse

from trainer import flags
from trainer.options import TrainOptions

EXAMPLE = "train --data data --output run --config quick --epochs 5"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the flags of `train`."""
    flags.add_arguments(parser)


def options(args: argparse.Namespace) -> TrainOptions:
    """Returns what the flags of `add_arguments` ask for.

    Raises:
      UsageError: a flag's value is wrong.
      UserError: a remote --config cannot be read.
    """
    return flags.from_arguments(args)
