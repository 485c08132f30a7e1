"""`python -m trainer train`: learns from a data set and exports the model.

Usage:
    python -m trainer train --data DATA --output RUN
    python -m trainer train --data DATA --output RUN --config quick --epochs 3
"""

import argparse
import shlex
from pathlib import Path
from typing import Any

from trainer import flags
from trainer.options import TrainOptions
from trainer.runs import (
    EXPORT,
    METRICS,
    OWNED,
    REPORT,
    check_output,
    goes_on_from,
)
from trainer.storage.paths import join
from trainer.storage.stand_ins import local

EXAMPLE = "train --data data --output run --config quick --epochs 5"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the flags of `train`."""
    flags.add_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Trains, or goes on with it, and says what was made and what to do next.

    Args:
      args: what the flags of `add_arguments` gave.

    Returns:
      The exit status, 0.

    Raises:
      UsageError: a flag's value is wrong.
      UserError: the data set or the output cannot be used, or training failed.
      PreemptedError: SIGTERM came while it trained; the same command goes on.
    """
    options = flags.from_arguments(args)

    # Only now: TensorFlow takes seconds, and a wrong flag should not.
    from trainer.quiet import load_tensorflow

    load_tensorflow()
    from trainer.data.data_copy import local_data_set, to_report
    from trainer.report.write import report_if_possible
    from trainer.storage.mirrors import mirrored
    from trainer.training.resume import check_settings
    from trainer.training.train import train

    with mirrored(options.output, OWNED, goes_on_from, last=(METRICS,)):
        # Before a data set is copied, too, and not only before the training.
        check_output(options.output, options.overwrite)
        check_settings(options)
        with local_data_set(options.data, to_report):
            metrics = train(options)
            report_if_possible(options.output, options.data)
        summary = _summary(options, metrics)
    if not options.quiet:
        print(summary)
    return 0


def _summary(options: TrainOptions, metrics: dict[str, Any]) -> str:
    run, data = shlex.quote(options.output), shlex.quote(options.data)
    figures = ", ".join(
        f"{name} {metrics[name]:.4f}"
        for name in ("loss", "val_loss", "val_hr@10", "val_ndcg@10")
        if name in metrics
    )
    predict = (
        f"          python -m trainer predict --model {run}/{EXPORT} "
        "--history DATE:ITEM,DATE:ITEM"
    )
    board = f"          tensorboard --logdir {run}/logs"
    report = join(options.output, REPORT)
    lines = [
        f"trained {metrics['epochs']} epochs in {metrics['seconds']:.1f} s "
        f"({metrics['windows_per_second']:,.0f} windows/s)",
        f"best epoch {metrics['best_epoch']}: {figures}",
        f"run       {options.output}",
        *([f"report    {report}"] if Path(local(report)).exists() else []),
        f"next      python -m trainer evaluate --run {run} --data {data}",
        # On another backend than TensorFlow nothing is exported.
        *([predict] if Path(local(options.output), EXPORT).exists() else []),
        # TensorBoard reads local folders and gs:// alone.
        *([board] if not options.output.startswith("s3://") else []),
    ]
    return "\n".join(lines)
