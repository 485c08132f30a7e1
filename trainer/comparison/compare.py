"""Trains or loads models and baselines, one after the other, and measures them."""

import logging
import time
from collections.abc import Sequence
from pathlib import Path

from schemas.errors import UserError
from trainer.baselines import fit_baselines
from trainer.comparison.comparison import Comparison, Row
from trainer.comparison.options import CompareOptions, ConfigRuns
from trainer.comparison.ranked_runs import Rankings, free_models, rank_run
from trainer.comparison.resume import is_finished
from trainer.comparison.rows import baseline_row, model_rows
from trainer.comparison.trained_run import read_trained_run
from trainer.data.data_set import DataSet, open_data_set
from trainer.data.training_events import TrainingEvents, load_training_events
from trainer.evaluation import caveats_of_runs
from trainer.evaluation.evaluation import evaluation_of
from trainer.evaluation.evaluator import Evaluator, load_evaluator
from trainer.evaluation.held_out import choose_split
from trainer.evaluation.measures import NDCG, at
from trainer.evaluation.ranking import TargetRanks
from trainer.options import TrainOptions
from trainer.storage.mirrors import publish_if_possible
from trainer.storage.stand_ins import local
from trainer.training.preemption import Notice, stopped_after
from trainer.training.train import train

_logger = logging.getLogger(__name__)

# What the best baseline is the best in, filtered.
BEST_IN = at(NDCG, 10)


def compare(options: CompareOptions, configs: Sequence[ConfigRuns]) -> Comparison:
    """Trains what is not trained yet, and measures everything.

    Args:
      options: what to compare, on what.
      configs: those of `options`, as `config_runs` reads them.

    Raises:
      UsageError: the data set has no such split.
      UserError: the data set or a run cannot be used, a run in the output is of other
        settings, or training failed.
      PreemptedError: SIGTERM came while a run trained; the next call goes on.
    """
    data_set = open_data_set(options.data)
    split = choose_split(data_set, options.split)
    # What is wrong from the start must not show after hours of training: so every run
    # that there is, is read and ranked before the first one is trained.
    finished, missing = _divide(configs, data_set)
    for path in options.runs:
        read_trained_run(path).check_data_set(options.data, data_set.manifest)
    _make_folder(options.output)

    events = load_training_events(data_set)
    evaluator = load_evaluator(data_set, split, events.item_counts())
    rankings = {
        path: rank_run(path, data_set, evaluator, options.batch_size)
        for path in (*options.runs, *finished)
    }
    baselines, best = _baseline_rows(events, evaluator, options)
    del events  # Training needs the memory.
    notice = Notice()
    for index, run in enumerate(missing):
        _logger.info("training %s (%d of %d)", run.output, index + 1, len(missing))
        train(run, notice=notice)
        publish_if_possible(run.output)
        if notice.is_given:
            raise stopped_after(f"the training of {run.output}")
        free_models()
        rankings[run.output] = rank_run(
            run.output, data_set, evaluator, options.batch_size
        )

    best_ranks = None if best is None else best[1]
    rows = [*_model_rows(options, configs, rankings, evaluator, best_ranks), *baselines]
    return Comparison(
        data=options.data,
        max_length=data_set.max_length,
        data_settings_digest=data_set.manifest.settings_digest,
        evaluation=evaluation_of(
            data_set,
            split,
            evaluator,
            [row.measured for row in rows],
            _caveats(split, rows),
        ),
        rows=tuple(rows),
        best_baseline=None if best is None else best[0],
    )


def _caveats(split: str, rows: Sequence[Row]) -> tuple[str, ...]:
    configs = [run.config for row in rows for run in row.runs]
    if not configs:
        return ()
    with_attributes = any(config.get("item_features") for config in configs)
    return caveats_of_runs(split, with_attributes=with_attributes)


def _divide(
    configs: Sequence[ConfigRuns], data_set: DataSet
) -> tuple[list[str], list[TrainOptions]]:
    """Returns the folders of the configs' finished runs, and what is to be trained."""
    finished, missing = [], []
    for config in configs:
        for run in config.options:
            if is_finished(run, data_set.manifest):
                finished.append(run.output)
            else:
                missing.append(run)
    return finished, missing


def _make_folder(path: str) -> None:
    try:
        Path(local(path)).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(
            f"{path} cannot be written ({error.strerror}); choose another --output."
        ) from error


def _baseline_rows(
    events: TrainingEvents, evaluator: Evaluator, options: CompareOptions
) -> tuple[list[Row], tuple[str, TargetRanks] | None]:
    """Returns the baselines' rows, and the name and the ranks of the best of them."""
    rows: list[Row] = []
    best, highest = None, -1.0
    for name in options.baselines:
        start = time.monotonic()
        (scorer,) = fit_baselines(events, [name])
        seconds = time.monotonic() - start
        ranks = evaluator.rank(scorer, options.batch_size)
        row = baseline_row(name, ranks, seconds, evaluator)
        rows.append(row)
        if row.measured.filtered[BEST_IN] > highest:
            best, highest = (name, ranks), row.measured.filtered[BEST_IN]
    return rows, best


def _model_rows(
    options: CompareOptions,
    configs: Sequence[ConfigRuns],
    rankings: dict[str, Rankings],
    evaluator: Evaluator,
    best_baseline: TargetRanks | None,
) -> list[Row]:
    """Returns the rows of the configs and of the given runs."""
    rows = []
    for config in configs:
        paths = [run.output for run in config.options]
        rows += model_rows(
            "config",
            config.name,
            [read_trained_run(path) for path in paths],
            [rankings[path] for path in paths],
            evaluator,
            best_baseline,
        )
    for path in options.runs:
        rows += model_rows(
            "run",
            options.run_name(path),
            [read_trained_run(path)],
            [rankings[path]],
            evaluator,
            best_baseline,
        )
    return rows
