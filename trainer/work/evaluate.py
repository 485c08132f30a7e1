"""The work of `python -m trainer evaluate`."""

import contextlib
import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress, TaskID

from schemas.errors import UserError
from trainer.baselines import fit_baselines
from trainer.commands.evaluate import EvaluateOptions
from trainer.data.data_copy import local_data_set, to_measure, to_report
from trainer.data.data_set import open_data_set
from trainer.data.training_events import load_training_events
from trainer.evaluation.bootstrap import Bootstrap
from trainer.evaluation.evaluation import evaluate
from trainer.evaluation.held_out import choose_split
from trainer.evaluation.protocol import Scorer
from trainer.evaluation.run_scorer import load_run_scorers
from trainer.evaluation.table import format_table
from trainer.learned_from import digests_of
from trainer.report.write import report_if_possible
from trainer.run_files import METRICS, OWNED, is_read, is_reported
from trainer.runs import write_json
from trainer.storage.copies import local_copy
from trainer.storage.file_systems import connect
from trainer.storage.files import write_remote
from trainer.storage.mirrors import mirrored
from trainer.storage.paths import is_remote, join

_logger = logging.getLogger(__name__)

# What its files have held in every version.
_KEYS = frozenset({"split", "measures"})


def run(options: EvaluateOptions) -> None:
    """Measures, prints and writes.

    Raises:
      UsageError: the data set has no such split.
      UserError: the run or the data set cannot be used.
    """
    path, output = options.measured_run, options.output
    # Into the run, whose report then shows them too.
    in_run = output is None and path is not None
    with contextlib.ExitStack() as stand_ins:
        # Before anything is copied, too; a local one is looked at below.
        if output is not None and is_remote(output):
            _check_output(output)
        if path is not None:
            stand_ins.enter_context(local_copy(path, is_read))
        splits = to_report if in_run else to_measure(options.split)
        stand_ins.enter_context(local_data_set(options.data, splits))

        data_set = open_data_set(options.data)
        split = choose_split(data_set, options.split)
        scorers: list[Scorer] = []
        if path is not None:
            scorers += load_run_scorers(path, data_set)
            output = output or join(path, f"evaluation-{split}.json")
        if output is not None:
            _check_output(output)
        events = load_training_events(data_set)
        scorers += fit_baselines(events)
        with _progress() as report:
            evaluation = evaluate(
                data_set,
                scorers,
                split,
                options.batch_size,
                report,
                item_counts=events.item_counts(),
                bootstrap=Bootstrap(resamples=options.resamples),
            )
        measured_on = {"data": options.data, **digests_of(data_set.manifest)}
        value = {**measured_on, **evaluation.to_json()}
        if options.format == "json":
            print(json.dumps(value, indent=2))
        else:
            print(format_table(evaluation))
        if output is not None:
            _write(output, value)
        if in_run and path is not None:
            with mirrored(path, OWNED, is_reported, last=(METRICS,)):
                report_if_possible(path, options.data)


def _write(output: str, value: dict[str, Any]) -> None:
    try:
        if is_remote(output):
            write_remote(output, json.dumps(value, indent=2) + "\n")
        else:
            write_json(Path(output), value)
    except OSError as error:
        raise UserError(
            f"{output} cannot be written ({error.strerror}); choose another --output."
        ) from error
    _logger.info("wrote the figures to %s", output)


def _check_output(output: str) -> None:
    """Refuses a file that cannot be written, before anything is measured."""
    if is_remote(output):
        connect(output, "written")
        return
    path = Path(output)
    if not path.parent.is_dir():
        raise UserError(
            f"{path} cannot be written: there is no folder {path.parent}; make it "
            "first."
        )
    if path.is_dir():
        raise UserError(f"{path} is a folder; give --output the name of a file.")
    if path.exists() and not _is_evaluation(path):
        raise UserError(
            f"{path} holds no figures of `evaluate` and would be replaced; give "
            "--output another name."
        )


def _is_evaluation(path: Path) -> bool:
    """Whether a file is empty, or what an earlier call wrote."""
    try:
        text = path.read_text()
        value = json.loads(text) if text else dict.fromkeys(_KEYS)
    except (OSError, ValueError):
        return False
    return isinstance(value, dict) and value.keys() >= _KEYS


@contextlib.contextmanager
def _progress() -> Iterator[Callable[[str, int, int], None]]:
    """Yields a reporter that draws a bar for each scorer, on a terminal alone."""
    tasks: dict[str, TaskID] = {}
    console = Console(stderr=True)
    with Progress(
        console=console, transient=True, disable=not console.is_terminal
    ) as progress:

        def report(name: str, ranked: int, targets: int) -> None:
            if name not in tasks:
                tasks[name] = progress.add_task(name, total=targets)
            progress.update(tasks[name], completed=ranked)

        yield report
