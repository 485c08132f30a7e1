"""Data sets of generated reviews, for what needs no public data."""

from pathlib import Path

from benchmarks.common.data_sets import FOLDER
from benchmarks.common.programs import run_module
from schemas.layout import MANIFEST

# Windows of 5, and a day that does not change with that of the run.
_FLAGS = ("--schema=rent_the_runway", "--latest_date=2018-12-31")


def build_sample(reviews: int, output: Path) -> Path:
    """Generates reviews and makes windows of them, unless that was done before.

    Args:
      reviews: how many.
      output: the output of the subject.

    Returns:
      The folder of the data set.

    Raises:
      UserError: a program failed.
    """
    path = output / FOLDER / f"sample-{reviews}"
    if (path / MANIFEST).exists():
        return path
    lines = path.with_suffix(".jsonl")
    # There, where a run was stopped.
    made = ("pipeline.sample", f"--reviews={reviews}", f"--output={lines}")
    run_module(*made, "--overwrite")
    run_module("pipeline", f"--input={lines}", f"--output={path}", *_FLAGS)
    lines.unlink()
    return path
