"""The baselines reach the figures measured apart from this code on real files."""

import itertools
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.trainer.evaluation.real_windows import (
    examples,
    histories_of,
    read_beauty,
    read_rent_the_runway,
)
from trainer.baselines import fit_baselines
from trainer.data.data_set import open_data_set
from trainer.data.training_events import load_training_events, training_events
from trainer.evaluation.held_out import load_held_out
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
            "recent_popularity": ((0.0016, 0.0006), (0.0017, 0.0007)),
            "markov_1": ((0.0167, 0.0089), (0.0189, 0.0111)),
            "markov_5": ((0.0163, 0.0085), (0.0185, 0.0107)),
            "item_knn": ((0.0046, 0.0023), (0.0045, 0.0022)),
        },
    ),
    ("rent_the_runway", "time"): (
        (4_156, 0.403),
        {
            "popularity": ((0.0036, 0.0014), (0.0036, 0.0014)),
            "recent_popularity": ((0.0034, 0.0015), (0.0036, 0.0017)),
            "markov_1": ((0.0051, 0.0023), (0.0055, 0.0027)),
            "markov_5": ((0.0043, 0.0021), (0.0048, 0.0025)),
            "item_knn": ((0.0019, 0.0009), (0.0014, 0.0008)),
        },
    ),
    ("beauty", "leave_one_out"): (
        (22_363, 0.006),
        {
            "popularity": ((0.0120, 0.0056), None),
            "markov_1": ((0.0670, 0.0440), None),
            "markov_5": ((0.0742, 0.0481), None),
            "item_knn": ((0.0616, 0.0359), None),
        },
    ),
    ("beauty", "time"): (
        (9_327, 0.228),
        {
            "popularity": ((0.0105, 0.0053), None),
            "markov_1": ((0.0437, 0.0283), None),
            "markov_5": ((0.0464, 0.0299), None),
            "item_knn": ((0.0485, 0.0292), None),
        },
    ),
}


def hit_rate_and_ndcg(ranks):
    measures = measure(ranks)
    return round(measures["hr@10"], 4), round(measures["ndcg@10"], 4)


def check(events, held_out, figures):
    """Asserts what every baseline with figures reaches on the held-out targets."""
    for scorer in fit_baselines(events, figures):
        ranks = rank_targets(scorer, held_out, batch_size=512)
        filtered, full = figures[scorer.name]
        assert hit_rate_and_ndcg(ranks.filtered) == filtered, scorer.name
        if full is not None:
            assert hit_rate_and_ndcg(ranks.all) == full, scorer.name


@pytest.fixture
def real_data():
    if "REAL_DATA" not in os.environ:
        pytest.skip("REAL_DATA names no folder of real files")
    return Path(os.environ["REAL_DATA"])


@pytest.mark.slow
@pytest.mark.parametrize(("file", "split"), EXPECTED)
def test_baselines_reach_the_measured_figures(real_data, file, split):
    rows = READERS[file](real_data)
    windows, held_out = examples(histories_of(rows), split)
    (num_targets, unknown_share), figures = EXPECTED[file, split]
    assert len(held_out) == num_targets
    assert round(held_out.is_unknown().mean(), 3) == unknown_share
    check(training_events(windows, held_out.num_items), held_out, figures)


# Runs in a process of its own: tf.Transform changes which Keras TensorFlow takes.
PIPELINE_FLAGS = {
    "rent_the_runway": ("renttherunway_user_item_date.csv.gz", "review_date", "iso"),
    "beauty": ("beauty_user_item_timestamp.tsv.gz", "timestamp", "unix_s"),
}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("file", "split"), [("rent_the_runway", "time"), ("beauty", "leave_one_out")]
)
def test_so_they_do_on_the_records_of_the_pipeline(real_data, tmp_path, file, split):
    name, date_field, date_format = PIPELINE_FLAGS[file]
    output = str(tmp_path / "data")
    flags = {
        "--input": str(real_data / name),
        "--output": output,
        "--date_field": date_field,
        "--date_format": date_format,
        "--split": split,
    }
    program = [sys.executable, "-m", "pipeline"]
    subprocess.run([*program, *itertools.chain(*flags.items())], check=True)
    data_set = open_data_set(output)
    held_out = load_held_out(data_set, "test")
    (num_targets, unknown_share), figures = EXPECTED[file, split]
    assert len(held_out) == num_targets
    assert round(held_out.is_unknown().mean(), 3) == unknown_share
    check(load_training_events(data_set), held_out, figures)
