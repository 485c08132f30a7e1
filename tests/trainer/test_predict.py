"""`python -m trainer predict`, through its flags."""

import gzip
import json
import shutil
import subprocess
import sys

import pytest

from tests.trainer.serving import catalogue
from tests.trainer.serving.catalogue import ask
from trainer.__main__ import main
from trainer.serving.request_batches import MOST_ROWS

HISTORY = "2016-04-20:b,2016-05-01:d,2016-11-30:a"
ROW = [("2016-04-20", "b"), ("2016-05-01", "d"), ("2016-11-30", "a")]


def predict(*flags: object, model: object = None) -> int:
    model = catalogue.export() if model is None else model
    return main(["predict", "--model", str(model), *map(str, flags)])


def answers(capsys) -> list[dict]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def expected(row, as_of="", top_k=10, signature="serving_default") -> list[dict]:
    answer = ask([row], [as_of], top_k, signature)
    return [
        {"item_id": item, "score": pytest.approx(score, abs=1e-5)}
        for item, score in zip(answer.items[0], answer.scores[0], strict=True)
        if item
    ]


def test_one_history_as_json_lines(capsys):
    assert predict("--history", HISTORY, "--top_k", 3) == 0
    assert answers(capsys) == [{"recommendations": expected(ROW, top_k=3)}]


def test_a_short_answer_has_no_blanks(capsys):
    assert predict("--history", HISTORY, "--top_k", 100) == 0
    (answer,) = answers(capsys)
    assert len(answer["recommendations"]) == len(catalogue.ITEMS) - 3


def test_as_of_and_keep_seen(capsys):
    flags = ("--history", HISTORY, "--as_of", "2016-05-02", "--keep_seen")
    assert predict(*flags) == 0
    assert answers(capsys) == [
        {"recommendations": expected(ROW, "2016-05-02", signature="keep_seen")}
    ]


def test_a_table(capsys):
    assert predict("--history", HISTORY, "--top_k", 2, "--format", "table") == 0
    first, second = expected(ROW, top_k=2)
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert lines[0] == ["rank", "item_id", "score"]
    assert [line[0] for line in lines[1:]] == ["1", "2"]
    assert lines[1][-1] == f"{first['score'].expected:.4f}"
    assert " ".join(lines[2][1:-1]) == second["item_id"]


def test_a_file_of_histories(tmp_path, capsys):
    path = tmp_path / "histories.jsonl"
    lines = [
        {"user_id": "zoë", "history": ROW},
        {
            "history": [["2016-04-20", "f,f"], ["2016-04-21", "g:g"]],
            "as_of": "2018-01-01",
        },
        {"user_id": 7, "history": []},
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert predict("--input", path, "--as_of", "2017-03-01") == 0
    assert answers(capsys) == [
        {"user_id": "zoë", "recommendations": expected(ROW, "2017-03-01")},
        {"recommendations": expected(lines[1]["history"], "2018-01-01")},
        {"user_id": "7", "recommendations": expected([])},
    ]
    assert predict("--input", path, "--format", "table", "--top_k", 1) == 0
    blocks = capsys.readouterr().out.split("\n\n")
    assert [block.splitlines()[0] for block in blocks] == [
        "user zoë (" + ", ".join(f"{date} {item}" for date, item in ROW[-3:]) + ")",
        "history 2 (2016-04-20 f,f, 2016-04-21 g:g)",
        "user 7",
    ]


def test_more_histories_than_a_batch_keep_their_order(tmp_path, capsys):
    path = tmp_path / "histories.jsonl"
    count = MOST_ROWS + 5
    with path.open("w") as file:
        for user in range(count):
            history = ROW[: user % 4]
            file.write(json.dumps({"user_id": user, "history": history}) + "\n")
    assert predict("--input", path, "--top_k", 2) == 0
    found = answers(capsys)
    assert [answer["user_id"] for answer in found] == [str(u) for u in range(count)]
    for length in range(4):
        for answer in found[length::4]:
            assert answer["recommendations"] == expected(ROW[:length], top_k=2)


def test_a_file_without_histories(tmp_path, capsys):
    (tmp_path / "empty").write_text("\n")
    assert predict("--input", tmp_path / "empty") == 1
    check_error(capsys, f"{tmp_path / 'empty'} holds no history; a line looks like")


def test_a_compressed_file_of_histories(tmp_path, capsys):
    # Under a name that does not say so.
    path = tmp_path / "histories"
    whole = gzip.compress(json.dumps({"history": ROW}).encode() + b"\n")
    path.write_bytes(whole)
    assert predict("--input", path, "--top_k", 3) == 0
    assert answers(capsys) == [{"recommendations": expected(ROW, top_k=3)}]
    path.write_bytes(whole[:-9])
    assert predict("--input", path) == 1
    check_error(capsys, f"{path} cannot be read (Compressed file ended before")


def test_everything_is_seen(capsys):
    history = ",".join(f"2016-04-20:{i}" for i in catalogue.ITEMS if "," not in i)
    assert predict("--history", history, "--format", "table", "--top_k", 1) == 0
    assert "f,f" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("flags", "problem"),
    [
        ((), "--history --input --examples is required"),
        (("--history", HISTORY, "--input", "x"), "not allowed with"),
        (("--history", ""), "--history is empty; write DATE:ITEM"),
        (("--history", "2016-02-31:1"), "'2016-02-31:1'; write DATE:ITEM"),
        (("--history", HISTORY, "--top_k", "0"), "--top_k must be from 1 to 1000000"),
        (("--history", HISTORY, "--top_k", "ten"), "invalid int value: 'ten'"),
        (("--history", HISTORY, "--as_of", "now"), "--as_of must be a date such as"),
        (("--history", HISTORY, "--asof", "now"), "did you mean --as_of?"),
        (("--histroy", HISTORY), "unknown flag --histroy; did you mean --history?"),
        (("--history", HISTORY, "--format", "csv"), "invalid choice: 'csv'"),
    ],
)
def test_a_wrong_command_line_ends_with_status_2(flags, problem, capsys):
    assert predict(*flags, model="nowhere") == 2
    out, error = capsys.readouterr()
    assert out == ""
    assert problem in error
    assert error.count("\n") == 1


