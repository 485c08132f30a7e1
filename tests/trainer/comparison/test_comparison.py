"""What the rows keep, and what their JSON holds."""

import json

import pytest

from tests.trainer.comparison.rows import baseline_row, comparison_of, config_row
from trainer.evaluation.measures import MEASURES


def test_the_spread_is_that_of_the_seeds():
    row = config_row()
    assert row.spread("filtered", "hr@10") == (0.28, 0.32)
    assert row.spread("all", "ndcg@10") == (0.18, 0.22)
    assert baseline_row().spread("filtered", "hr@10") is None


def test_json_holds_everything():
    comparison = comparison_of(config_row(), baseline_row())
    value = json.loads(json.dumps(comparison.to_json(), allow_nan=False))
    assert (value["data"], value["max_length"]) == ("DATA", 50)
    assert (value["split"], value["data_split"]) == ("test", "time")
    assert value["unknown_share"] == 0.25
    assert value["best_baseline"] == "item_knn"
    assert value["intervals"]["level"] == 0.95
    config, baseline = value["rows"]
    assert (config["name"], config["kind"]) == ("wide", "config")
    assert config["filtered"]["hr@10"] == 0.3
    assert config["intervals"]["all"]["ndcg@10"] == pytest.approx([0.19, 0.21])
    assert [seed["hr@10"] for seed in config["of_runs"]["filtered"]] == [0.28, 0.32]
    assert set(config["spread"]["all"]) == set(MEASURES)
    assert config["spread"]["all"]["mrr@20"] == [0.18, 0.22]
    assert config["above_best_baseline"]["hr@10"] == {
        "value": 0.05,
        "interval": [0.01, 0.09],
    }
    assert [run["metrics"]["seconds"] for run in config["runs"]] == [100.0, 140.0]
    assert [run["config"]["seed"] for run in config["runs"]] == [0, 1]
    assert (baseline["name"], baseline["kind"]) == ("item_knn", "baseline")
    assert baseline["fit_seconds"] == 0.25
    assert baseline["runs"] == []
