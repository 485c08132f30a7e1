"""docs/walkthrough.ipynb: it runs, and shows what the programs left."""

import base64
import json
import re
import subprocess
import sys

import nbformat
import pytest

from tests.support.programs import ROOT
from tests.support.surroundings import local_folders
from tests.support.walkthrough import (
    NOTEBOOK,
    PLOTLY,
    VARIES,
    code_cells,
    execute,
    read,
    shown,
)

CHARTS = ("months", "lengths", "bucket-chart", "popularity", "curves", "quality")
MOST_BYTES = 500_000


@pytest.fixture(scope="module")
def output(tmp_path_factory):
    return tmp_path_factory.mktemp("walkthrough")


@pytest.fixture(scope="module")
def executed(output, tmp_path_factory):
    start = tmp_path_factory.mktemp("start")
    notebook = execute(read(), start, SEAMSTRESS_OUTPUT=str(output))
    assert not list(start.iterdir())
    return notebook


def cell_of(notebook, name):
    (cell,) = (cell for cell in notebook.cells if cell.id == name)
    return cell


def table_of(notebook, name):
    """Returns the last table that a cell shows, as words by line."""
    text = cell_of(notebook, name).outputs[-1].data["text/plain"]
    return [line.split() for line in text.splitlines()]


def test_is_a_valid_notebook_whose_cells_have_names():
    notebook = read()
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) >= (4, 5)
    names = [cell.id for cell in notebook.cells]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", name) for name in names)


@pytest.mark.parametrize("command", [["check"], ["format", "--check"]], ids=" ".join)
def test_code_is_held_to_the_rules_of_the_house(command):
    done = subprocess.run(
        [sys.executable, "-m", "ruff", *command, str(NOTEBOOK)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert "No Python files found" not in done.stderr


def test_outputs_are_committed_whole_and_small():
    cells = code_cells(read())
    counts = [cell.execution_count for cell in cells]
    assert counts == list(range(1, len(cells) + 1))
    for cell in cells:
        assert {output.output_type for output in cell.outputs} <= {
            "stream",
            "display_data",
            "execute_result",
        }
        assert all(output.get("name") != "stderr" for output in cell.outputs)
    assert NOTEBOOK.stat().st_size < MOST_BYTES


def test_committed_charts_are_images_that_need_no_script():
    notebook = read()
    for name in CHARTS:
        chart = cell_of(notebook, name).outputs[-1].data
        assert set(chart) == {PLOTLY, "image/png"}
        assert base64.b64decode(chart["image/png"]).startswith(b"\x89PNG")
    assert "<script" not in NOTEBOOK.read_text()


def test_names_no_folder_of_a_machine_and_no_day_of_a_run():
    text = NOTEBOOK.read_text()
    for folder in local_folders():
        assert f"{folder}/" not in text
    assert "/site-packages/" not in text
    # The sample ends in January 2018; later days are of whoever executed it.
    days = set(re.findall(r"\b20\d\d-\d\d-\d\d\b", text))
    assert days
    assert max(days) <= "2018-01-08"


@pytest.mark.slow
def test_shows_the_counts_of_the_manifest(executed, output):
    manifest = json.loads((output / "data" / "manifest.json").read_text())
    windows = {
        split: sum(shards.values()) for split, shards in manifest["records"].items()
    }
    table = [
        (" ".join(words), int(n))
        for *words, n in table_of(executed, "run-pipeline")[1:]
    ]
    assert dict(table) == {
        "rows read": manifest["rows"]["read"],
        "rows accepted": manifest["rows"]["accepted"],
        "rows rejected": 0,
        **{f"{split} windows": windows[split] for split in ("train", "eval", "test")},
        "items in the vocabulary": manifest["num_items"],
    }
    splits = {name: count for name, count, *_ in table_of(executed, "splits")[1:]}
    assert splits == {split: f"{count:,}" for split, count in windows.items()}
    (sentence,) = shown(cell_of(executed, "compare"))
    assert sentence.startswith(f"{windows['train']:,} windows of ")
    buckets, _ = shown(cell_of(executed, "bucket-table"))
    assert buckets.startswith(f"{manifest['nb_days_buckets']} buckets ")


@pytest.mark.slow
def test_shows_the_figures_of_the_run(executed, output):
    evaluation = json.loads((output / "run" / "evaluation-test.json").read_text())
    expected = {}
    for name, measured in evaluation["measures"].items():
        interval = measured["intervals"]["filtered"]["hr@10"]
        filtered = measured["filtered"]
        figures = (filtered["hr@10"], *interval, filtered["ndcg@10"])
        expected[name] = [round(figure, 4) for figure in figures]
    header, *lines = table_of(executed, "evaluate")
    assert header == ["HR@10", "low", "high", "NDCG@10"]
    assert {
        " ".join(words[:-4]): [float(figure) for figure in words[-4:]]
        for words in lines
    } == expected
    assert len(expected) > 1
    metrics = json.loads((output / "run" / "metrics.json").read_text())
    said, _ = shown(cell_of(executed, "train"))[-2:]
    assert f"the best epoch is {metrics['best_epoch']}." in said


@pytest.mark.slow
def test_recommends_five_items_to_each_of_three_users(executed):
    shows = shown(cell_of(executed, "recommendations"))
    assert sum("who then took" in text for text in shows) == 3
    tables = [text for text in shows if "recommended" in text]
    assert [len(table.splitlines()) for table in tables] == [6, 6, 6]


@pytest.mark.slow
def test_charts_are_for_notebooks_and_for_pages(executed):
    for name in CHARTS:
        chart = cell_of(executed, name).outputs[-1].data
        assert chart[PLOTLY]["data"]
        assert "Plotly.newPlot" in chart["text/html"]


@pytest.mark.slow
def test_what_is_committed_is_what_the_code_shows(executed):
    committed = code_cells(read())
    for cell, again in zip(committed, code_cells(executed), strict=True):
        shows, shows_again = shown(cell), shown(again)
        if VARIES in cell.metadata.get("tags", ()):
            assert len(shows) == len(shows_again), cell.id
        else:
            assert shows == shows_again, (
                f"{cell.id}: run `python -m tests.support.walkthrough`"
            )