def check_error(capsys, problem: str) -> None:
    out, error = capsys.readouterr()
    assert out == ""
    assert problem in error
    assert error.count("\n") == 1


def test_a_missing_model(tmp_path, capsys):
    assert predict("--history", HISTORY, model=tmp_path / "model") == 1
    check_error(capsys, f"there is no folder {tmp_path / 'model'}; name the folder")


def test_a_folder_that_is_no_export(tmp_path, capsys):
    assert predict("--history", HISTORY, model=tmp_path) == 1
    check_error(capsys, "is no exported model of Seamstress")
    graph = catalogue.data_set().transform_fn_path
    assert predict("--history", HISTORY, model=graph) == 1
    check_error(capsys, "is no exported model of Seamstress")


@pytest.mark.parametrize("damaged", ["saved_model.pb", "assets.extra/seamstress.json"])
def test_a_damaged_export(tmp_path, capsys, damaged):
    shutil.copytree(catalogue.export(), tmp_path / "model")
    (tmp_path / "model" / damaged).write_bytes(b"\x07 no protobuf, no JSON")
    assert predict("--history", HISTORY, model=tmp_path / "model") == 1
    check_error(capsys, "export the model again with `python -m trainer train`")


def test_weights_that_were_cut_short(tmp_path, capsys):
    shutil.copytree(catalogue.export(), tmp_path / "model")
    weights = tmp_path / "model" / "variables" / "variables.data-00000-of-00001"
    weights.write_bytes(weights.read_bytes()[:100])
    assert predict("--history", HISTORY, model=tmp_path / "model") == 1
    check_error(capsys, "cannot be loaded (variables/variables.data-00000-of-00001 is")


def test_a_missing_input_and_a_folder(tmp_path, capsys):
    assert predict("--input", tmp_path / "none") == 1
    check_error(capsys, f"there is no file {tmp_path / 'none'}")
    assert predict("--input", tmp_path) == 1
    check_error(capsys, f"{tmp_path} is a folder")


def test_a_bad_line_is_named(tmp_path, capsys):
    path = tmp_path / "histories.jsonl"
    path.write_text('{"history": []}\n{"history": [["2016-02-31", "a"]]}\n')
    assert predict("--input", path) == 1
    check_error(capsys, f"{path}, line 2: the date of an event must be a date")


@pytest.mark.slow
def test_the_program_prints_answers_alone_on_stdout():
    flags = ["--model", str(catalogue.export()), "--history", HISTORY]
    process = subprocess.run(
        [sys.executable, "-m", "trainer", "predict", *flags],
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(process.stdout) == {"recommendations": expected(ROW)}
    assert process.stderr == ""
