"""Shell completion of the commands that an installation adds."""

import contextlib
import importlib
import os
import pty
import re
import select
import shutil
import subprocess
import tomllib

import pytest

from tests.support.programs import ROOT, run_module
from trainer.__main__ import COMMANDS

# What shells write around a line that may be pasted, before or behind a prompt.
PASTING = re.compile(rb"\x1b\[\?2004[hl]")
LONGEST_SECS = 60
# How each shell starts without what users have set up, and reads the scripts.
SHELLS = {
    "bash": (
        ["--norc", "--noprofile", "-i"],
        [
            "bind 'set enable-bracketed-paste off'",
            "for script in {folder}/*; do source $script; done",
        ],
    ),
    "zsh": (
        ["-f", "-i"],
        [
            "unset zle_bracketed_paste; setopt no_prompt_sp no_prompt_cr",
            "fpath=({folder} $fpath); autoload -Uz compinit; compinit -u -D",
        ],
    ),
}
SCRIPTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]
MODULES = {
    "seamstress-pipeline": "pipeline",
    "seamstress-recommend": "pipeline.recommend",
    "seamstress-trainer": "trainer",
}


def test_scripts_of_the_installation_are_the_programs():
    assert SCRIPTS.keys() == MODULES.keys()
    for script, target in SCRIPTS.items():
        module, _, function = target.partition(":")
        assert module == f"{MODULES[script]}.__main__"
        assert callable(getattr(importlib.import_module(module), function))


class Terminal(contextlib.AbstractContextManager):
    """A shell on a terminal of its own, in which the commands show their words."""

    def __init__(self, shell, scripts, folder):
        arguments, lines = SHELLS[shell]
        master, slave = pty.openpty()
        self._terminal = master
        self._shell = subprocess.Popen(
            [shutil.which(shell), *arguments],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            cwd=folder,
            env={**os.environ, "PS1": "ready> ", "TERM": "dumb", "INPUTRC": os.devnull},
            start_new_session=True,
        )
        os.close(slave)
        self._until("ready> ")
        for line in lines:
            self.line(line.format(folder=scripts))
        for script in MODULES:
            self.line(f"{script}() {{ printf '<%s>' \"$@\"; }}")

    def __exit__(self, *exception):
        os.write(self._terminal, b"exit\n")
        self._shell.wait()
        os.close(self._terminal)

    def line(self, typed):
        """Types a line and returns what the terminal shows up to the next prompt."""
        os.write(self._terminal, typed.encode() + b"\n")
        return self._until("ready> ")

    def words(self, typed):
        """The words that a command gets of a line in which Tab was pressed."""
        return self.line(typed).splitlines()[-1].removesuffix("ready> ")

    def _until(self, end):
        shown = b""
        while not PASTING.sub(b"", shown).endswith(end.encode()):
            if not select.select([self._terminal], [], [], LONGEST_SECS)[0]:
                self._shell.kill()
                self._shell.wait()
                raise TimeoutError(f"no {end!r} behind {shown!r}")
            shown += os.read(self._terminal, 4096)
        return PASTING.sub(b"", shown).decode()


@pytest.fixture(scope="module", params=SHELLS)
def terminal(request, tmp_path_factory):
    shell = request.param
    if shutil.which(shell) is None:
        pytest.skip(f"there is no {shell}")
    scripts = tmp_path_factory.mktemp("completion")
    for script, module in MODULES.items():
        done = run_module(module, "--print_completion", shell)
        assert (done.returncode, done.stderr) == (0, "")
        (scripts / f"_{script}").write_text(done.stdout)
    folder = tmp_path_factory.mktemp("work")
    (folder / "runs" / "one").mkdir(parents=True)
    (folder / "reviews.csv").touch()
    with Terminal(shell, scripts, folder) as opened:
        yield opened


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("seamstress-trainer ev\t", "<evaluate>"),
        ("seamstress-trainer insp\t runs/o\t", "<inspect><runs/one/>"),
        (
            "seamstress-trainer train --learning_rate_s\t cos\t",
            "<train><--learning_rate_schedule><cosine>",
        ),
        ("seamstress-trainer train --data ru\t", "<train><--data><runs/>"),
        (
            "seamstress-pipeline --split leave\t --bucketing u\t",
            "<--split><leave_one_out><--bucketing><uniform>",
        ),
        ("seamstress-pipeline --input rev\t", "<--input><reviews.csv>"),
        ("seamstress-pipeline insp\t --show\t", "<inspect><--show_users>"),
        (
            "seamstress-recommend --format par\t --keep\t",
            "<--format><parquet><--keep_seen>",
        ),
    ],
)
def test_shells_complete(terminal, typed, words):
    # What Tab shows on the way is on the lines above the one that the command prints;
    # of a folder's name zsh takes the slash away again.
    shown = terminal.words(typed).replace("\x07", "").replace("/>", ">")
    assert shown.endswith(words.replace("/>", ">"))


def test_zsh_knows_every_command():
    done = run_module("trainer", "--print_completion", "zsh")
    assert done.returncode == 0
    assert done.stdout.startswith("#compdef seamstress-trainer")
    assert all(f"    {name}:'" in done.stdout for name in COMMANDS)


def test_another_shell_is_one_sentence():
    done = run_module("trainer", "--print_completion", "fish")
    assert done.returncode == 2
    assert "invalid choice: 'fish' (choose from" in done.stderr
    assert done.stderr.count("\n") == 1
