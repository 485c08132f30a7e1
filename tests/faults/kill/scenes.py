"""Twenty kills of one program, and what must hold after each.

Ten by SIGKILL and ten by SIGTERM; of each, five over an empty output and five over one
that holds an earlier complete output. The kills of one kind follow each other over what
the ones before have left, and a run to the end follows them.
"""

import shutil
import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.faults.kill.programs import Ended, Program, moments
from tests.support.small_reviews import entries

KILLS = 5
SENT = (signal.SIGKILL, signal.SIGTERM)

Files = Mapping[str, bytes]


@dataclass(frozen=True)
class Scene:
    """A program, its output, and how to tell one output from another.

    Attributes:
      make: returns the program that writes an output, in a folder for temporary files.
      output: the folder that it writes.
      marker: the file without which the output is not complete.
      around: a folder with the inputs, of which nothing may change.
      earlier: a folder with an earlier complete output.
      undisturbed: a folder with what the program writes.
      seconds: how long that takes from when the program has begun.
      same: returns what is the same in every run, of an output's folder.
      sentence: what the program says after SIGTERM.
    """

    make: Callable[[Path], Program]
    output: Path
    marker: str
    around: Path
    earlier: Path
    undisturbed: Path
    seconds: float
    same: Callable[[Path], Files]
    sentence: str


def check(scene: Scene, sent: signal.Signals, over_earlier: bool, seed: int) -> None:
    """Kills the program `KILLS` times, and then lets it end."""
    _restore(scene, over_earlier)
    around = entries(scene.around)
    for number, moment in enumerate(moments(seed, KILLS, scene.seconds)):
        temporary = scene.output.with_name(f"temporary-{seed}-{number}")
        ended = _stopped(scene, temporary, sent, moment, over_earlier)
        _check_what_is_left(scene, ended, sent, over_earlier, temporary)
        assert entries(scene.around) == around
    _check_repeated(scene, over_earlier)
    assert entries(scene.around) == around


def _stopped(
    scene: Scene,
    temporary: Path,
    sent: signal.Signals,
    moment: float,
    over_earlier: bool,
) -> Ended:
    """Kills the program; where it was over before, again and earlier."""
    while (ended := scene.make(temporary).stopped(sent, moment)) is None:
        moment *= 0.7
        _restore(scene, over_earlier)
    return ended


def _restore(scene: Scene, over_earlier: bool) -> None:
    shutil.rmtree(scene.output, ignore_errors=True)
    if over_earlier:
        shutil.copytree(scene.earlier, scene.output)


def _check_what_is_left(
    scene: Scene,
    ended: Ended,
    sent: signal.Signals,
    over_earlier: bool,
    temporary: Path,
) -> None:
    left = entries(scene.output) if scene.output.exists() else {}
    shown = {name: data for name, data in left.items() if not name.startswith(".")}
    is_new = scene.marker in shown and shown != entries(scene.earlier)
    if sent == signal.SIGKILL:
        assert ended.status == -signal.SIGKILL
    elif ended.status == -signal.SIGTERM:
        # Python was on its way out, all work done, and no longer listening.
        assert is_new
    else:
        assert ended.status == 128 + signal.SIGTERM, ended.stderr
        assert ended.stderr == f"{scene.sentence}\n"
        # TensorFlow leaves compiled code of functions that it has made, in any run.
        assert {path.name for path in temporary.iterdir()} <= {"__pycache__"}
        # Nothing hidden is left, and no folder where there was none.
        assert shown == left
        assert scene.output.exists() or not over_earlier
    if is_new:
        # The very end of a run: the new output is in place.
        assert scene.same(scene.output) == scene.same(scene.undisturbed)
        _restore(scene, over_earlier)
    elif over_earlier:
        assert shown == entries(scene.earlier)
    elif sent == signal.SIGTERM:
        assert not scene.output.exists()


def _check_repeated(scene: Scene, over_earlier: bool) -> None:
    ended = scene.make(scene.output.with_name("temporary")).run()
    assert ended.status == 0, ended.stderr
    assert scene.same(scene.output) == scene.same(scene.undisturbed)
    assert not [path for path in scene.output.iterdir() if path.name.startswith(".")]
    _restore(scene, over_earlier)
