"""`python -m trainer tune`: searches for good settings on the eval split.

Usage:
    python -m trainer tune --data DATA --output FOLDER --model transformer
    python -m trainer tune --data DATA --output FOLDER --model gru --space mine.json \
        --tuner bayesian --trials 40 --epochs 30
"""

import argparse
from typing import Any, get_args

from schemas.errors import UsageError
from trainer.config_files import read_config, ready_configs
from trainer.options import ModelName, TrainOptions
from trainer.storage.paths import join
from trainer.tuning.options import DEFAULT_TRIALS, TuneOptions, TunerName
from trainer.tuning.space import option_value
from trainer.tuning.space_files import read_space, ready_spaces

EXAMPLE = "tune --data data --output tuned --model transformer --trials 30"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the flags of `tune`."""
    files = parser.add_argument_group("files")
    files.add_argument(
        "--data", required=True, metavar="DATA", help="the data set to search on"
    )
    files.add_argument(
        "--output",
        required=True,
        metavar="FOLDER",
        help="the folder of the search; a search in it goes on where it was stopped",
    )
    tried = parser.add_argument_group("what to search")
    tried.add_argument(
        "--model",
        choices=get_args(ModelName),
        help="which model (default: that of --config, or lstm)",
    )
    tried.add_argument(
        "--space",
        metavar="FILE",
        help="what to search: a JSON file of options with their choices or ranges, or "
        f"a ready name: {', '.join(ready_spaces())} (default: that of the model)",
    )
    tried.add_argument(
        "--config",
        metavar="FILE",
        help="the options that are not searched: a JSON file as `train --config` takes "
        f"it, or a ready name: {', '.join(ready_configs())} (default: those of train)",
    )
    search = parser.add_argument_group("search")
    search.add_argument(
        "--tuner",
        choices=get_args(TunerName),
        default="random",
        help="how settings are chosen: at random; by a Gaussian process of the figures "
        "so far (bayesian); many for few epochs, the best of them again for more "
        "(hyperband) (default: %(default)s)",
    )
    search.add_argument(
        "--trials",
        type=int,
        metavar="TRIALS",
        help="the most settings tried, those in FOLDER counted (default: "
        f"{DEFAULT_TRIALS}; for hyperband what --epochs gives)",
    )
    search.add_argument(
        "--epochs",
        type=int,
        metavar="EPOCHS",
        help="the most passes of a trial over the data (default: those of --config)",
    )
    search.add_argument(
        "--seed",
        type=int,
        metavar="NUMBER",
        help="of the choice, and of each trial's weights and order (default: that of "
        "--config, or 0)",
    )
    search.add_argument("--quiet", action="store_true", help="show nothing but errors")


def run(args: argparse.Namespace) -> int:
    """Searches, and says what was found and what to do next.

    Args:
      args: what the flags of `add_arguments` gave.

    Returns:
      The exit status, 0.

    Raises:
      UsageError: a flag's value is wrong.
      UserError: the data set or the folder cannot be used, or no trial succeeded.
      PreemptedError: SIGTERM came while a trial trained; the same command goes on.
    """
    options = _options(args)

    # Only now: TensorFlow takes seconds, and a wrong flag should not.
    from trainer.quiet import load_tensorflow

    load_tensorflow()
    from trainer.data.data_copy import local_data_set, to_train
    from trainer.storage.mirrors import mirrored
    from trainer.tuning.search_folder import OWNED, is_kept
    from trainer.tuning.tune import tune

    with (
        mirrored(options.output, OWNED, kept=is_kept),
        local_data_set(options.data, to_train),
    ):
        results = tune(options)
    if not options.quiet:
        print(_summary(options, results))
    return 0


def _options(args: argparse.Namespace) -> TuneOptions:
    values = read_config(args.config) if args.config else {}
    for name in ("model", "epochs", "seed"):
        if getattr(args, name) is not None:
            values[name] = getattr(args, name)
    for name, value in values.items():
        option_value(name, value)
    model = values.get("model", TrainOptions.model)
    space = read_space(args.space or model, model)
    if args.epochs is not None and "epochs" in space.names:
        raise UsageError("--epochs is searched in the space; remove one of the two")
    return TuneOptions(
        data=args.data,
        output=args.output,
        space=space,
        fixed=values,
        tuner=args.tuner,
        trials=args.trials,
        seed=values.get("seed", TrainOptions.seed),
        quiet=args.quiet,
    )


def _summary(options: TuneOptions, results: list[Any]) -> str:
    from trainer.tuning.results import OBJECTIVE
    from trainer.tuning.search_folder import BEST, TABLE

    best, output = results[0], options.output
    failed = sum(bool(result.failure) for result in results)
    tried = f"{len(results)} trials" + (f", {failed} of them failed" if failed else "")
    return "\n".join(
        [
            f"tried     {tried}",
            f"best      trial {best.number}: {OBJECTIVE} {best.score:.4f}",
            f"          {best.settings_text}",
            f"table     {join(output, TABLE)}",
            f"config    {join(output, BEST)}",
            f"next      python -m trainer train --config {join(output, BEST)} "
            "--output RUN",
        ]
    )
