"""Evaluation from TFRecords: what is measured, what is refused, what is shown."""

import json

import numpy as np
import pytest

from schemas.errors import UsageError, UserError
from tests.support.data_sets import Window, cyclic_windows, write_data_set
from trainer.baselines import BASELINES, fit_baselines
from trainer.data.data_set import open_data_set
from trainer.data.training_events import load_training_events
from trainer.evaluation import GAP_HIDDEN
from trainer.evaluation.bootstrap import Bootstrap
from trainer.evaluation.evaluation import evaluate
from trainer.evaluation.held_out import INPUTS, choose_split
from trainer.evaluation.measures import CUT_MEASURES, LIST_MEASURES, MEASURES
from trainer.evaluation.run_scorer import ModelScorer
from trainer.evaluation.table import format_table
from trainer.models import ModelConfig, build_model

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


def of(evaluation, name):
    (found,) = (measured for measured in evaluation.measured if measured.name == name)
    return found


def test_markov_learns_an_order_that_popularity_cannot(tmp_path):
    data_set = write(tmp_path / "data", test=cyclic_windows(30, NUM_ITEMS, 3, seed=2))
    baselines = fit_baselines(load_training_events(data_set))
    evaluation = evaluate(data_set, baselines)
    assert tuple(measured.name for measured in evaluation.measured) == tuple(BASELINES)
    assert of(evaluation, "markov_1").all["hr@1"] == 1.0
    assert of(evaluation, "markov_1").filtered["ndcg@10"] == 1.0
    assert of(evaluation, "popularity").all["hr@1"] < 0.5


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
    constant = of(evaluation, "constant")
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


@pytest.mark.parametrize("split", ["leave_one_out", "random"])
def test_table_shows_every_measure_and_what_leaks(tmp_path, split):
    held_out = [Window([1, 2], 3, user="a"), Window([4], NUM_ITEMS + 1, user="b")]
    held = {"held_out": held_out} if split == "random" else {"test": held_out}
    data_set = write(tmp_path / "data", split=split, **held)
    table = format_table(evaluate(data_set, [Constant()]))
    assert f"--split {split} leaks: " in table
    assert "2 targets of 2 users ranked among 7 items" in table
    assert "50.0 % of the targets are unknown items" in table
    assert "0.0 % of the targets their users had seen" in table
    lines = [line.split() for line in table.splitlines()]
    shown = [measure.upper() for measure in MEASURES if measure != "ndcg@1"]
    for title in ("filtered", "all"):
        row = lines[lines.index([title, *shown]) + 1]
        assert row[:2] == ["constant", "0.0000"]
        assert row[3] == "0.5000"
    start = lines.index(["filtered", "HR@10", "NDCG@10", "MRR@20"])
    assert lines[start + 1][:4] == ["constant", "0.5000", "[0.0000,", "1.0000]"]
    start = lines.index(["recommended", *map(str.upper, LIST_MEASURES)])
    assert lines[start + 1][:2] == ["constant", "1.0000"]
    assert "users drawn anew 1,000 times" in table


@pytest.mark.parametrize("split", ["eval", "test"])
@pytest.mark.parametrize("item_features", [(), (2,)])
def test_table_says_what_must_be_known_of_a_run(tmp_path, split, item_features):
    data_set = write(tmp_path / "data", held_out=TRAIN[:2], test=TRAIN[2:4])
    config = ModelConfig(
        "lstm",
        NUM_ITEMS,
        num_day_buckets=0,
        max_length=3,
        units=(4,),
        item_features=item_features,
    )
    model = build_model(config)
    model.build()
    evaluation = evaluate(data_set, [ModelScorer("lstm", model, "none")], split)
    table = format_table(evaluation)
    assert "--split time is free of leaks: " in table
    chosen = "the epoch that a run keeps was chosen on these targets: its row is flatt"
    assert (chosen in table) == (split == "eval")
    latest = "--item_features: an item's latest value, of held-out events too"
    assert (latest in table) == bool(item_features)
    assert max(map(len, table.splitlines())) <= 100
    said = evaluation.to_json()["caveats_of_runs"]
    assert len(said) == (split == "eval") + bool(item_features)


@pytest.mark.parametrize("split", ["eval", "test"])
def test_table_of_baselines_alone_says_nothing_of_runs(tmp_path, split):
    data_set = write(tmp_path / "data", held_out=TRAIN[:2], test=TRAIN[2:4])
    evaluation = evaluate(data_set, [Constant()], split)
    assert "a run" not in format_table(evaluation)
    assert evaluation.caveats == ()


