"""Rows of a comparison with figures that a reader can follow."""

from trainer.comparison.comparison import Comparison, Row
from trainer.comparison.trained_run import TrainedRun
from trainer.evaluation.bootstrap import Bootstrap
from trainer.evaluation.evaluation import Evaluation
from trainer.evaluation.measured import Measured
from trainer.evaluation.measures import LIST_MEASURES, MEASURES


def measured(name, filtered, full):
    """All measures of a ranking are alike, intervals reach 0.01 to both sides."""
    return Measured(
        name=name,
        filtered=dict.fromkeys((*MEASURES, *LIST_MEASURES), filtered),
        all=dict.fromkeys(MEASURES, full),
        filtered_intervals=dict.fromkeys(
            (*MEASURES, *LIST_MEASURES), (filtered - 0.01, filtered + 0.01)
        ),
        all_intervals=dict.fromkeys(MEASURES, (full - 0.01, full + 0.01)),
    )


def trained_run(seed, epochs=3, seconds=100.0, devices="CPU:0"):
    metrics = {
        "parameters": 12_345,
        "epochs": epochs,
        "best_epoch": epochs - 1,
        "seconds": seconds,
        "devices": f"{devices}; precision float32; backend tensorflow",
    }
    return TrainedRun(f"runs/wide-seed{seed}", {"seed": seed}, metrics)


def config_row(above=True):
    """A config of two seeds."""
    figures = [dict.fromkeys(MEASURES, value) for value in (0.28, 0.32)]
    full = [dict.fromkeys(MEASURES, value) for value in (0.18, 0.22)]
    difference = {m: (0.05, (0.01, 0.09)) for m in MEASURES}
    return Row(
        kind="config",
        measured=measured("wide", 0.3, 0.2),
        runs=(trained_run(0), trained_run(1, epochs=5, seconds=140.0)),
        of_runs={"filtered": tuple(figures), "all": tuple(full)},
        above=difference if above else {},
    )


def run_row():
    return Row(
        kind="run",
        measured=measured("a|b", 0.27, 0.17),
        runs=(trained_run(7, devices="GPU:0 (Fast)"),),
        above={m: (-0.01, (-0.03, 0.01)) for m in MEASURES},
    )


def baseline_row():
    return Row("baseline", measured("item_knn", 0.25, 0.15), fit_seconds=0.25)


def comparison_of(*rows, best_baseline="item_knn"):
    evaluation = Evaluation(
        split="test",
        data_split="time",
        caveat="free of leaks: nothing after the cut is used for training",
        num_items=5_000,
        num_targets=2_000,
        num_users=1_500,
        num_unknown=500,
        num_seen=30,
        measured=tuple(row.measured for row in rows),
        bootstrap=Bootstrap(),
    )
    return Comparison(
        data="DATA",
        max_length=50,
        data_settings_digest="abc",
        evaluation=evaluation,
        rows=rows,
        best_baseline=best_baseline,
    )
