"""Measures of one scorer and of several runs of it, over the users of a split."""

import numpy as np
import pytest

from tests.support.data_sets import Window, cyclic_windows, write_data_set
from trainer.data.data_set import open_data_set
from trainer.data.training_events import load_training_events
from trainer.evaluation.bootstrap import Bootstrap, mean_intervals
from trainer.evaluation.evaluator import load_evaluator
from trainer.evaluation.measures import LIST_MEASURES, MEASURES, measure
from trainer.metrics import coverage, list_novelty, list_popularity

NUM_ITEMS = 30
HR10 = MEASURES.index("hr@10")


class Noise:
    """Scores by chance, the same for the same history."""

    def __init__(self, seed, right=0.0):
        self.name = f"noise_{seed}"
        self.seed = seed
        self.right = right

    def score(self, batch):
        table = np.random.default_rng(self.seed).random((NUM_ITEMS + 1, NUM_ITEMS))
        last = batch["item_id"][:, -1]
        scores = table[last]
        scores[np.arange(len(last)), last % NUM_ITEMS] += self.right
        return scores


@pytest.fixture
def data_set(tmp_path):
    test = []
    for index, window in enumerate(cyclic_windows(90, NUM_ITEMS, 4, seed=2)):
        user = f"u{index // 3}"  # Three targets a user.
        test.append(Window(window.items, window.target, user=user, start=index % 3))
    path = write_data_set(
        tmp_path / "data",
        cyclic_windows(60, NUM_ITEMS, 4, seed=1),
        test=test,
        num_items=NUM_ITEMS,
        max_length=4,
    )
    return open_data_set(path)


@pytest.fixture
def evaluator(data_set):
    return load_evaluator(data_set, "test", bootstrap=Bootstrap(200))


def test_users_are_told_apart_by_their_names(evaluator):
    assert len(evaluator.held_out) == 90
    assert np.bincount(evaluator.held_out.user).tolist() == [3] * 30


def test_item_counts_are_those_of_the_training_events(data_set, evaluator):
    events = load_training_events(data_set)
    np.testing.assert_array_equal(evaluator.item_counts, events.item_counts())
    given = load_evaluator(data_set, "test", np.arange(NUM_ITEMS))
    np.testing.assert_array_equal(given.item_counts, np.arange(NUM_ITEMS))


def test_measures_of_one_run_are_those_of_its_ranks(evaluator):
    ranks = evaluator.rank(Noise(1, right=0.5))
    measured = evaluator.measure("noise", [ranks])
    ranked = {name: measured.filtered[name] for name in MEASURES}
    assert ranked == pytest.approx(measure(ranks.filtered))
    assert measured.all == pytest.approx(measure(ranks.all))
    listed = [measured.filtered[name] for name in LIST_MEASURES]
    assert listed == pytest.approx(
        [
            coverage(ranks.recommended, NUM_ITEMS),
            list_popularity(ranks.recommended, evaluator.item_counts).mean(),
            list_novelty(ranks.recommended, evaluator.item_counts).mean(),
        ]
    )
    assert measured.runs == ()


def test_intervals_are_over_users_and_not_over_targets(evaluator):
    ranks = evaluator.rank(Noise(1))
    measured = evaluator.measure("noise", [ranks])
    hits = (ranks.filtered < 10).astype(float)[:, np.newaxis]
    of_users = np.repeat(np.arange(30), 3)
    order = np.argsort(evaluator.held_out.user, kind="stable")
    [expected] = mean_intervals(hits[order], of_users, Bootstrap(200))
    assert measured.filtered_intervals["hr@10"] == pytest.approx(expected)


def test_several_runs_are_averaged_target_by_target(evaluator):
    runs = [evaluator.rank(Noise(seed, right=0.3)) for seed in range(3)]
    measured = evaluator.measure("noise", runs)
    alone = [evaluator.measure("noise", [run]) for run in runs]
    for ranking in ("filtered", "all"):
        for name, value in getattr(measured, ranking).items():
            means = np.mean([getattr(one, ranking)[name] for one in alone])
            assert value == pytest.approx(means), name
    assert measured.runs == tuple(one.filtered for one in alone)
    hits = np.mean([run.filtered < 10 for run in runs], axis=0)[:, np.newaxis]
    [expected] = mean_intervals(hits, evaluator.held_out.user, evaluator.bootstrap)
    assert measured.filtered_intervals["hr@10"] == pytest.approx(expected)
    assert len(measured.to_json()["runs"]) == 3


def test_the_same_run_again_is_worth_no_more(evaluator):
    ranks = evaluator.rank(Noise(1))
    once, twice = (evaluator.measure("noise", [ranks] * times) for times in (1, 2))
    assert twice.filtered == pytest.approx(once.filtered)
    for name, interval in once.filtered_intervals.items():
        assert twice.filtered_intervals[name] == pytest.approx(interval), name


def test_cuts_divide_the_targets_and_leave_out_empty_parts(evaluator):
    ranks = evaluator.rank(Noise(1))
    cuts = evaluator.measure("noise", [ranks]).cuts
    assert set(cuts) == {"history_length", "target_popularity", "days_since_last"}
    for cut in evaluator.cuts:
        parts = cuts[cut.name]
        assert sum(part.num_targets for part in parts) == 90
        for part in parts:
            kept = cut.part == cut.labels.index(part.label)
            assert part.num_targets == np.count_nonzero(kept) > 0
            expected = measure(ranks.filtered[kept])
            assert part.values == pytest.approx(
                {name: expected[name] for name in part.values}
            )
            assert part.num_users <= min(part.num_targets, 30)


def test_difference_of_a_scorer_to_itself_is_nothing(evaluator):
    runs = [evaluator.rank(Noise(seed)) for seed in (1, 2)]
    assert evaluator.difference(runs, runs[::-1]) == {
        name: (0.0, (0.0, 0.0)) for name in MEASURES
    }


def test_difference_is_taken_on_the_same_users(evaluator):
    better, worse = [evaluator.rank(Noise(1, 0.4))], [evaluator.rank(Noise(1))]
    difference = evaluator.difference(better, worse)
    high, low = (evaluator.measure("noise", runs) for runs in (better, worse))
    for name, (value, interval) in difference.items():
        assert value == pytest.approx(high.filtered[name] - low.filtered[name])
        assert interval[0] - 1e-9 <= value <= interval[1] + 1e-9
    # The two share most of their luck, so their difference varies less than they do.
    widths = [np.ptp(one.filtered_intervals["hr@10"]) for one in (high, low)]
    assert np.ptp(difference["hr@10"][1]) < sum(widths)


def test_a_scorer_without_a_run_is_refused(evaluator):
    with pytest.raises(ValueError, match="`runs` of 'noise' must hold a ranking"):
        evaluator.measure("noise", [])
