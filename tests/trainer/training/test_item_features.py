"""Training on attributes of items, from the data set to a prediction."""

import json
from pathlib import Path

import numpy as np
import pytest

from schemas.errors import UserError
from tests.support.searches import BASE, tune, write
from tests.support.training import CATEGORY, small_options, write_cyclic_data
from trainer.__main__ import main
from trainer.data.data_set import open_data_set
from trainer.data.item_table import read_item_table
from trainer.models import ModelConfig, build_model
from trainer.runs import load_run
from trainer.serving.client import Client
from trainer.serving.export import export_model
from trainer.serving.requests import Request
from trainer.training.train import train

# Of 20 items.
ATTRIBUTES = {
    **CATEGORY,
    "note": [None] * 19 + ["only one has it"],
}
HISTORY = "2016-04-20:item3,2016-05-01:item4"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("attributes") / "data"
    return write_cyclic_data(folder, attributes=ATTRIBUTES)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, data: str) -> Path:
    folder = tmp_path_factory.mktemp("attributes") / "run"
    train(small_options(data, folder, item_features=("category", "note"), epochs=2))
    return folder


def test_a_run_says_which_attributes_it_uses(run: Path) -> None:
    config = json.loads((run / "config.json").read_text())
    assert config["item_features"] == ["category", "note"]
    metrics = json.loads((run / "metrics.json").read_text())
    assert metrics["model"]["item_features"] == [3, 1]
    model, options = load_run(str(run))
    assert options.item_features == ("category", "note")
    floats = [w for w in model.weights if w.dtype == "float32"]
    assert metrics["parameters"] == sum(int(np.prod(w.shape)) for w in floats)


def test_a_model_learns_vectors_of_values_and_stands_alone(run: Path) -> None:
    model, _ = load_run(str(run))
    learned = np.asarray(model.item_attributes.embeddings)
    assert not learned[0].any()
    assert np.abs(learned[1:]).max(axis=1).min() > 0
    rows = np.asarray(model.item_attributes.rows)
    # kind 1 is of 7 items, and of the three the largest by its bytes among equals.
    assert rows[:, 0].tolist()[1:4] == [2, 1, 3]
    assert rows[:, 1].tolist() == [0] * 20 + [4, 0]


def test_the_export_answers_as_the_model_does(run: Path) -> None:
    model, _ = load_run(str(run))
    # Both events are longer ago than there are buckets of ages.
    inputs = {"item_id": [[0, 0, 3, 4]], "days": [[0, 0, 4, 4]]}
    logits = np.asarray(model({k: np.array(v, np.int32) for k, v in inputs.items()}))[0]
    client = Client(str(run / "model"))
    request = Request((("2016-04-20", "item3"), ("2016-05-01", "item4")))
    ((_, answer),) = client.recommend([request], 20, keep_seen=True)
    order = np.argsort(-logits, kind="stable")
    assert [item for item, _ in answer] == [f"item{j + 1}" for j in order]
    assert [score for _, score in answer] == pytest.approx(logits[order], abs=1e-5)


def test_the_export_s_table_has_a_row_for_each_id(run: Path) -> None:
    table = Client(str(run / "model")).item_table
    assert table is not None
    assert table.items == tuple(f"item{j}" for j in range(1, 21))
    assert {name: list(values) for name, values in table.fields.items()} == ATTRIBUTES


def test_predict_shows_attributes_beside_items(run: Path, capsys) -> None:
    flags = [f"--model={run / 'model'}", f"--history={HISTORY}", "--top_k=18"]
    assert main(["predict", *flags, "--format=jsonl"]) == 0
    (answer,) = map(json.loads, capsys.readouterr().out.splitlines())
    recommended = answer["recommendations"]
    assert len(recommended) == 18
    for entry in recommended:
        place = int(entry["item_id"].removeprefix("item")) - 1
        assert entry["attributes"] == {n: of[place] for n, of in ATTRIBUTES.items()}
    assert main(["predict", *flags, "--format=table"]) == 0
    header, *lines = capsys.readouterr().out.splitlines()
    assert header.split() == ["rank", "item_id", "score", "category", "note"]
    start = header.index("category")
    for line, entry in zip(lines, recommended, strict=True):
        assert line[start:].startswith(entry["attributes"]["category"])
        assert line == line.rstrip()


def test_a_model_that_uses_no_attribute_is_exported_with_the_table(
    data: str, tmp_path: Path
) -> None:
    data_set = open_data_set(data)
    model = build_model(ModelConfig("gru", 20, max_length=4, units=(4,)))
    model.build()
    export_model(data_set, model, str(tmp_path / "model"), "none")
    path = tmp_path / "model" / "assets.extra" / "items.parquet"
    table = read_item_table(str(path))
    assert table is not None
    assert table.fields["note"] == tuple(ATTRIBUTES["note"])
    # It is one of the files that are looked at before an answer.
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(UserError, match=r"assets\.extra/items\.parquet is damaged"):
        Client(str(tmp_path / "model"))


def test_an_attribute_that_the_data_set_has_not(data: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="--item_features size is no attribute of"):
        train(small_options(data, tmp_path / "run", item_features=("size",)))
    assert not (tmp_path / "run").exists()


@pytest.mark.slow
@pytest.mark.parametrize(("model", "tied"), [("gru", False), ("transformer", True)])
def test_a_sampled_loss_learns_them_too(
    data: str, tmp_path: Path, model: str, tied: bool
) -> None:
    changes = {"model": model, "tie_embeddings": tied, "loss": "sampled", "epochs": 1}
    metrics = train(
        small_options(data, tmp_path / "run", item_features=("category",), **changes),
        export=False,
    )
    assert np.isfinite(metrics["loss"])
    copy, _ = load_run(str(tmp_path / "run"))
    learned = np.asarray(copy.score_attributes.embeddings)[1:]
    assert np.abs(learned).max(axis=1).min() > 0


def test_a_search_chooses_among_attributes(data: str, tmp_path: Path) -> None:
    choices = [[], ["category"], ["category", "note"]]
    space = write(tmp_path / "space.json", {"item_features": {"choices": choices}})
    base = {**BASE, "epochs": 1}
    config = write(tmp_path / "base.json", base)
    output = tmp_path / "search"
    flags = ["--data", data, "--config", config, "--space", space, "--quiet"]
    assert tune(*flags, "--output", output, "--trials", 3) == 0
    trials = json.loads((output / "trials.json").read_text())["trials"]
    tried = [trial["settings"]["item_features"] for trial in trials]
    assert sorted(tried) == choices
    assert "| none |" in (output / "trials.md").read_text()
    best = json.loads((output / "best.json").read_text())
    assert best.get("item_features", []) == tried[0]
