"""How long `python -m pipeline` takes where it has nothing to do."""

import subprocess
import sys
import time
from pathlib import Path


def starts(folder: Path) -> dict[str, list[str]]:
    """Returns command lines that do no work, by what the table calls them."""
    empty = folder / "logs" / "empty.jsonl"
    empty.parent.mkdir(exist_ok=True)
    empty.touch()
    output = folder / "windows"
    return {
        "`python -m pipeline --help`": ["--help"],
        "an input without a row": [
            *("--input", str(empty), "--output", str(output), "--overwrite"),
            *("--schema", "rent_the_runway"),
        ],
    }


def start_seconds(arguments: list[str]) -> float:
    """Returns the fastest of some runs of `python -m pipeline`."""
    seconds = []
    for _ in range(3):
        start = time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "pipeline", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
        )
        seconds.append(time.perf_counter() - start)
    return min(seconds)
