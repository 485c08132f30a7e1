"""What `python -m trainer train` says when it is done."""

import json
import shlex

import pytest

from tests.support.data_sets import cyclic_windows, write_data_set
from tests.support.small_reviews import entries
from tests.support.training import SMALL, write_cyclic_data
from trainer.__main__ import main, make_parser


def test_the_commands_to_go_on_with_can_be_pasted(tmp_path, capsys):
    data = write_cyclic_data(tmp_path / "my data")
    run, config = tmp_path / "my run", tmp_path / "small.json"
    config.write_text(json.dumps({**SMALL, "units": [16], "epochs": 1}))
    argv = ["train", f"--data={data}", f"--output={run}", f"--config={config}"]
    assert main(argv) == 0
    printed = [shlex.split(line) for line in capsys.readouterr().out.splitlines()]
    commands = [words[words.index("-m") + 2 :] for words in printed if "-m" in words]
    evaluate, predict = [make_parser().parse_args(words) for words in commands]
    assert (evaluate.run, evaluate.data) == (str(run), data)
    assert predict.model == f"{run}/model"
    assert ["tensorboard", "--logdir", f"{run}/logs"] in printed


def test_where_nothing_is_held_out_nothing_is_measured_next(tmp_path, capsys):
    windows = cyclic_windows(32, 5, 3, seed=1)
    shape = {"num_items": 5, "max_length": 3, "with_graph": True}
    data = write_data_set(tmp_path / "data", windows, **shape)
    config = tmp_path / "small.json"
    config.write_text(json.dumps({**SMALL, "units": [16], "epochs": 1}))
    argv = ["train", f"--data={data}", f"--output={tmp_path}/run"]
    assert main([*argv, f"--config={config}"]) == 0
    printed = capsys.readouterr().out
    assert (
        "next      (nothing is held out, so there is nothing to measure on)" in printed
    )
    assert "trainer evaluate" not in printed


@pytest.mark.parametrize("command", ["train", "compare", "tune"])
def test_no_command_writes_into_a_data_set(tmp_path, capsys, command):
    data = write_cyclic_data(tmp_path / "data")
    before = entries(tmp_path / "data")
    argv = {
        "train": ["--overwrite"],
        "compare": ["--configs=quick"],
        "tune": ["--trials=1"],
    }
    assert main([command, f"--data={data}", f"--output={data}", *argv[command]]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert f"{data} holds what the pipeline wrote (manifest.json); choose" in line
    assert entries(tmp_path / "data") == before


def test_a_log_in_place_of_a_data_set_is_named_with_the_command_for_it(
    tmp_path, capsys
):
    log = tmp_path / "log.csv"
    log.write_text("user_id,item_id,date\n")
    assert main(["train", f"--data={log}", f"--output={tmp_path}/run"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert f"{log} is a file and no data set" in line
    assert f"python -m pipeline --input {log} --output data" in line


def test_a_report_of_a_data_set_that_has_moved_names_the_flag(tmp_path, capsys):
    data = write_cyclic_data(tmp_path / "data")
    config = tmp_path / "small.json"
    config.write_text(json.dumps({**SMALL, "units": [16], "epochs": 1}))
    run = f"{tmp_path}/run"
    train = ["train", f"--data={data}", f"--output={run}", f"--config={config}"]
    assert main(train) == 0
    (tmp_path / "data").rename(tmp_path / "moved")
    capsys.readouterr()
    assert main(["report", f"--run={run}"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.endswith("if it has moved, say where it is with --data.")
    assert main(["report", f"--run={run}", f"--data={tmp_path}/moved"]) == 0
