import json
from pathlib import Path

import pytest

from schemas.errors import UserError
from tests.support.small_reviews import entries
from trainer.models import ModelConfig, build_model
from trainer.options import TrainOptions
from trainer.runs import finish_run, load_run, prepare_run


def _finished(folder: Path) -> Path:
    prepare_run(str(folder), overwrite=False)
    model = build_model(ModelConfig("lstm", 5, item_embedding=3, units=(4,)))
    model.build()
    model.save(folder / "model.keras")
    options = TrainOptions(data="D", output=str(folder))
    (folder / "config.json").write_text(json.dumps(options.to_json()))
    (folder / "metrics.json").write_text("{}")
    return folder


def test_reads_the_model_and_its_options(tmp_path: Path) -> None:
    model, options = load_run(str(_finished(tmp_path / "run")))
    assert model.config.num_items == 5
    assert options == TrainOptions(data="D", output=str(tmp_path / "run"))


def test_a_run_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"there is no run at .*none; make one with"):
        load_run(str(tmp_path / "none"))


def test_a_run_that_did_not_finish(tmp_path: Path) -> None:
    folder = _finished(tmp_path / "run")
    (folder / "metrics.json").unlink()
    with pytest.raises(UserError, match=r"holds no metrics\.json.* did not finish"):
        load_run(str(folder))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("model.keras", b"nothing"),
        ("config.json", b"{"),
        ("config.json", b'{"data": "D", "dropout": 1}'),
        ("config.json", b'{"data": "D", "no_such_option": 1}'),
    ],
)
def test_a_damaged_run(tmp_path: Path, name: str, content: bytes) -> None:
    folder = _finished(tmp_path / "run")
    (folder / name).write_bytes(content)
    with pytest.raises(UserError, match="run is damaged or of another version"):
        load_run(str(folder))


def test_a_missing_model(tmp_path: Path) -> None:
    folder = _finished(tmp_path / "run")
    (folder / "model.keras").unlink()
    with pytest.raises(UserError, match="run is damaged or of another version"):
        load_run(str(folder))


def test_a_run_takes_the_place_of_the_old_one_when_it_is_finished(
    tmp_path: Path,
) -> None:
    folder = _finished(tmp_path / "run")
    (folder / "notes.txt").write_text("mine")
    (folder / "evaluation-test.json").write_text("{}")
    before = entries(folder)
    with pytest.raises(UserError, match="already holds a finished run"):
        prepare_run(str(folder), overwrite=False)
    staged = prepare_run(str(folder), overwrite=True)
    assert staged.parent == folder
    (staged / "config.json").write_text("{}")
    (staged / "metrics.json").write_text("new")
    made = {f"{staged.name}/config.json": b"{}", f"{staged.name}/metrics.json": b"new"}
    assert entries(folder) == before | made
    finish_run(str(folder), overwrite=True)
    assert entries(folder) == {
        "notes.txt": b"mine",
        "config.json": b"{}",
        "metrics.json": b"new",
    }
    assert {path.name for path in folder.iterdir() if path.is_dir()} == {"checkpoints"}


def test_what_a_stopped_replacement_left_goes_with_the_next_run(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    staged = prepare_run(str(folder), overwrite=True)
    options = TrainOptions(data="D", output=str(folder))
    (staged / "config.json").write_text(json.dumps(options.to_json()))
    prepare_run(str(folder), overwrite=False)
    (folder / "checkpoints" / "state.npz").write_text("state")
    finish_run(str(folder), overwrite=False)
    assert [path.name for path in folder.iterdir()] == ["checkpoints"]
    assert not list((folder / "checkpoints").iterdir())


def test_what_an_unfinished_run_left_is_replaced(tmp_path: Path) -> None:
    folder = prepare_run(str(tmp_path / "run"), overwrite=False)
    options = TrainOptions(data="D", output=str(folder))
    (folder / "config.json").write_text(json.dumps(options.to_json()))
    (folder / "checkpoints" / "best-1.weights.h5").write_text("half")
    prepare_run(str(folder), overwrite=False)
    assert list((folder / "checkpoints").iterdir()) == []


@pytest.mark.parametrize("overwrite", [False, True])
@pytest.mark.parametrize(
    "name",
    [
        "config.json",
        "logs/mine",
        "model/mine",
        "evaluation-mine.json",
        ".training/logs/mine",
    ],
)
def test_files_that_are_of_no_run_are_kept(
    tmp_path: Path, name: str, overwrite: bool
) -> None:
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).write_text('{"mine": 1}')
    with pytest.raises(UserError, match=r"is of no run of the trainer and would be"):
        prepare_run(str(tmp_path), overwrite=overwrite)
    assert (tmp_path / name).read_text() == '{"mine": 1}'


def test_a_run_whose_options_are_damaged_can_be_replaced(tmp_path: Path) -> None:
    folder = _finished(tmp_path / "run")
    metrics = {"best_epoch": 1, "data_settings_digest": "0"}
    (folder / "metrics.json").write_text(json.dumps(metrics))
    (folder / "config.json").write_text("{")
    staged = prepare_run(str(folder), overwrite=True)
    assert [path.name for path in staged.iterdir()] == ["checkpoints"]


def test_an_empty_folder_is_in_nobodys_way(tmp_path: Path) -> None:
    (tmp_path / "run" / "logs").mkdir(parents=True)
    folder = prepare_run(str(tmp_path / "run"), overwrite=False)
    assert [path.name for path in folder.iterdir()] == ["checkpoints"]


def test_an_output_that_cannot_be_a_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="file cannot be written"):
        prepare_run(str(tmp_path / "file"), overwrite=False)
    # Never a folder called "gs:" where a command has opened nothing in its place.
    with pytest.raises(ValueError, match="no local folder stands for 'gs://b/run'"):
        prepare_run("gs://b/run", overwrite=False)
    assert not Path("gs:").exists()
