import io
import subprocess
import sys
from pathlib import Path

import pytest

from schemas.cli.command_line import Parser, run_program, unknown_argument
from schemas.errors import UsageError, UserError
from tests.support.programs import ROOT


@pytest.fixture
def parser():
    parser = Parser(prog="prog")
    parser.add_argument("--max_length", type=int, default=5)
    parser.add_argument("--input", nargs="+")
    parser.add_argument("--quiet", action="store_true")
    return parser


def test_flags_are_parsed(parser):
    args = parser.parse_args(["--max_length=7", "--input", "a", "b", "--quiet"])
    assert (args.max_length, args.input, args.quiet) == (7, ["a", "b"], True)


@pytest.mark.parametrize("flag", ["--max_len", "--max_length_", "--in", "--q"])
def test_flags_are_never_abbreviated(parser, flag):
    known, rest = parser.parse_known_args([flag, "7"])
    assert (known.max_length, known.input, known.quiet) == (5, None, False)
    assert rest == [flag, "7"]
    with pytest.raises(UsageError, match=f"unknown flag {flag}"):
        parser.parse_args([flag, "7"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--max_length", "x"], r"invalid int value: 'x' \(see `prog --help`\)$"),
        (["--max_length"], "expected one argument"),
        (
            ["--max_lenght=7"],
            r"^unknown flag --max_lenght; did you mean --max_length\?$",
        ),
        (["--zzz"], "^unknown flag --zzz; see `prog --help`$"),
        (["word"], "^'word' stands where no value is expected; put it behind its flag"),
    ],
)
def test_wrong_arguments_raise_a_usage_error(parser, arguments, message):
    with pytest.raises(UsageError, match=message):
        parser.parse_args(arguments)


def test_flags_for_suggestions(parser):
    assert parser.flags() == ["-h", "--help", "--max_length", "--input", "--quiet"]


def test_nearest_of_several_is_named():
    error = unknown_argument("--evl_fraction=1", ["--eval_fraction", "--seed"], "prog")
    assert str(error) == "unknown flag --evl_fraction; did you mean --eval_fraction?"


def run(outcome):
    def main(argv):
        assert argv == ["--flag"]
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome

    return run_program(main, ["--flag"], "prog")


@pytest.mark.parametrize("status", [0, 3])
def test_status_of_the_program_is_kept(status, capsys):
    assert run(status) == status
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("error", "status", "sentence"),
    [
        (UserError("no such file."), 1, "prog: no such file.\n"),
        (UsageError("no such flag"), 2, "prog: no such flag\n"),
        (KeyboardInterrupt(), 130, "prog: stopped by the user\n"),
    ],
)
def test_what_a_user_can_mend_is_one_sentence(error, status, sentence, capsys):
    assert run(error) == status
    assert capsys.readouterr() == ("", sentence)


def test_a_character_that_the_encoding_lacks_is_shown_by_its_number(monkeypatch):
    stream = io.TextIOWrapper(io.BytesIO(), "ascii")
    monkeypatch.setattr(sys, "stdout", stream)
    assert run_program(lambda argv: print("é"), [], "prog") is None
    assert stream.buffer.getvalue() == b"\\xe9\n"


def test_any_other_error_is_not_hidden():
    with pytest.raises(ZeroDivisionError):
        run(ZeroDivisionError())


def test_help_ends_well(parser):
    with pytest.raises(SystemExit) as caught:
        run_program(lambda argv: parser.parse_args(argv) and 0, ["--help"], "prog")
    assert caught.value.code == 0


PRINTING = (
    "import sys; from schemas.cli.command_line import run_program; "
    "main = lambda argv: [print('x' * 99) for _ in range(9999)] and 0; "
    "sys.exit(run_program(main, [], 'p'))"
)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has /dev/full")
def test_a_full_disk_is_one_sentence():
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-c", PRINTING],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
    assert done.returncode == 1
    assert done.stderr.startswith("p: what was being written cannot be completed (")
    assert done.stderr.count("\n") == 1


def test_a_program_without_stdout_still_ends_well(monkeypatch):
    monkeypatch.setattr(sys, "stdout", None)
    assert run_program(lambda argv: 0, [], "prog") == 0


def test_other_errors_of_the_system_keep_their_traceback():
    def main(argv):
        raise PermissionError(13, "no")

    with pytest.raises(PermissionError):
        run_program(main, [], "prog")


def test_a_reader_that_leaves_early_is_no_error():
    with subprocess.Popen(
        [sys.executable, "-c", PRINTING],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=ROOT,
    ) as process:
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(timeout=60) == 141
