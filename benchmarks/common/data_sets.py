"""The public data sets, and how the pipeline makes windows of them."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.common.programs import run_module
from schemas.errors import UserError
from schemas.layout import MANIFEST
from schemas.manifest import Manifest

REAL_DATA = "REAL_DATA"

# The folder in a subject's output that holds the data sets, each by its name.
FOLDER = "data"


@dataclass(frozen=True)
class Source:
    """A file of the folder that `REAL_DATA` names.

    Attributes:
      name: what tables call it.
      file: its name.
      date_field: the column that holds the moment.
      latest_date: a day behind its last row. The manifest keeps it, and without it
        the day of the run: data sets of two days would not count as equal.
    """

    name: str
    file: str
    date_field: str
    latest_date: str


@dataclass(frozen=True)
class DataSpec:
    """A source, cut into windows and divided.

    Attributes:
      source: the reviews.
      split: `--split` of the pipeline.
      max_length: W.
      stride: `--stride` of the pipeline, by which windows follow each other.
    """

    source: Source
    split: str
    max_length: int
    stride: int = 1

    @property
    def name(self) -> str:
        """The name of its folder."""
        name = f"{self.source.name}-{self.split}-{self.max_length}"
        return name if self.stride == 1 else f"{name}-stride-{self.stride}"

    @property
    def settings(self) -> dict[str, Any]:
        """The pipeline's settings, by the names of its flags."""
        return {
            "date_field": self.source.date_field,
            "latest_date": self.source.latest_date,
            "split": self.split,
            "max_length": self.max_length,
            "stride": self.stride,
        }


BEAUTY = Source(
    "beauty", "beauty_user_item_timestamp.tsv.gz", "timestamp", "2014-12-31"
)
RENT_THE_RUNWAY = Source(
    "rent_the_runway",
    "renttherunway_user_item_date.csv.gz",
    "review_date",
    "2018-12-31",
)
SOURCES = {source.name: source for source in (BEAUTY, RENT_THE_RUNWAY)}


def real_file(source: Source) -> Path:
    """Returns where the reviews of a source are.

    Raises:
      UserError: `REAL_DATA` is not set, or its folder lacks the file.
    """
    folder = os.environ.get(REAL_DATA, "")
    if not folder:
        files = " and ".join(each.file for each in SOURCES.values())
        raise UserError(
            f"{REAL_DATA} is not set; let it name the folder that holds {files} "
            "(benchmarks/README.md says what they are)."
        )
    path = Path(folder, source.file)
    if not path.is_file():
        raise UserError(
            f"{REAL_DATA} names {folder}, which holds no {source.file}; put it there "
            "(benchmarks/README.md says what it is)."
        )
    return path


def check_sources(specs: list[DataSpec]) -> None:
    """Refuses sources that are not there, before any hour is spent.

    Raises:
      UserError: as `real_file`.
    """
    for source in dict.fromkeys(spec.source for spec in specs):
        real_file(source)


def build_data_set(spec: DataSpec, output: Path) -> Path:
    """Runs the pipeline, unless it has made this data set before.

    Args:
      spec: what to make.
      output: the output of the subject.

    Returns:
      The folder of the data set.

    Raises:
      UserError: the reviews are missing, the pipeline failed, or the folder holds
        another data set.
    """
    path = output / FOLDER / spec.name
    manifest = path / MANIFEST
    if manifest.exists():
        _check_settings(spec, path, Manifest.from_json(manifest.read_text(), str(path)))
        return path
    flags = [f"--{name}={value}" for name, value in spec.settings.items()]
    source = real_file(spec.source)
    run_module("pipeline", "--input", str(source), f"--output={path}", *flags)
    return path


def _check_settings(spec: DataSpec, path: Path, manifest: Manifest) -> None:
    for name, value in spec.settings.items():
        found = manifest.settings.get(name)
        if found != value:
            raise UserError(
                f"{path} holds another data set (--{name} was {found} and not "
                f"{value}); choose another --output, or remove it."
            )
