"""What the oracles choose, without any training."""

import json

import pytest
from keras_tuner.engine.base_tuner import BaseTuner

from schemas.errors import UsageError
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


def test_settings_that_go_together_are_drawn(tmp_path):
    options = options_of(tmp_path, trials=30)
    chosen = search(options, tmp_path)
    assert len(chosen) == 30
    for values in chosen:
        assert values["item_embedding"] % values["num_heads"] == 0
        options.trial(values)


@pytest.mark.parametrize("tuner", ["random", "bayesian"])
def test_all_that_goes_together_is_tried_once(tmp_path, tuner):
    space = {name: SPACE[name] for name in ("item_embedding", "num_heads")}
    chosen = search(
        options_of(tmp_path, space, tuner, trials=20),
        tmp_path,
        lambda values: values["item_embedding"],
    )
    pairs = [(v["item_embedding"], v["num_heads"]) for v in chosen]
    # 8 is no multiple of 3, and 9 none of 2.
    assert sorted(pairs) == [(6, 1), (6, 2), (6, 3), (8, 1), (8, 2), (9, 1), (9, 3)]


def test_every_value_of_a_range_with_steps_is_reached(tmp_path):
    space = {"dropout": SPACE["dropout"]}
    chosen = search(options_of(tmp_path, space, trials=7), tmp_path)
    found = sorted(values["dropout"] for values in chosen)
    assert found == [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6]


@pytest.mark.parametrize("tuner", ["random", "bayesian"])
def test_a_small_space_ends_the_search(tmp_path, tuner):
    space = {"dropout": {"choices": [0.1, 0.2]}}
    options = options_of(tmp_path, space, tuner, trials=9)
    chosen = search(options, tmp_path)
    assert sorted(values["dropout"] for values in chosen) == [0.1, 0.2]


def test_values_that_never_go_together_end_the_search(tmp_path):
    space = {"label_smoothing": {"min": 0.1, "max": 0.2}}
    options = options_of(tmp_path, space, fixed={"loss": "sampled"})
    searcher = Searcher(options, tmp_path, lambda values: 0.0)
    searcher.search()
    assert searcher.chosen == []
    assert "`label_smoothing` must be 0" in searcher.oracle_of.last_refusal


@pytest.mark.slow
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
    # The first bracket: 9 for an epoch, 3 of them for three, one of these for nine.
    by_epochs = {
        epochs: {v["dropout"] for v in chosen[:13] if v["epochs"] == epochs}
        for epochs in (1, 3, 9)
    }
    best = sorted(by_epochs[1], reverse=True)
    assert by_epochs[3] == set(best[:3])
    assert by_epochs[9] == {best[0]}
    few = options_of(tmp_path, space, "hyperband", fixed={"epochs": 9}, trials=5)
    assert len(search(few, tmp_path / "few")) == 5


def test_hyperband_refuses_a_space_that_it_would_use_up(tmp_path):
    space = {"dropout": SPACE["dropout"], "tie_embeddings": SPACE["tie_embeddings"]}
    options = options_of(tmp_path, space, "hyperband", fixed={"epochs": 9})
    with pytest.raises(UsageError, match="with 17 different settings for 9 epochs"):
        build_oracle(options, lambda chosen: None)
    few = options_of(tmp_path, space, "hyperband", fixed={"epochs": 9}, trials=14)
    assert build_oracle(few, lambda chosen: None).max_trials == 14


@pytest.mark.parametrize("tuner", ["random", "hyperband"])
def test_a_search_in_two_calls_chooses_what_one_call_chooses(tmp_path, tuner):
    def options(trials):
        return options_of(tmp_path, space, tuner, trials=trials, fixed={"epochs": 4})

    space = {name: SPACE[name] for name in ("dropout", "learning_rate", "num_heads")}
    whole = search(options(6), tmp_path / "whole")
    first = search(options(2), tmp_path / "parts")
    rest = search(options(6), tmp_path / "parts")
    assert first + rest == whole


def test_a_trial_that_the_state_does_not_know_takes_no_place(tmp_path):
    assert len(search(options_of(tmp_path, trials=3), tmp_path)) == 3
    trial = next((tmp_path / "state").glob("trial_*/trial.json"))
    stray = json.loads(trial.read_text())
    stray |= {"trial_id": "99", "status": "RUNNING", "score": None}
    folder = tmp_path / "state" / "trial_99"
    folder.mkdir()
    # As after a stop between the writing of a trial and that of the state.
    (folder / "trial.json").write_text(json.dumps(stray))
    assert len(search(options_of(tmp_path, trials=5), tmp_path)) == 2


@pytest.mark.parametrize("seed", [0, 1])
def test_choices_follow_from_the_seed(tmp_path, seed):
    options = options_of(tmp_path, trials=3, seed=seed)
    again = options_of(tmp_path, trials=3, seed=seed)
    other = options_of(tmp_path, trials=3, seed=seed + 7)
    chosen = search(options, tmp_path / "a")
    assert search(again, tmp_path / "b") == chosen
    assert search(other, tmp_path / "c") != chosen
