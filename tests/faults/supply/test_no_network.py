"""No program needs the network or tries to reach it, unless a flag names a place.

The programs run in a network namespace of their own, which holds nothing but a
loopback device that is switched off. Linux counts there what any code, Python's or a
library's, tries to send.
"""

import functools
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.support.programs import ROOT

pytestmark = pytest.mark.slow

WAYS = (["unshare", "--net"], ["unshare", "--user", "--map-root-user", "--net"])
# Runs its arguments, and shows the counters of its namespace afterwards.
SCRIPT = '"$@"; status=$?; cat /proc/net/snmp /proc/net/snmp6; exit $status'
# A TCP connection, a datagram, and packets that found no route, of both protocols.
SENT = (
    "Tcp.ActiveOpens",
    "Udp.OutDatagrams",
    "Ip.OutRequests",
    "Ip.OutNoRoutes",
    "Udp6OutDatagrams",
    "Ip6OutRequests",
    "Ip6OutNoRoutes",
)
CONNECT = "import socket; socket.create_connection(({!r}, 9), 1)"
DATAGRAM = "import socket; socket.socket(2, 2).sendto(b'x', ('192.0.2.1', 53))"


@functools.cache
def way_in() -> Sequence[str]:
    """Returns the command that makes a namespace; skips where none may."""
    for way in WAYS:
        try:
            done = subprocess.run([*way, "true"], capture_output=True, check=False)
        except FileNotFoundError:
            pytest.skip("there is no command unshare")
        if done.returncode == 0:
            return way
    pytest.skip("this user may make no network namespace")


def run_alone(*arguments: str) -> tuple[int, str, dict[str, int]]:
    """Runs this Python in a namespace; returns status, stderr and what was sent."""
    done = subprocess.run(
        [*way_in(), "sh", "-c", SCRIPT, "sh", sys.executable, *arguments],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stderr, counters(done.stdout)


def counters(text: str) -> dict[str, int]:
    """Reads `SENT` out of /proc/net/snmp and /proc/net/snmp6."""
    found: dict[str, int] = {}
    names: list[str] = []
    for line in text.splitlines():
        kind, _, rest = line.partition(": ")
        words = rest.split()
        if kind in ("Ip", "Tcp", "Udp") and words[0].lstrip("-").isdigit():
            found |= {
                f"{kind}.{name}": int(word)
                for name, word in zip(names, words, strict=True)
            }
        elif kind in ("Ip", "Tcp", "Udp"):
            names = words
        elif len(line.split()) == 2 and line.startswith(("Ip6", "Udp6")):
            found[line.split()[0]] = int(line.split()[1])
    return {name: found.get(name, 0) for name in SENT}


NOTHING = dict.fromkeys(SENT, 0)


@pytest.mark.parametrize(
    "code", [CONNECT.format("192.0.2.1"), CONNECT.format("127.0.0.1"), DATAGRAM]
)
def test_an_attempt_is_counted(code):
    status, _, sent = run_alone("-c", code)
    assert status != 0
    assert sent != NOTHING


def test_what_attempts_nothing_counts_nothing():
    assert run_alone("-c", "import socket; socket.socket()") == (0, "", NOTHING)


@pytest.mark.timeout(600)
def test_the_whole_path_runs_without_a_network_and_asks_for_none(
    tmp_path, sample_reviews
):
    data, run = tmp_path / "data", tmp_path / "run"
    reviews = (f"--input={sample_reviews}", "--schema=rent_the_runway")
    histories = tmp_path / "histories.jsonl"
    histories.write_text(json.dumps({"history": [["2016-04-20", "1"]]}) + "\n")
    programs = [
        ("pipeline", *reviews, f"--output={data}"),
        (
            "trainer",
            "train",
            f"--data={data}",
            f"--output={run}",
            "--config=quick",
            "--epochs=1",
        ),
        ("trainer", "evaluate", f"--run={run}", f"--data={data}"),
        ("trainer", "predict", f"--model={run}/model", f"--input={histories}"),
        (
            "pipeline.recommend",
            *reviews,
            f"--model={run}/model",
            f"--output={tmp_path / 'recs'}",
        ),
    ]
    for program in programs:
        status, errors, sent = run_alone("-m", *program)
        assert status == 0, errors
        assert sent == NOTHING, program
    assert (tmp_path / "recs" / "manifest.json").exists()
    assert Path(run / "metrics.json").exists()
