"""The baselines reach the figures measured apart from this code on real files."""

import os
from pathlib import Path

import pytest

from tests.trainer.evaluation.real_windows import (
    examples,
    histories_of,
    read_beauty,
    read_rent_the_runway,
)
from trainer.baselines.events import training_events
from trainer.baselines.markov import Markov
from trainer.baselines.popularity import Popularity
from trainer.evaluation.measures import measure
from trainer.evaluation.ranking import rank_targets

READERS = {"rent_the_runway": read_rent_the_runway, "beauty": read_beauty}

# By file and split: the test targets and the share of unknown ones, then HR@10 and
# NDCG@10 of each baseline, filtered and among all items (None: not published).
EXPECTED = {
    ("rent_the_runway", "leave_one_out"): (
        (15_852, 0.034),
        {
            "popularity": ((0.0204, 0.0097), (0.0204, 0.0094)),
            "markov_1": ((0.0167, 0.0089), (0.0189, 0.0111)),
            "markov_5": ((0.0163, 0.0085), (0.0185, 0.0107)),
        },
    ),
    ("rent_the_runway", "time"): (
        (4_156, 0.403),
        {
            "popularity": ((0.0036, 0.0014), (0.0036, 0.0014)),
            "markov_1": ((0.0051, 0.0023), (0.0055, 0.0027)),
            "markov_5": ((0.0043, 0.0021), (0.0048, 0.0025)),
        },
    ),
    ("beauty", "leave_one_out"): (
        (22_363, 0.006),
        {
            "popularity": ((0.0120, 0.0056), None),
            "markov_1": ((0.0670, 0.0440), None),
            "markov_5": ((0.0742, 0.0481), None),
        },
    ),
    ("beauty", "time"): (
        (9_327, 0.228),
        {
            "popularity": ((0.0105, 0.0053), None),
            "markov_1": ((0.0437, 0.0283), None),
            "markov_5": ((0.0464, 0.0299), None),
        },
    ),
}


def hit_rate_and_ndcg(ranks):
    measures = measure(ranks)
    return round(measures["hr@10"], 4), round(measures["ndcg@10"], 4)


@pytest.mark.slow
@pytest.mark.parametrize(("file", "split"), EXPECTED)
def test_baselines_reach_the_measured_figures(file, split):
    if "REAL_DATA" not in os.environ:
        pytest.skip("REAL_DATA names no folder of real files")
    rows = READERS[file](Path(os.environ["REAL_DATA"]))
    windows, held_out = examples(histories_of(rows), split)
    (num_targets, unknown_share), figures = EXPECTED[file, split]
    assert len(held_out) == num_targets
    assert round(held_out.is_unknown().mean(), 3) == unknown_share

    events = training_events(windows, held_out.num_items)
    scorers = [Popularity.fit(events), Markov.fit(events), Markov.fit(events, 5)]
    for scorer in scorers:
        ranks = rank_targets(scorer, held_out, batch_size=512)
        filtered, full = figures[scorer.name]
        assert hit_rate_and_ndcg(ranks.filtered) == filtered, scorer.name
        if full is not None:
            assert hit_rate_and_ndcg(ranks.all) == full, scorer.name
