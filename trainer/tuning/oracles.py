"""The oracles of KerasTuner: what chooses the settings of the next trial."""

import logging
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras_tuner
from keras_tuner import oracles
from sklearn.exceptions import ConvergenceWarning

from schemas.errors import UsageError
from trainer.runs import write_json
from trainer.tuning.hyperparameters import hyperparameters_of
from trainer.tuning.options import TuneOptions
from trainer.tuning.results import OBJECTIVE

_logger = logging.getLogger(__name__)

# Draws of settings that go together before a space counts as used up.
_MOST_DRAWS = 1000

# Settings by option; None, or why they do not go together.
Refusal = Callable[[dict[str, Any]], str | None]


class _Checked:
    """What is added to each oracle.

    Settings that do not go together, or that were tried, are drawn again and take no
    trial. State is written whole, so that no moment to stop at is a bad one.
    """

    refusal: Refusal
    last_refusal: str | None = None

    def populate_space(self: Any, trial_id: str) -> dict[str, Any]:
        """Chooses the settings of a trial."""
        with warnings.catch_warnings():
            # A Gaussian process of few points need not converge to be of use.
            warnings.simplefilter("ignore", ConvergenceWarning)
            response: dict[str, Any] = super().populate_space(trial_id)  # type: ignore[misc]
        for _ in range(_MOST_DRAWS):
            values = response.get("values")
            if not values:
                return response
            refused = self.refusal(values)
            if refused is None and not self._duplicate(values):
                return response
            self.last_refusal = refused or self.last_refusal
            drawn = self._random_values()
            if drawn is None:
                break
            # Over the chosen ones: Hyperband has put its own keys beside them.
            response = {**response, "values": {**values, **drawn}}
        return {"status": "STOPPED", "values": None}

    def reload(self: Any) -> None:
        """Reads the state, and forgets a trial that was begun and not noted in it."""
        super().reload()  # type: ignore[misc]
        for trial_id in self.trials.keys() - set(self.start_order):
            del self.trials[trial_id]

    def save(self: Any) -> None:
        """Writes the state."""
        write_json(Path(self._get_oracle_fname()), self.get_state())

    def _save_trial(self: Any, trial: Any) -> None:
        folder = Path(self._get_trial_dir(trial.trial_id))
        write_json(folder / "trial.json", trial.get_state())


class _RandomOracle(_Checked, oracles.RandomSearchOracle):
    """Draws settings."""


class _BayesianOracle(_Checked, oracles.BayesianOptimizationOracle):
    """Draws a few settings, then chooses by a Gaussian process."""


class _HyperbandOracle(_Checked, oracles.HyperbandOracle):
    """Trains many settings for few epochs, and the best of them for more."""


def build_oracle(options: TuneOptions, refusal: Refusal) -> Any:
    """Returns the `keras_tuner.Oracle` of `--tuner`.

    Args:
      options: of the search.
      refusal: says why settings do not go together.

    Raises:
      UsageError: the space is too small for the tuner.
    """
    common = {
        "objective": keras_tuner.Objective(OBJECTIVE, direction="max"),
        "hyperparameters": hyperparameters_of(options.space),
        "allow_new_entries": False,
        # KerasTuner takes 0 for no seed.
        "seed": options.seed + 1,
        # Counted by the tuner: KerasTuner would go on counting those of earlier calls.
        "max_consecutive_failed_trials": sys.maxsize,
    }
    oracle: Any
    if options.tuner == "bayesian":
        # KerasTuner's 3 for each option leave a search of 20 trials to chance alone.
        first = max(4, len(options.space.dimensions))
        oracle = _BayesianOracle(num_initial_points=first, **common)
    elif options.tuner == "hyperband":
        epochs = options.constants["epochs"]
        oracle = _HyperbandOracle(max_epochs=epochs, **common)
        _check_size(oracle, options)
    else:
        oracle = _RandomOracle(**common)
    oracle.max_trials = options.max_trials
    # KerasTuner's 20 draws of what was tried already can come by chance.
    oracle._max_collisions = _MOST_DRAWS
    oracle.refusal = refusal
    oracle.verbose = 0
    return oracle


def _check_size(oracle: Any, options: TuneOptions) -> None:
    """Refuses a space that Hyperband would use up before it compares anything."""
    size = options.space.size
    brackets = range(oracle._get_num_brackets())
    needed = sum(oracle._get_size(bracket, round_num=0) for bracket in brackets)
    if options.trials is not None:
        needed = min(needed, options.trials)
    if size is not None and size < needed:
        raise UsageError(
            f"--tuner hyperband begins with {needed} different settings for "
            f"{oracle.max_epochs} epochs, and the space holds {size}; use --tuner "
            "random, or fewer --epochs"
        )
