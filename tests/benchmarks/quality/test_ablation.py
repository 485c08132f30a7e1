"""What is varied, and the table of it."""

import json

import pytest

from benchmarks.common.comparisons import Compared
from benchmarks.common.configs import SMALL_NOTEBOOK
from benchmarks.common.data_sets import RENT_THE_RUNWAY, DataSpec
from benchmarks.quality.ablation import Line, measure_ablation, report_of
from benchmarks.quality.ablation_rows import (
    DEFAULTS,
    NOTEBOOK_LOSS,
    Variant,
    is_base,
    variants,
)
from trainer.config_files import read_config
from trainer.options import TrainOptions

BASE = TrainOptions(**read_config(SMALL_NOTEBOOK), data="-", output="-").to_json()


def test_every_variant_is_a_config_of_its_own():
    names = [variant.name for variant in variants()]
    assert len(set(names)) == len(names)
    for variant in variants():
        config = variant.config({k: v for k, v in BASE.items() if k != "data"})
        TrainOptions(**config, data="-", output="-")


def test_every_setting_has_one_value_that_is_the_bases():
    same = [variant.name for variant in variants() if is_base(variant, BASE)]
    settings = {name.partition("-")[0] for name in map(str, names_of(variants()))}
    settings.remove(DEFAULTS)
    assert {name.partition("-")[0] for name in same} == settings
    assert len(same) == len(settings)
    assert NOTEBOOK_LOSS not in same


def names_of(found):
    return [variant.name for variant in found]


def row(name, hit_rate, seconds, best):
    metrics = {"seconds": seconds, "windows_per_second": 1234.5}
    run = {
        "config": {"day_feature": "age"},
        "metrics": {**metrics, "epochs": 10, "best_epoch": best},
    }
    values = {"hr@10": hit_rate, "ndcg@10": hit_rate / 2}
    intervals = {key: (value - 0.001, value + 0.001) for key, value in values.items()}
    return Compared(name, "config", values, intervals, {}, (run,))


def test_the_table_is_literally_this():
    base = row("base", 0.02, 50.0, 4)
    lines = [
        Line("base", "base", base),
        Line("model-lstm", "model: lstm", None),
        Line("model-gru", "model: gru", row("model-gru", 0.03, 40.0, 2)),
    ]
    report = report_of({"beauty": lines}, {"model": "lstm"}, "python -m benchmarks")
    (table,) = report.tables
    assert table.markdown() == [
        "## beauty",
        "",
        "| change      |                   HR@10 |                 NDCG@10 |"
        " epochs (best) | training | windows/s |",
        "| ----------- | ----------------------: | ----------------------: |"
        " ------------: | -------: | --------: |",
        "| base        | 0.0200 [0.0190, 0.0210] | 0.0100 [0.0090, 0.0110] |"
        "        10 (4) |     50 s |     1,234 |",
        "| model: lstm |                 as base |                 as base |"
        "               |          |           |",
        "| model: gru  | 0.0300 [0.0290, 0.0310] | 0.0150 [0.0140, 0.0160] |"
        "        10 (2) |     40 s |     1,234 |",
        "",
        "Training up to the best epoch, the fastest model first: gru 8 s, lstm 20 s.",
    ]
    assert report.figures["rows"]["beauty"][1] == {
        "name": "model-lstm",
        "change": "model: lstm",
        "as_base": True,
    }


@pytest.mark.slow
def test_from_data_sets_to_the_table(
    small_real_data, write_built, small_config, tmp_path
):
    wanted = ("day_feature-age", "day_feature-gap", "max_length-3", NOTEBOOK_LOSS)
    found = [*variants(), Variant("max_length-3", "max_length: 3", max_length=3)]
    chosen = [variant for variant in found if variant.name in wanted]
    output = tmp_path / "out"
    for length in (5, 3):
        write_built(DataSpec(RENT_THE_RUNWAY, "leave_one_out", length), output)
    base = json.loads(small_config.read_text())
    text = measure_ablation(
        [RENT_THE_RUNWAY], chosen, base, str(output), "python -m benchmarks ablation"
    )
    assert text == (output / "ablation.md").read_text()
    rows = json.loads((output / "ablation.json").read_text())["rows"]["rent_the_runway"]
    assert [line["change"] for line in rows] == [
        "base",
        "loss: the notebook's",
        "day_feature: age",
        "day_feature: gap",
        "day_feature: gap (gap hidden)",
        "max_length: 3",
    ]
    assert [line["name"] for line in rows if line["as_base"]] == ["day_feature-age"]
    for line in rows:
        if not line["as_base"]:
            low, high = line["intervals"]["ndcg@10"]
            assert low <= line["values"]["ndcg@10"] <= high
            assert line["run"]["metrics"]["epochs"] == 1
    config = output / "configs" / "day_feature-gap.json"
    assert json.loads(config.read_text())["day_feature"] == "gap"
