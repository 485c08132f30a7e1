"""Goals, and the table of what reaches them."""

import json

import pytest

from benchmarks.common.comparisons import Compared
from benchmarks.common.data_sets import BEAUTY, DataSpec
from benchmarks.quality.target_goals import AboveBaselines, Figures, TimesBestBaseline
from benchmarks.quality.target_rows import ROWS, TargetRow
from benchmarks.quality.targets import Result, measure_targets, report_of
from trainer.config_files import read_config


def compared(name, hit_rate, ndcg, half=0.002, kind="baseline", **others):
    values = {"hr@10": hit_rate, "ndcg@10": ndcg}
    intervals = {key: (value - half, value + half) for key, value in values.items()}
    return Compared(
        name, kind, values, intervals, others.get("spread", {}), others.get("runs", ())
    )


BASELINES = (compared("popularity", 0.02, 0.01), compared("markov_5", 0.016, 0.012))


@pytest.mark.parametrize(
    ("goal", "figures", "reached"),
    [
        (Figures(0.02, 0.01), (0.02, 0.01), True),
        (Figures(0.02, 0.01), (0.03, 0.0099), False),
        (Figures(0.02, 0.01, above=True), (0.02, 0.011), False),
        (Figures(0.02, 0.01, above=True), (0.021, 0.011), True),
        (AboveBaselines(), (0.0201, 0.0121), True),
        (AboveBaselines(), (0.0201, 0.0120), False),
        (AboveBaselines(), (0.0200, 0.0121), False),
        (AboveBaselines(intervals_apart=True), (0.0239, 0.02), False),
        (AboveBaselines(intervals_apart=True), (0.0241, 0.02), True),
        (TimesBestBaseline(1.5), (0.0, 0.0181), True),
        (TimesBestBaseline(1.5), (1.0, 0.0179), False),
    ],
)
def test_a_goal_is_reached_by_both_figures(goal, figures, reached):
    row = compared("model", *figures, kind="config")
    assert goal.is_reached(row, BASELINES) is reached


def test_goals_say_what_they_ask_for():
    assert str(Figures(0.0928, 0.0531)) == "0.0928 / 0.0531"
    assert str(Figures(0.1, 0.05, above=True, of="Markov")) == (
        "above 0.1000 / 0.0500 (Markov)"
    )
    assert str(AboveBaselines()) == "above every baseline"
    assert str(AboveBaselines(True)) == "above every baseline, intervals apart"
    assert str(TimesBestBaseline(1.5)) == "1.5 times the best baseline's NDCG@10"


def run_of(seconds, epochs, best, day_feature):
    metrics = {"seconds": seconds, "epochs": epochs, "best_epoch": best}
    config = {"day_feature": day_feature}
    return {"config": config, "metrics": {**metrics, "parameters": 1234}}


def test_the_table_is_literally_this():
    runs = (run_of(100.0, 10, 5, "gap"), run_of(50.0, 8, 8, "gap"))
    spread = {"hr@10": [0.025, 0.035], "ndcg@10": [0.019, 0.021]}
    models = tuple(
        compared(name, 0.03, 0.02, kind="config", spread=spread, runs=runs)
        for name in ("fashion", "fashion (gap hidden)")
    )
    row = TargetRow(
        "rows",
        DataSpec(BEAUTY, "time", 5),
        "fashion",
        AboveBaselines(True),
        TimesBestBaseline(2.0),
    )
    report = report_of([Result(row, models, BASELINES)], "python -m benchmarks targets")
    (table,) = report.tables
    told, hidden = (dict(zip(table.headers[:6], r, strict=False)) for r in table.rows)
    assert table.rows[0][6] == table.rows[0][8] == "-"
    assert told["model"] == "fashion"
    assert hidden == {
        "data": "beauty-time-5",
        "model": "fashion (gap hidden)",
        "HR@10": "0.0300 [0.0280, 0.0320]",
        "NDCG@10": "0.0200 [0.0180, 0.0220]",
        "seeds: HR@10, NDCG@10": "2: 0.0250-0.0350, 0.0190-0.0210",
        "at least": "above every baseline, intervals apart",
    }
    assert table.rows[1][6:] == [
        "yes",
        "2 times the best baseline's NDCG@10",
        "no",
        "markov_5 0.0160 / 0.0120",
        "1,234",
        "8-10 (5-8)",
        "1 min 15 s",
        "50 s",
    ]
    told, hidden = report.figures["rows"]
    assert (told["told_next_day"], hidden["told_next_day"]) == (True, False)
    assert hidden["goals"]["at_least"]["reached"] == "yes"
    assert hidden["baselines"]["popularity"] == {"hr@10": 0.02, "ndcg@10": 0.01}


def test_rows_have_names_and_configs_of_their_own():
    assert len({row.name for row in ROWS}) == len(ROWS)
    for row in ROWS:
        assert read_config(row.config)


@pytest.mark.slow
def test_from_reviews_to_the_table_and_again(small_real_data, small_config, tmp_path):
    row = TargetRow(
        "small",
        DataSpec(BEAUTY, "leave_one_out", 5),
        str(small_config),
        Figures(0.0, 0.0),
        Figures(1.0, 1.0, above=True),
    )
    output = tmp_path / "out"
    text = measure_targets([row], [0, 1], str(output), "python -m benchmarks targets")
    assert text == (output / "targets.md").read_text()
    (found,) = json.loads((output / "targets.json").read_text())["rows"]
    assert found["goals"]["at_least"]["reached"] == "yes"
    assert found["goals"]["aim"]["reached"] == "no"
    assert set(found["baselines"]) >= {"popularity", "markov_5", "item_knn"}
    assert len(found["runs"]) == 2
    manifest = output / "data" / "beauty-leave_one_out-5" / "manifest.json"
    written = manifest.stat().st_mtime_ns
    assert measure_targets([row], [0, 1], str(output), "python -m benchmarks targets")
    assert manifest.stat().st_mtime_ns == written
    (again,) = json.loads((output / "targets.json").read_text())["rows"]
    assert again == found
