"""Ranks of models, loaded one after the other.

A model is let go before the next one is loaded: what stays of it is the rank of each
target and the ten best items, so memory does not grow with the models compared.
"""

from dataclasses import replace

import keras

from trainer.data.data_set import DataSet
from trainer.evaluation import GAP_HIDDEN
from trainer.evaluation.evaluator import Evaluator
from trainer.evaluation.ranking import TargetRanks
from trainer.evaluation.run_scorer import load_run_scorers

# By what the name of a row adds to that of its model: "" for the model as it is.
Rankings = dict[str, TargetRanks]


def rank_run(
    path: str, data_set: DataSet, evaluator: Evaluator, batch_size: int | None = None
) -> Rankings:
    """Ranks the targets by a finished run, and lets go of its model.

    Args:
      path: the folder of the run.
      data_set: what it was trained on.
      evaluator: the targets.
      batch_size: targets scored at a time; None chooses by the catalogue's size.

    Returns:
      The ranks under the model as it is; where it is told the gaps also those with
      the last gap hidden, since it tells when the next event comes.

    Raises:
      UserError: there is no finished run, it is of another data set, or its scores
        are not numbers.
    """
    rankings = _rank(path, data_set, evaluator, batch_size)
    free_models()
    return rankings


def free_models() -> None:
    """Lets go of what Keras keeps of models that are out of use."""
    keras.utils.clear_session(free_memory=True)


def _rank(
    path: str, data_set: DataSet, evaluator: Evaluator, batch_size: int | None
) -> Rankings:
    rankings = {}
    for scorer in load_run_scorers(path, data_set):
        addition = f" {GAP_HIDDEN}" if scorer.hides_last_gap else ""
        named = replace(scorer, name=f"{path}{addition}")
        rankings[addition] = evaluator.rank(named, batch_size)
    return rankings
