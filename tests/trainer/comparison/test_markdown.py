"""The Markdown table, cell by cell."""

from dataclasses import replace

from tests.trainer.comparison.rows import (
    baseline_row,
    comparison_of,
    config_row,
    run_row,
)
from trainer.comparison.markdown import format_markdown
from trainer.evaluation import caveats_of_runs


def tables_of(text):
    """Returns the tables as lists of rows, each by header."""
    tables = []
    for block in text.split("\n\n"):
        lines = block.strip().splitlines()
        if not lines[0].startswith("|"):
            continue
        header, rule, *rows = (
            [cell.strip() for cell in line[2:-2].split(" | ")] for line in lines
        )
        assert all(set(cell) <= {"-", ":"} for cell in rule)
        tables.append([dict(zip(header, row, strict=True)) for row in rows])
    return tables


def test_says_what_was_measured_on():
    text = format_markdown(comparison_of(config_row(), baseline_row()))
    assert text.startswith("# Comparison on the test split\n\n")
    for words in (
        "`DATA`, `--split time` (free of leaks: nothing after the cut",
        "windows of up to 50 items",
        "2,000 targets of 1,500 users, ranked among 5,000 items",
        "25.0 % of the targets are unknown items (always a miss), 1.5 % were seen",
        "95 % intervals over users",
    ):
        assert words in text


def test_of_a_single_user_there_is_no_interval():
    row = config_row()
    without = replace(
        row,
        measured=replace(
            row.measured,
            filtered_intervals=dict.fromkeys(row.measured.filtered_intervals),
            all_intervals=dict.fromkeys(row.measured.all_intervals),
        ),
        above={measure: (value, None) for measure, (value, _) in row.above.items()},
    )
    compared = comparison_of(without, baseline_row())
    of_one = replace(compared.evaluation, num_users=1)
    text = format_markdown(replace(compared, evaluation=of_one))
    assert "- In brackets: 95 % intervals over users; none of a single one\n" in text
    filtered, _ = tables_of(text)
    assert filtered[0]["NDCG@10"] == "0.3000 -"
    assert filtered[0]["NDCG@10 above item_knn"] == "+0.0500 -"


def test_says_what_must_be_known_of_the_runs():
    compared = comparison_of(config_row(), baseline_row())
    chosen = "- the epoch that a run keeps was chosen on these targets"
    latest = "- --item_features: an item's latest value, of held-out events too"
    assert chosen not in format_markdown(compared)
    caveats = caveats_of_runs("eval", with_attributes=True)
    of_runs = replace(
        compared, evaluation=replace(compared.evaluation, caveats=caveats)
    )
    assert f"\n{chosen}" in format_markdown(of_runs)
    assert f"\n{latest}" in format_markdown(of_runs)


def test_the_cells_of_both_rankings():
    rows = (config_row(), run_row(), baseline_row())
    filtered, full = tables_of(format_markdown(comparison_of(*rows)))
    assert filtered == [
        {
            "model": "wide",
            "HR@10": "0.3000 [0.2900, 0.3100]",
            "NDCG@10": "0.3000 [0.2900, 0.3100]",
            "seeds: HR@10, NDCG@10": "2: 0.2800-0.3200, 0.2800-0.3200",
            "NDCG@10 above item_knn": "+0.0500 [+0.0100, +0.0900]",
            "MRR@20": "0.3000",
            "coverage@10": "0.3000",
            "parameters": "12,345",
            "epochs": "3-5 (2-4)",
            "training": "2 min 0 s",
            "device": "CPU:0",
        },
        {
            "model": "a\\|b",
            "HR@10": "0.2700 [0.2600, 0.2800]",
            "NDCG@10": "0.2700 [0.2600, 0.2800]",
            "seeds: HR@10, NDCG@10": "1",
            "NDCG@10 above item_knn": "-0.0100 [-0.0300, +0.0100]",
            "MRR@20": "0.2700",
            "coverage@10": "0.2700",
            "parameters": "12,345",
            "epochs": "3 (2)",
            "training": "1 min 40 s",
            "device": "GPU:0 (Fast)",
        },
        {
            "model": "item_knn",
            "HR@10": "0.2500 [0.2400, 0.2600]",
            "NDCG@10": "0.2500 [0.2400, 0.2600]",
            "seeds: HR@10, NDCG@10": "",
            "NDCG@10 above item_knn": "",
            "MRR@20": "0.2500",
            "coverage@10": "0.2500",
            "parameters": "",
            "epochs": "",
            "training": "0.25 s",
            "device": "CPU",
        },
    ]
    assert [row["model"] for row in full] == ["wide", "a\\|b", "item_knn"]
    assert full[0]["HR@10"] == "0.2000 [0.1900, 0.2100]"
    assert full[0]["seeds: HR@10, NDCG@10"] == "2: 0.1800-0.2200, 0.1800-0.2200"
    assert set(filtered[0]) - set(full[0]) == {"NDCG@10 above item_knn", "coverage@10"}


def test_leaves_out_columns_that_would_be_empty():
    text = format_markdown(comparison_of(config_row(above=False), best_baseline=None))
    assert "above" not in text
    text = format_markdown(comparison_of(baseline_row()))
    assert "seeds" not in text
    assert "above" not in text
    assert "epochs" not in text.lower()
    assert "parameters" not in text


def test_columns_line_up():
    rows = (config_row(), run_row(), baseline_row())
    lines = format_markdown(comparison_of(*rows)).splitlines()
    widths = [len(line) for line in lines if line.startswith("|")]
    assert len(set(widths[:5])) == len(set(widths[5:])) == 1
