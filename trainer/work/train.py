"""The work of `python -m trainer train`."""

import shlex
from pathlib import Path
from typing import Any

from trainer.data.data_copy import local_data_set, to_report
from trainer.data.data_set import open_data_set
from trainer.options import TrainOptions
from trainer.report.write import report_if_possible
from trainer.run_files import EXPORT, METRICS, OWNED, REPORT, goes_on_from
from trainer.runs import check_output
from trainer.storage.mirrors import mirrored
from trainer.storage.paths import join
from trainer.storage.stand_ins import local
from trainer.training.resume import check_settings
from trainer.training.train import train


def run(options: TrainOptions) -> None:
    """Trains, or goes on with it, and says what was made and what to do next.

    Raises:
      UserError: the data set or the output cannot be used, or training failed.
      PreemptedError: SIGTERM came while it trained; the same command goes on.
    """
    with mirrored(options.output, OWNED, goes_on_from, last=(METRICS,)):
        # Before a data set is copied, too, and not only before the training.
        check_output(options.output, options.overwrite)
        check_settings(options)
        with local_data_set(options.data, to_report):
            data_set = open_data_set(options.data)
            metrics = train(options, data_set=data_set)
            report_if_possible(options.output, options.data)
        summary = _summary(options, metrics, data_set.manifest.holds_out)
    if not options.quiet:
        print(summary)


def _summary(options: TrainOptions, metrics: dict[str, Any], holds_out: bool) -> str:
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
        f"next      python -m trainer evaluate --run {run} --data {data}"
        if holds_out
        else "next      (nothing is held out, so there is nothing to measure on)",
        # On another backend than TensorFlow nothing is exported.
        *([predict] if Path(local(options.output), EXPORT).exists() else []),
        # TensorBoard reads local folders and gs:// alone.
        *([board] if not options.output.startswith("s3://") else []),
    ]
    return "\n".join(lines)
