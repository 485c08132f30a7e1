"""Kills a piece of code before each of its changes of names, one after the other.

    python -m tests.faults.kill.stopped_at NAME FOLDER

For n = 0, 1, 2, ... a copy of FOLDER/before is made as FOLDER/n, and a process works on
it that is killed by SIGKILL just before its n-th rename, removal or new folder. Ends
with the first one that is not killed, and prints n. So the kills leave every state of
the folder that there is, as far as names go.
"""

import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

# What `shutil` uses, too.
_CHANGES = ("rename", "replace", "mkdir", "rmdir", "remove", "unlink")
_OUTPUT = "out"


def replaces_an_output(folder: Path) -> None:
    """A run of the pipeline, but for its work."""
    from pipeline.contents import TRANSFORM_TEMP
    from pipeline.output import Output
    from schemas.layout import MANIFEST

    output = Output(str(folder / _OUTPUT), overwrite=True)
    output.prepare()
    for name in (MANIFEST, "train/new", "eval/new", f"{TRANSFORM_TEMP}/scratch"):
        path = Path(output.folder, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("new")
    output.complete()


def replaces_a_folder(folder: Path) -> None:
    """An export, but for its work."""
    from trainer.serving.exchange import new_folder

    with new_folder(folder / _OUTPUT) as partial:
        for name in ("saved_model.pb", "variables"):
            (partial / name).write_text("new")


def replaces_a_folder_by_renames(folder: Path) -> None:
    """An export on a file system that can't exchange names."""
    from trainer.serving import exchange

    exchange._exchanged = lambda *_: False  # type: ignore[assignment]
    replaces_a_folder(folder)


def replaces_a_run(folder: Path) -> None:
    """A training, but for its work."""
    from trainer import run_files, runs

    output = str(folder / _OUTPUT)
    made = runs.prepare_run(output, overwrite=True)
    (made / run_files.CONFIG).write_text('{"data": 1, "model": 1, "units": 1}')
    for name in (run_files.best_weights(1), run_files.METRICS):
        (made / name).write_text("new")
    runs.finish_run(output, overwrite=True)


_WORKS: dict[str, Callable[[Path], None]] = {
    work.__name__: work
    for work in (
        replaces_an_output,
        replaces_a_folder,
        replaces_a_folder_by_renames,
        replaces_a_run,
    )
}


def main(name: str, folder: Path) -> None:
    work = _WORKS[name]
    # Undisturbed, to compare with; and all imports are over before the first fork.
    shutil.copytree(folder / "before", folder / "undisturbed", symlinks=True)
    work(folder / "undisturbed")
    n = 0
    while True:
        place = folder / str(n)
        shutil.copytree(folder / "before", place, symlinks=True)
        child = os.fork()
        if child == 0:
            _kill_before(n)
            work(place)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if os.WIFEXITED(status):
            assert os.WEXITSTATUS(status) == 0, f"the work failed at {n}"
            print(n)
            return
        assert os.WTERMSIG(status) == signal.SIGKILL
        n += 1


def _kill_before(n: int) -> None:
    """Ends this process before its n-th change, counted from 0."""
    done = 0

    def counted(change: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            nonlocal done
            if done == n:
                os.kill(os.getpid(), signal.SIGKILL)
            done += 1
            return change(*args, **kwargs)

        return call

    for change in _CHANGES:
        setattr(os, change, counted(getattr(os, change)))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
