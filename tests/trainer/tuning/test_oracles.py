"""What the oracles choose, without any training."""

import json

import pytest
from keras_tuner.engine.base_tuner import BaseTuner

from trainer.tuning.hyperparameters import hyperparameters_of, values_of
from trainer.tuning.options import TuneOptions
from trainer.tuning.oracles import build_oracle
from trainer.tuning.results import OBJECTIVE
from trainer.tuning.space import parse_space

SPACE = {
    "item_embedding": {"choices": [6, 8, 9]},
    "num_heads": {"choices": [1, 2, 3]},
    "dropout": {"min": 0.0, "max": 0.6, "step": 0.1},
    "learning_rate": {"min": 0.001, "max": 0.1, "sampling": "log"},
    "epochs": {"min": 1, "max": 5},
    "batch_size": {"min": 16, "max": 512, "sampling": "log"},
    "units": {"choices": ["8", "16,8"]},
    "tie_embeddings": {"choices": [True, False]},
    "train_positions": {"choices": ["once"]},
}


def options_of(tmp_path, space=SPACE, tuner="random", **settings):
    fixed = {"model": "transformer", **settings.pop("fixed", {})}
    parsed = parse_space(space, "transformer")
    output = str(tmp_path / "search")
    return TuneOptions("D", output, parsed, fixed, tuner, **settings)


class Searcher(BaseTuner):
    """Scores settings by a formula."""

    def __init__(self, options, folder, score):
        self.options, self.score, self.chosen = options, score, []
        self.oracle_of = build_oracle(options, self.refusal)
        super().__init__(self.oracle_of, directory=str(folder), project_name="state")

    def refusal(self, chosen):
        try:
            self.options.trial(values_of(chosen, self.options.space))
        except ValueError as error:
            return str(error)
        return None

    def run_trial(self, trial):
        values = values_of(trial.hyperparameters.values, self.options.space)
        self.chosen.append(values)
        return {OBJECTIVE: self.score(values)}


def search(options, folder, score=lambda values: values["dropout"]):
    searcher = Searcher(options, folder, score)
    searcher.search()
    return searcher.chosen


def test_the_space_reaches_the_oracle_and_comes_back():
    space = parse_space(SPACE, "transformer")
    hp = hyperparameters_of(space)
    assert [each.name for each in hp.space] == list(SPACE)
    values = values_of(hp.values, space)
    assert values["units"] == (8,)
    assert values["train_positions"] == "once"
    assert type(values["epochs"]) is int
    assert type(values["tie_embeddings"]) is bool


@pytest.mark.parametrize("tuner", ["random", "bayesian"])
def test_all_choices_go_together_and_none_is_made_twice(tmp_path, tuner):
    options = options_of(tmp_path, tuner=tuner, trials=16)
    chosen = search(options, tmp_path)
    assert len(chosen) == 16
    for values in chosen:
        assert values["item_embedding"] % values["num_heads"] == 0
        options.trial(values)
    assert len({json.dumps(values, sort_keys=True) for values in chosen}) == 16


def test_every_value_of_a_range_with_steps_is_reached(tmp_path):
    space = {"dropout": SPACE["dropout"]}
    chosen = search(options_of(tmp_path, space, trials=7), tmp_path)
    found = sorted(values["dropout"] for values in chosen)
    assert found == [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6]


@pytest.mark.parametrize("tuner", ["random", "bayesian", "hyperband"])
def test_a_small_space_ends_the_search(tmp_path, tuner):
    space = {"dropout": {"choices": [0.1, 0.2]}}
    options = options_of(tmp_path, space, tuner, trials=9, fixed={"epochs": 9})
    chosen = search(options, tmp_path)
    assert sorted(values["dropout"] for values in chosen) == [0.1, 0.2]


def test_values_that_never_go_together_end_the_search(tmp_path):
    space = {"label_smoothing": {"min": 0.1, "max": 0.2}}
    options = options_of(tmp_path, space, fixed={"loss": "sampled"})
    searcher = Searcher(options, tmp_path, lambda values: 0.0)
    searcher.search()
    assert searcher.chosen == []
    assert "`label_smoothing` must be 0" in searcher.oracle_of.last_refusal


def test_bayesian_search_closes_in_on_the_best(tmp_path):
    space = {"dropout": {"min": 0.0, "max": 0.9}}
    options = options_of(tmp_path, space, "bayesian", trials=14)
    chosen = search(options, tmp_path, lambda values: -((values["dropout"] - 0.3) ** 2))
    # The first four are drawn. Drawing alone comes within 0.02 with one in 22.
    near = [abs(values["dropout"] - 0.3) < 0.02 for values in chosen[4:]]
    assert sum(near) >= 3


def test_hyperband_trains_the_best_for_longer(tmp_path):
    space = {"dropout": {"min": 0.0, "max": 0.9}}
    options = options_of(tmp_path, space, "hyperband", fixed={"epochs": 9})
    chosen = search(options, tmp_path)
    assert {values["epochs"] for values in chosen} == {1, 3, 9}
    by_epochs = {
        epochs: {v["dropout"] for v in chosen[:16] if v["epochs"] == epochs}
        for epochs in (1, 3, 9)
    }
    best = sorted(by_epochs[1], reverse=True)
    assert by_epochs[3] == set(best[: len(by_epochs[3])])
    assert max(by_epochs[9]) == best[0]
    few = options_of(tmp_path, space, "hyperband", fixed={"epochs": 9}, trials=5)
    assert len(search(few, tmp_path / "few")) == 5


@pytest.mark.parametrize("tuner", ["random", "hyperband"])
def test_a_search_in_two_calls_chooses_what_one_call_chooses(tmp_path, tuner):
    def options(trials):
        return options_of(tmp_path, space, tuner, trials=trials, fixed={"epochs": 4})

    space = {name: SPACE[name] for name in ("dropout", "learning_rate", "num_heads")}
    whole = search(options(6), tmp_path / "whole")
    first = search(options(2), tmp_path / "parts")
    rest = search(options(6), tmp_path / "parts")
    assert first + rest == whole


@pytest.mark.parametrize("seed", [0, 1])
def test_choices_follow_from_the_seed(tmp_path, seed):
    options = options_of(tmp_path, trials=3, seed=seed)
    again = options_of(tmp_path, trials=3, seed=seed)
    other = options_of(tmp_path, trials=3, seed=seed + 7)
    chosen = search(options, tmp_path / "a")
    assert search(again, tmp_path / "b") == chosen
    assert search(other, tmp_path / "c") != chosen
