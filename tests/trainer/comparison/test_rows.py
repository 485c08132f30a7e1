"""Ranks become rows: means, spreads, and differences to the best baseline."""

import numpy as np
import pytest

from tests.trainer.comparison.rows import trained_run
from trainer.comparison.rows import baseline_row, model_rows
from trainer.data.records import Ragged
from trainer.evaluation.bootstrap import Bootstrap
from trainer.evaluation.evaluator import Evaluator
from trainer.evaluation.held_out import HeldOut
from trainer.evaluation.ranking import NUM_RECOMMENDED, TargetRanks

NUM_TARGETS = 40


@pytest.fixture
def evaluator():
    held_out = HeldOut(
        inputs={},
        target=np.ones(NUM_TARGETS, int),
        user=np.arange(NUM_TARGETS),
        seen=Ragged(np.zeros(0, np.int32), np.zeros(NUM_TARGETS + 1, np.int64)),
        num_items=30,
    )
    return Evaluator(held_out, np.ones(30, int), (), Bootstrap())


def ranks_of(num_hits, num_hits_of_all=None):
    """The first targets are hit in the first place, the others are missed."""

    def ranks(hits):
        return np.where(np.arange(NUM_TARGETS) < hits, 0.0, np.inf)

    return TargetRanks(
        all=ranks(num_hits if num_hits_of_all is None else num_hits_of_all),
        filtered=ranks(num_hits),
        recommended=np.ones((NUM_TARGETS, NUM_RECOMMENDED), np.int32),
    )


def test_several_seeds_are_one_row_with_their_mean_and_spread(evaluator):
    runs = [trained_run(0), trained_run(1)]
    rankings = [{"": ranks_of(10, 4)}, {"": ranks_of(20, 6)}]
    (row,) = model_rows("config", "wide", runs, rankings, evaluator)
    assert (row.name, row.kind, row.runs) == ("wide", "config", tuple(runs))
    assert row.measured.filtered["hr@10"] == pytest.approx(15 / 40)
    assert row.measured.all["hr@10"] == pytest.approx(5 / 40)
    assert row.spread("filtered", "hr@10") == (10 / 40, 20 / 40)
    assert row.spread("all", "ndcg@10") == (4 / 40, 6 / 40)
    low, high = row.measured.filtered_intervals["hr@10"]
    assert low < 15 / 40 < high
    assert row.above == {}


def test_a_run_with_the_gap_hidden_is_a_row_of_its_own(evaluator):
    rankings = [{"": ranks_of(20), " (gap hidden)": ranks_of(10)}]
    rows = model_rows("run", "best", [trained_run(0)], rankings, evaluator)
    assert [row.name for row in rows] == ["best", "best (gap hidden)"]
    assert [row.measured.filtered["hr@10"] for row in rows] == [20 / 40, 10 / 40]
    assert [row.spread("filtered", "hr@10") for row in rows] == [None, None]


def test_is_above_the_best_baseline_on_the_same_users(evaluator):
    best = ranks_of(5)
    rankings = [{"": ranks_of(10)}, {"": ranks_of(20)}]
    runs = [trained_run(0), trained_run(1)]
    (row,) = model_rows("config", "wide", runs, rankings, evaluator, best)
    value, (low, high) = row.above["hr@10"]
    assert value == pytest.approx(10 / 40)
    assert 0 < low < value < high
    (same,) = model_rows("run", "same", runs[:1], [{"": best}], evaluator, best)
    assert same.above["hr@10"] == (0.0, (0.0, 0.0))


def test_a_baseline_has_no_runs(evaluator):
    row = baseline_row("popularity", ranks_of(5), 0.5, evaluator)
    assert (row.name, row.kind, row.fit_seconds) == ("popularity", "baseline", 0.5)
    assert (row.runs, row.of_runs, row.above) == ((), {}, {})
    assert row.measured.filtered["hr@10"] == 5 / 40
