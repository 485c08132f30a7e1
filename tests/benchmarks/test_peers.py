"""Peers that train in another interpreter, and what they take."""

import sys
from pathlib import Path

import pytest

from benchmarks.common import peers
from benchmarks.common.peers import PeerProcess
from benchmarks.peers import recbole_sasrec, torch_notebook
from schemas.errors import UserError

_SCRIPT = """
import json, sys
print("a library says hello")
print(json.dumps({"arguments": sys.argv[1:]}), flush=True)
for number, _ in enumerate(sys.stdin):
    if number == 2:
        sys.exit(3)
    print(json.dumps({"epoch": number}), flush=True)
"""


@pytest.fixture
def script(tmp_path: Path, monkeypatch) -> str:
    (tmp_path / "peer.py").write_text(_SCRIPT)
    monkeypatch.setattr(peers, "_FOLDER", tmp_path)
    return "peer.py"


def test_a_peer_trains_when_it_is_asked(script):
    with PeerProcess(sys.executable, script, "a", "b") as peer:
        assert peer.started == {"arguments": ["a", "b"]}
        assert [peer.train() for _ in range(2)] == [{"epoch": 0}, {"epoch": 1}]


def test_a_peer_that_ends_is_an_error(script):
    with PeerProcess(sys.executable, script) as peer:
        peer.train()
        peer.train()
        with pytest.raises(UserError, match=r"peer\.py ended with status 3"):
            peer.train()


def test_an_interpreter_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(UserError, match=r"cannot be run .*; let the flag name"):
        PeerProcess(str(tmp_path / "python"), "torch_notebook.py")


def test_arguments_need_no_library():
    args = torch_notebook.parse_args(["a.npz", "5", "3", "8", "--units", "4", "2"])
    assert (args.arrays, args.items, args.days, args.batch) == ("a.npz", 5, 3, 8)
    assert args.units == [4, 2]
    args = recbole_sasrec.parse_args(["folder", "settings.json"])
    assert (args.folder, args.settings, args.steps) == ("folder", "settings.json", None)


def test_the_first_batches_are_those_of_the_loader():
    class Loader(list):
        name = "loader"

    first = recbole_sasrec.FirstBatches(Loader([1, 2, 3]), 2)
    assert [list(first), list(first), len(first), first.name] == [
        [1, 2],
        [1, 2],
        2,
        "loader",
    ]
