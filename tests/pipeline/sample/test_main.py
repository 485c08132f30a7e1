import hashlib

import pytest

from pipeline.sample.__main__ import PROG, main
from schemas.cli.command_line import run_program
from tests.support.programs import run_module, run_python

DIGEST = "dd9dd09f2133ac6b8c493b0e07e973280d6b71c96f229807b108f23fe1aa8b1c"


def test_rows_are_as_many_as_asked_for_and_named_at_the_end(tmp_path, capsys):
    path = tmp_path / "new folder" / "reviews.jsonl"
    assert main(["--reviews", "321", "--users", "9", "--output", str(path)]) == 0
    assert path.read_bytes().count(b"\n") == 321
    assert f"{path}: 321 reviews of 9 users" in capsys.readouterr().out


@pytest.mark.parametrize("hash_seed", ["0", "1"])
def test_bytes_are_the_same_everywhere(tmp_path, hash_seed):
    path = tmp_path / "reviews.jsonl"
    done = run_python(
        *("-m", "pipeline.sample", "--reviews", "1000", "--seed", "3"),
        *("--output", str(path)),
        PYTHONHASHSEED=hash_seed,
    )
    assert done.returncode == 0, done.stderr
    assert hashlib.sha256(path.read_bytes()).hexdigest() == DIGEST


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--reviews", "0"], "`--reviews` must be at least 1, got 0."),
        (
            ["--reviews", "2", "--users", "3"],
            "`--users` must be at most `--reviews` (2)",
        ),
        (["--rewiews", "2"], "unknown flag --rewiews; did you mean --reviews?"),
        (["--reviews", "many"], "invalid int value: 'many'"),
    ],
)
def test_wrong_flag_is_one_sentence_and_status_2(tmp_path, capsys, arguments, sentence):
    output = tmp_path / "reviews.jsonl"
    assert run_program(main, [*arguments, "--output", str(output)], PROG) == 2
    error = capsys.readouterr().err
    assert sentence in error
    assert error.count("\n") == 1
    assert not output.exists()


def test_a_file_that_is_there_is_replaced_only_where_that_is_asked_for(
    tmp_path, capsys
):
    output = tmp_path / "mine.jsonl"
    output.write_text("mine\n")
    arguments = ["--reviews", "7", "--output", str(output)]
    assert run_program(main, arguments, PROG) == 1
    assert capsys.readouterr().err == (
        f"{PROG}: {output} is there already; give --overwrite to replace it, or "
        "another --output.\n"
    )
    assert output.read_text() == "mine\n"
    assert main([*arguments, "--overwrite"]) == 0
    assert output.read_bytes().count(b"\n") == 7


def test_file_that_cannot_be_written_is_one_sentence_and_status_1(tmp_path):
    done = run_module("pipeline.sample", "--output", str(tmp_path))
    assert done.returncode == 1
    assert done.stderr.startswith(f"{PROG}: {tmp_path} cannot be written: ")
    assert done.stderr.count("\n") == 1