def test_table_shows_the_cuts_of_the_first_scorer(tmp_path):
    test = [
        Window([1], 3, days=[10, 10]),
        Window([1, 2], 3, start=9, days=[10, 10, 15]),
        Window([4], NUM_ITEMS + 1, days=[10, 500], user="v"),
    ]
    table = format_table(evaluate(write(tmp_path / "data", test=test), [Constant()]))
    lines = [line.split() for line in table.splitlines()]
    titles = [line.partition(" by ")[2] for line in table.splitlines()]
    start = titles.index("events of the user before the target")
    assert lines[start + 1] == ["TARGETS", "USERS", "HR@10", "NDCG@10"]
    assert [line[:5] for line in lines[start + 2 : start + 4]] == [
        ["1", "2", "2", "0.5000", "[0.0000,"],
        ["10-19", "1", "1", "1.0000", "-"],
    ]
    start = titles.index("days from the user's last event to the target")
    assert [line[:4] for line in lines[start + 2 : start + 5]] == [
        ["0", "1", "1", "1.0000"],
        ["1-7", "1", "1", "1.0000"],
        ["366+", "1", "1", "0.0000"],
    ]
    assert any(line[:4] == ["unknown", "1", "1", "0.0000"] for line in lines)
    assert "-: no interval of fewer than two users" in table
    assert "nan" not in table


def test_table_fits_a_terminal_of_100_columns(tmp_path):
    class Named(Constant):
        name = f"transformer {GAP_HIDDEN}"

    held_out = cyclic_windows(20, NUM_ITEMS, 3, seed=2)
    data_set = write(tmp_path / "data", held_out=held_out, split="leave_one_out")
    baselines = fit_baselines(load_training_events(data_set))
    table = format_table(evaluate(data_set, [Named(), *baselines]))
    assert max(map(len, table.splitlines())) <= 100
    assert "(gap hidden): not told when the next event comes" in table


def test_json_holds_both_rankings_of_every_scorer(tmp_path):
    data_set = write(tmp_path / "data", test=TRAIN[:4])
    bootstrap = Bootstrap(resamples=50, seed=9)
    evaluation = evaluate(data_set, [Constant()], bootstrap=bootstrap)
    value = json.loads(json.dumps(evaluation.to_json(), allow_nan=False))
    assert (value["targets"], value["users"]) == (4, 4)
    assert value["data_split"] == "time"
    assert value["caveat"].startswith("free of leaks")
    constant = value["measures"]["constant"]
    assert tuple(constant["filtered"]) == (*MEASURES, *LIST_MEASURES)
    assert tuple(constant["all"]) == MEASURES
    assert constant["all"] == of(evaluation, "constant").all
    assert value["intervals"]["level"] == 0.95
    assert (value["intervals"]["resamples"], value["intervals"]["seed"]) == (50, 9)


def test_of_a_single_user_there_is_no_interval(tmp_path):
    test = [Window([1], 3), Window([1, 2], 3, start=1)]
    evaluation = evaluate(write(tmp_path / "data", test=test), [Constant()])
    measured = json.loads(json.dumps(evaluation.to_json()))["measures"]["constant"]
    for intervals in measured["intervals"].values():
        assert set(intervals.values()) == {None}
    table = format_table(evaluation)
    assert "1.0000 -" in table
    assert "1.0000 [" not in table


def test_json_holds_an_interval_beside_every_number(tmp_path):
    data_set = write(tmp_path / "data", test=TRAIN[:20])
    value = evaluate(data_set, [Constant()]).to_json()
    measures = value["measures"]["constant"]
    for ranking in ("filtered", "all"):
        intervals = measures["intervals"][ranking]
        assert intervals.keys() == measures[ranking].keys()
        for name, (low, high) in intervals.items():
            assert low - 1e-9 <= measures[ranking][name] <= high + 1e-9
    assert measures["cuts"].keys() == value["cuts"].keys()
    for parts in measures["cuts"].values():
        assert sum(part["targets"] for part in parts.values()) == 20
        for part in parts.values():
            for name in CUT_MEASURES:
                if part["users"] == 1:
                    assert part["intervals"][name] is None
                    continue
                low, high = part["intervals"][name]
                assert low - 1e-9 <= part[name] <= high + 1e-9
    assert "runs" not in measures


def test_users_that_have_seen_everything_are_recommended_nothing(tmp_path):
    everything = list(range(1, NUM_ITEMS + 1))
    test = [Window([1, 2], 3, seen=everything, user=user) for user in "ab"]
    evaluation = evaluate(write(tmp_path / "data", test=test), [Constant()])
    json.dumps(evaluation.to_json(), allow_nan=False)
    filtered = of(evaluation, "constant").filtered
    assert [filtered[name] for name in LIST_MEASURES] == [0.0, 0.0, 0.0]
    assert "nan" not in format_table(evaluation)


def test_takes_scorers_one_at_a_time(tmp_path):
    data_set = write(tmp_path / "data", test=TRAIN[:4])
    alive = []

    class Counted(Constant):
        def __init__(self, name):
            self.name = name
            alive.append(name)

        def __del__(self):
            alive.remove(self.name)

    def load():
        for name in "abc":
            assert alive == []
            yield Counted(name)

    evaluation = evaluate(data_set, load())
    assert [measured.name for measured in evaluation.measured] == ["a", "b", "c"]
