"""Evaluation from TFRecords: what is measured, what is refused, what is shown."""

import json

import numpy as np
import pytest

from schemas.errors import UsageError, UserError
from tests.support.data_sets import Window, cyclic_windows, write_data_set
from trainer.baselines import BASELINES, fit_baselines
from trainer.baselines.events import load_training_events
from trainer.data_set import open_data_set
from trainer.evaluation.evaluation import evaluate
from trainer.evaluation.held_out import INPUTS, choose_split
from trainer.evaluation.measures import MEASURES
from trainer.evaluation.table import format_table

NUM_ITEMS = 7
TRAIN = cyclic_windows(60, NUM_ITEMS, 3, seed=1)


class Constant:
    """Scores everything alike."""

    name = "constant"

    def score(self, batch):
        assert set(batch) == set(INPUTS)
        return np.zeros((len(batch["item_id"]), NUM_ITEMS), np.float32)


def write(folder, train=TRAIN, held_out=(), test=(), **settings):
    path = write_data_set(
        folder, train, held_out, test, num_items=NUM_ITEMS, max_length=3, **settings
    )
    return open_data_set(path)


def test_markov_learns_an_order_that_popularity_cannot(tmp_path):
    data_set = write(tmp_path / "data", test=cyclic_windows(30, NUM_ITEMS, 3, seed=2))
    baselines = fit_baselines(load_training_events(data_set))
    evaluation = evaluate(data_set, baselines)
    assert tuple(measured.name for measured in evaluation.measured) == tuple(BASELINES)
    assert evaluation.of("markov_1").all["hr@1"] == 1.0
    assert evaluation.of("markov_1").filtered["ndcg@10"] == 1.0
    assert evaluation.of("popularity").all["hr@1"] < 0.5
    with pytest.raises(KeyError):
        evaluation.of("lstm")


def test_says_how_many_targets_are_unknown_and_seen(tmp_path):
    test = [
        Window([1, 2], NUM_ITEMS + 1, user="a"),
        Window([1, 2], 2, user="b"),
        Window([1], 3, user="c", seen=[3, NUM_ITEMS + 1]),
        Window([4], 3, user="d"),
    ]
    evaluation = evaluate(write(tmp_path / "data", test=test), [Constant()])
    assert (evaluation.num_targets, evaluation.num_unknown) == (4, 1)
    assert evaluation.num_seen == 2
    constant = evaluation.of("constant")
    assert constant.all["hr@5"] == 3 / 4  # All items equal: the middle rank is 3.
    assert constant.filtered["hr@5"] == 1 / 4


def test_measures_do_not_depend_on_the_batch_size(tmp_path):
    data_set = write(tmp_path / "data", test=cyclic_windows(11, NUM_ITEMS, 3, seed=2))
    baselines = fit_baselines(load_training_events(data_set))
    assert evaluate(data_set, baselines, batch_size=1) == evaluate(
        data_set, baselines, batch_size=100
    )


def test_two_scorers_of_one_name_are_refused(tmp_path):
    data_set = write(tmp_path / "data", test=TRAIN[:2])
    with pytest.raises(ValueError, match="`scorers` must have different names"):
        evaluate(data_set, [Constant(), Constant()])


def test_test_split_is_taken_where_it_holds_records(tmp_path):
    both = write(tmp_path / "both", held_out=TRAIN[:2], test=TRAIN[2:4])
    assert choose_split(both) == "test"
    assert choose_split(both, "eval") == "eval"
    assert choose_split(write(tmp_path / "eval", held_out=TRAIN[:2])) == "eval"


def test_random_has_no_test_split(tmp_path):
    data_set = write(tmp_path / "data", held_out=TRAIN[:2], split="random")
    assert choose_split(data_set) == "eval"
    with pytest.raises(UsageError, match="has no test split; use --split eval"):
        choose_split(data_set, "test")


def test_none_leaves_nothing_to_measure_on(tmp_path):
    data_set = write(tmp_path / "data", split="none")
    with pytest.raises(UserError, match="--split none: everything trains"):
        choose_split(data_set)


@pytest.mark.parametrize(
    ("split", "cause"),
    [
        ("time", "no history reaches into it under --split time"),
        ("leave_one_out", "no history is long enough under --split leave_one_out"),
    ],
)
def test_an_empty_split_is_refused_in_one_sentence(tmp_path, split, cause):
    data_set = write(tmp_path / "data", split=split)
    with pytest.raises(UserError, match=f"the eval split of .* is empty .{cause}"):
        evaluate(data_set, [Constant()])


def test_a_data_set_without_an_item_is_refused(tmp_path):
    path = write_data_set(
        tmp_path / "data", [], test=[Window([1], 1)], num_items=0, max_length=3
    )
    with pytest.raises(UserError, match="holds no item, so there is nothing to rank"):
        choose_split(open_data_set(path))


def test_table_shows_every_measure_and_what_leaks(tmp_path):
    test = [Window([1, 2], 3), Window([4], NUM_ITEMS + 1)]
    data_set = write(tmp_path / "data", test=test, split="leave_one_out")
    table = format_table(evaluate(data_set, [Constant()]))
    assert "leaks: other users' later events are in the training split" in table
    assert "2 targets ranked among 7 items" in table
    assert "50.0 % of the targets are unknown items" in table
    lines = [line.split() for line in table.splitlines()]
    headers = [measure.upper() for measure in MEASURES]
    assert ["filtered", *headers] in lines
    assert ["all", *headers] in lines
    rows = [line for line in lines if line[:1] == ["constant"]]
    assert [row[4] for row in rows] == ["0.5000", "0.5000"]


def test_json_holds_both_rankings_of_every_scorer(tmp_path):
    data_set = write(tmp_path / "data", test=TRAIN[:4])
    evaluation = evaluate(data_set, [Constant()])
    value = json.loads(json.dumps(evaluation.to_json()))
    assert value["targets"] == 4
    assert value["data_split"] == "time"
    assert value["caveat"].startswith("free of leaks")
    assert tuple(value["measures"]["constant"]["filtered"]) == MEASURES
    assert value["measures"]["constant"]["all"] == evaluation.of("constant").all
