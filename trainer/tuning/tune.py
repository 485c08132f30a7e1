"""Searches for the settings with the best figures on the eval split."""

import logging
from typing import Any

from keras_tuner.errors import FatalError

from schemas.errors import UserError
from schemas.layout import EVAL, TRAIN
from trainer.data.data_set import DataSet, open_data_set
from trainer.devices import set_up_devices
from trainer.training.retracing import without_retracing_warnings
from trainer.tuning.hyperparameters import values_of
from trainer.tuning.options import TuneOptions
from trainer.tuning.oracles import build_oracle
from trainer.tuning.results import TrialResult, write_results
from trainer.tuning.search_folder import open_folder
from trainer.tuning.trial_tuner import TrialTuner

_logger = logging.getLogger(__name__)


def tune(options: TuneOptions) -> list[TrialResult]:
    """Searches, or goes on with the search that `options.output` holds.

    Args:
      options: what to search.

    Returns:
      The trials of this call and of earlier ones, the best first; one or more of them
      succeeded.

    Raises:
      UsageError: a setting cannot be had on this machine.
      UserError: the data set has nothing to train or to choose on, the folder holds
        something else, no trial succeeded, or many failed in a row.
      PreemptedError: SIGTERM came while a trial trained; the next call goes on with it.
    """
    data_set = open_data_set(options.data)
    _check_splits(data_set)
    open_folder(options, data_set)

    def refusal(chosen: dict[str, Any]) -> str | None:
        try:
            options.trial(values_of(chosen, options.space))
        except ValueError as error:
            return str(error)
        return None

    oracle = build_oracle(options, refusal)
    devices = set_up_devices(options.constants["mixed_precision"])
    tuner = TrialTuner(oracle, options, devices)
    known = len(tuner.results())
    if known:
        _logger.info("%s holds %d trials; going on from there", options.output, known)
    try:
        with without_retracing_warnings():
            tuner.search()
    except FatalError as error:
        raise error.__cause__ or error from None
    except KeyboardInterrupt:
        _logger.info("the same command goes on from here")
        raise
    results = tuner.results()
    _check_results(options, results, oracle.last_refusal)
    write_results(options, results)
    if options.trials is not None and len(results) < options.trials:
        _logger.info("there are no more settings than these %d to try", len(results))
    return results


def _check_splits(data_set: DataSet) -> None:
    if not data_set.num_records(TRAIN):
        raise UserError(
            f"the training split of {data_set.path} is empty; run `python -m pipeline` "
            "with more rows or a lower --min_items."
        )
    if not data_set.num_records(EVAL):
        raise UserError(
            f"{data_set.path} has no eval records (--split "
            f"{data_set.manifest.split.name}), and settings are chosen on them; make "
            "it again with another --split, such as time."
        )


def _check_results(
    options: TuneOptions, results: list[TrialResult], last_refusal: str | None
) -> None:
    if not results:
        raise UserError(
            "no values of the space go together"
            + (f", the last ones because {last_refusal}" if last_refusal else ".")
        )
    if results[0].failure:
        raise UserError(
            f"none of the {len(results)} trials in {options.output} succeeded, the "
            f"last one because {results[-1].failure}"
        )
