"""`python -m trainer inspect` on runs that the trainer made."""

import json
import re
import shutil

import pytest

from schemas.manifest import Manifest
from tests.support.training import small_options, write_cyclic_data
from trainer.__main__ import main
from trainer.training.train import train


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return write_cyclic_data(tmp_path_factory.mktemp("data") / "set")


@pytest.fixture(scope="module")
def run(data, tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs") / "run"
    train(small_options(data, folder, epochs=2, quiet=True), export=False)
    return folder


@pytest.fixture
def copy(run, tmp_path):
    """A copy to be changed."""
    return shutil.copytree(run, tmp_path / "run")


def inspect(capsys, *arguments):
    """Returns status, lines of stdout and lines of stderr."""
    capsys.readouterr()
    status = main(["inspect", *map(str, arguments)])
    shown = capsys.readouterr()
    return status, shown.out.splitlines(), shown.err.splitlines()


def value_of(lines, name):
    (line,) = (line for line in lines if line.startswith(f"{name} "))
    return line.removeprefix(name).strip()


def test_says_what_the_run_holds(capsys, run, data):
    status, lines, errors = inspect(capsys, run, "--windows", 0)
    assert (status, errors) == (0, [])
    metrics = json.loads((run / "metrics.json").read_text())
    assert value_of(lines, "run") == f"{run}, finished"
    assert value_of(lines, "finished").endswith(" UTC")
    model = value_of(lines, "model")
    assert model.startswith("lstm, item vectors of 8, layers of 16, ")
    assert f"{metrics['parameters']:,} parameters, 20 items, 4 events" in model
    assert value_of(lines, "training").startswith("2 of at most 2 epochs in ")
    best = value_of(lines, "best epoch")
    assert best.startswith(f"{metrics['best_epoch']}: loss {metrics['loss']:.4f}")
    assert f"val_ndcg@10 {metrics['val_ndcg@10']:.4f}" in best
    assert value_of(lines, "settings") == (
        "--day_feature age, --day_embedding 2, --dropout 0.0, --no-tie_embeddings, "
        "--loss full, --train_positions all, --unknown_rate 0.0, --batch_size 32, "
        "--learning_rate 0.02, --learning_rate_schedule constant, --weight_decay 0.0, "
        "--seed 0"
    )
    assert value_of(lines, "learned from") == (
        f"{data}: 150 train, 30 eval windows, --split time"
    )
    assert value_of(lines, "measure") == (
        f"python -m trainer evaluate --run {run} --data {data}"
    )


def test_shows_windows_of_its_data_set(capsys, run):
    _, lines, _ = inspect(capsys, run, "--windows", 2, "--split", "eval")
    heads = [line for line in lines if line.startswith("eval window ")]
    assert [head.split(":")[0] for head in heads] == ["eval window 1", "eval window 2"]
    assert "user with the digest " in heads[0]
    _, lines, _ = inspect(capsys, run, "--windows", 1, "--show_users")
    assert "train window 1: user u" in "\n".join(lines)


def test_figures_of_evaluate_are_shown(capsys, copy, data):
    argv = ["evaluate", f"--run={copy}", f"--data={data}", "--resamples=100"]
    assert main(argv) == 0
    _, lines, _ = inspect(capsys, copy, "--windows", 0)
    evaluation = json.loads((copy / "evaluation-eval.json").read_text())
    of, *_ = evaluation["measures"].values()
    measured = value_of(lines, "measured")
    assert measured.startswith(
        f"eval, 30 targets: HR@10 {of['filtered']['hr@10']:.4f}, "
        f"NDCG@10 {of['filtered']['ndcg@10']:.4f} (best baseline "
    )
    assert measured.endswith("; the kept epoch was chosen on these targets")
    assert not any(line.startswith("measure ") for line in lines)


def test_a_model_kept_from_the_gap_stands_beside_the_baselines(capsys, copy):
    names = ("gru", "gru (gap hidden)", "markov_chain")
    figures = zip(names, (0.5, 0.4, 0.3), strict=True)
    measures = {
        name: {"filtered": {"hr@10": value, "ndcg@10": value}}
        for name, value in figures
    }
    value = {"targets": 30, "measures": measures}
    (copy / "evaluation-test.json").write_text(json.dumps(value))
    _, lines, _ = inspect(capsys, copy, "--windows", 0)
    assert value_of(lines, "measured") == (
        "test, 30 targets: HR@10 0.5000, NDCG@10 0.5000, (gap hidden) HR@10 0.4000, "
        "NDCG@10 0.4000 (best baseline markov_chain: HR@10 0.3000, NDCG@10 0.3000)"
    )
    del measures["markov_chain"]
    (copy / "evaluation-test.json").write_text(json.dumps(value))
    _, lines, _ = inspect(capsys, copy, "--windows", 0)
    assert value_of(lines, "measured").endswith(
        "(gap hidden) HR@10 0.4000, NDCG@10 0.4000"
    )


def test_figures_of_nothing_hit_are_shown(capsys, copy):
    metrics = json.loads((copy / "metrics.json").read_text())
    zero = {"val_hr@10": 0.0, "val_ndcg@10": 0.0}
    (copy / "metrics.json").write_text(json.dumps({**metrics, **zero}))
    _, lines, _ = inspect(capsys, copy, "--windows", 0)
    best = value_of(lines, "best epoch")
    assert best.endswith(", val_hr@10 0.0000, val_ndcg@10 0.0000")


def test_page_and_export_are_named_where_they_are(capsys, copy):
    _, lines, _ = inspect(capsys, copy, "--windows", 0)
    assert not any(line.startswith(("look at", "ask it")) for line in lines)
    (copy / "report.html").touch()
    (copy / "model").mkdir()
    (copy / "model" / "saved_model.pb").touch()
    _, lines, _ = inspect(capsys, copy, "--windows", 0)
    assert value_of(lines, "look at") == f"{copy}/report.html"
    assert value_of(lines, "ask it").startswith(
        f"python -m trainer predict --model {copy}/model --history"
    )


def test_unfinished_run_says_how_to_go_on(capsys, copy):
    (copy / "metrics.json").unlink()
    status, lines, _ = inspect(capsys, copy, "--windows", 0)
    assert status == 0
    assert value_of(lines, "run") == f"{copy}, not finished"
    assert value_of(lines, "training") == "2 of at most 2 epochs are finished"
    assert value_of(lines, "last epoch").startswith("loss ")
    assert value_of(lines, "go on with") == (
        f"python -m trainer train --config {copy}/config.json --output {copy}"
    )


def test_replacement_in_the_making_is_told(capsys, copy):
    staged = copy / ".training"
    staged.mkdir()
    shutil.copy(copy / "config.json", staged)
    _, lines, _ = inspect(capsys, copy, "--windows", 0)
    assert "finished; a run that is to replace it has 0 finished" in lines[0]
    for name in ("config.json", "metrics.json", "history.csv"):
        (copy / name).unlink()
    _, lines, _ = inspect(capsys, copy, "--windows", 0)
    assert value_of(lines, "run") == f"{copy}, not finished"
    assert value_of(lines, "go on with") == (
        f"python -m trainer train --config {copy}/.training/config.json "
        f"--output {copy} --overwrite"
    )


def test_data_set_that_is_gone_is_no_failure(capsys, copy):
    config = json.loads((copy / "config.json").read_text())
    (copy / "config.json").write_text(json.dumps({**config, "data": "gone/set"}))
    status, lines, _ = inspect(capsys, copy)
    assert status == 0
    assert value_of(lines, "learned from").startswith(
        "gone/set, which cannot be shown: there is no data set at gone/set"
    )
    assert not any("window 1" in line for line in lines)


@pytest.mark.parametrize(
    ("part", "name", "value"),
    [
        ("settings", "min_rating", 3.0),
        ("digests", "train/", "0" * 64),
    ],
)
def test_another_data_set_is_not_shown_as_its_own(
    capsys, copy, data, tmp_path, part, name, value
):
    other = shutil.copytree(data, tmp_path / "other")
    manifest = Manifest.from_json((other / "manifest.json").read_text(), "")
    changed = getattr(manifest, part)
    known = (of_file for of_file in changed if of_file.startswith(name))
    changed[next(known, name)] = value
    (other / "manifest.json").write_text(manifest.to_json())
    config = json.loads((copy / "config.json").read_text())
    (copy / "config.json").write_text(json.dumps({**config, "data": str(other)}))
    status, lines, _ = inspect(capsys, copy)
    assert status == 0
    assert value_of(lines, "learned from") == (
        f"{other}, where a data set of other {part.replace('digests', 'files')} is now"
    )


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ({}, "there is no run at .*; make one with `python -m trainer train"),
        (
            {"manifest.json": "{}"},
            "no run but a data set; see `python -m pipeline insp",
        ),
        ({"notes.txt": ""}, "is no run: it holds 'notes.txt' and no config.json"),
        ({"assets.extra/seamstress.json": ""}, "is the exported model of a run; name"),
        ({"config.json": "{"}, r"config.json is damaged \("),
        ({"config.json": "{}"}, "its config.json does not name data, model, units"),
        (
            {"config.json": json.dumps({"data": "d", "model": "lstm", "units": 3})},
            "is damaged or of another version",
        ),
        (
            {
                "config.json": json.dumps({"data": "d", "model": "lstm", "units": [3]}),
                "metrics.json": json.dumps({"epochs": 3}),
            },
            "is damaged or of another version",
        ),
    ],
)
def test_what_is_no_run_is_one_sentence(capsys, tmp_path, files, sentence):
    for name, text in files.items():
        path = tmp_path / "run" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    status, lines, errors = inspect(capsys, tmp_path / "run")
    assert (status, lines) == (1, [])
    (error,) = errors
    assert re.search(sentence, error)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "the following arguments are required: RUN"),
        (["a", "--windows=-2"], "--windows must be at least 0, got -2"),
        (["ftp://a/b"], "--run ftp://a/b is in no storage that the trainer knows"),
        (["a", "--windws", "3"], "unknown flag --windws; did you mean --windows?"),
    ],
)
def test_mistake_on_the_command_line_is_one_sentence(capsys, arguments, sentence):
    status, lines, errors = inspect(capsys, *arguments)
    assert (status, lines) == (2, [])
    (error,) = errors
    assert sentence in error
