"""Runs of the pipeline over generated logs, and what each took."""

import dataclasses
import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.common.programs import Usage, run_module, run_python
from benchmarks.data.scale_events import HOT_USER, LogSpec, write_log
from schemas.errors import UserError
from schemas.layout import MANIFEST
from schemas.manifest import Manifest
from trainer.runs import write_json

# Everything that a run loads, and nothing that it does.
_IMPORTS = "import pipeline.program"


@dataclass(frozen=True)
class ScaleCase:
    """A log, and how the pipeline cuts it.

    Attributes:
      log: the log.
      settings: of the pipeline, by the names of its flags.
    """

    log: LogSpec
    settings: tuple[tuple[str, Any], ...] = ()

    @property
    def name(self) -> str:
        """The name of its files."""
        said = "".join(f"-{name}_{value}" for name, value in self.settings)
        return f"{self.log.name}{said}"


@dataclass(frozen=True)
class ScaleRun:
    """What was measured of a case.

    Attributes:
      case: the case.
      imports: what a process takes that only loads the program.
      usage: what the run took, imports included.
      rows: of the log.
      input_bytes: size of its files.
      output_bytes: size of the data set.
      users: histories.
      vocabulary: N.
      records: windows by split.
      weights: what `benchmarks.data.scale_weights` found.
    """

    case: ScaleCase
    imports: Usage
    usage: Usage
    rows: int
    input_bytes: int
    output_bytes: int
    users: int
    vocabulary: int
    records: dict[str, int]
    weights: dict[str, Any]

    @property
    def rows_a_cpu_second(self) -> float:
        """Rows that one core gets through in a second, imports apart."""
        return self.rows / (self.usage.cpu_seconds - self.imports.cpu_seconds)

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "ScaleRun":
        """Reads what `dataclasses.asdict` made."""
        case = value.pop("case")
        settings = tuple((name, setting) for name, setting in case["settings"])
        return cls(
            case=ScaleCase(LogSpec(**case["log"]), settings),
            imports=Usage(**value.pop("imports")),
            usage=Usage(**value.pop("usage")),
            **value,
        )


def measure_case(case: ScaleCase, output: Path) -> ScaleRun:
    """Generates the log, runs the pipeline, and keeps what it took.

    The data set is removed once it is weighed; the log stays for the next case.

    Args:
      case: what to run; what is measured already is read back.
      output: the folder of the subject.

    Raises:
      UserError: a program failed.
    """
    path = _runs(output) / f"{case.name}.json"
    if path.exists():
        return _read(path)
    folder = output / "scale"
    files = write_log(case.log, folder / "logs" / case.log.name)
    data = folder / "data"
    shutil.rmtree(data, ignore_errors=True)
    flags = [f"--{name}={value}" for name, value in case.settings]
    inputs = [str(file) for file in files]
    imports = run_python("-c", _IMPORTS)
    usage = run_module("pipeline", "--input", *inputs, f"--output={data}", *flags)
    source = data / MANIFEST
    manifest = Manifest.from_json(source.read_text(), str(source))
    run = ScaleRun(
        case,
        imports,
        usage,
        rows=manifest.rows.read,
        input_bytes=sum(file.stat().st_size for file in files),
        output_bytes=sum(f.stat().st_size for f in data.rglob("*") if f.is_file()),
        users=manifest.statistics["users"],
        vocabulary=manifest.num_items,
        records={name: manifest.num_records(name) for name in manifest.records},
        weights=_weigh(case, files, data),
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    write_json(path, dataclasses.asdict(run))
    shutil.rmtree(data)
    return run


def finished_runs(output: Path) -> list[ScaleRun]:
    """Returns what was measured into the folder, the smallest log first."""
    runs = [_read(path) for path in _runs(output).glob("*.json")]
    return sorted(runs, key=lambda run: (run.rows, run.case.name))


def _runs(output: Path) -> Path:
    return output / "scale" / "runs"


def _read(path: Path) -> ScaleRun:
    try:
        return ScaleRun.from_json(json.loads(path.read_text()))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UserError(f"{path} is damaged ({error}); remove it.") from error


def _weigh(case: ScaleCase, files: Sequence[Path], data: Path) -> dict[str, Any]:
    path = data / "weights.json"
    arguments = [f"--user={HOT_USER if case.log.hot else ''}", str(data)]
    with path.open("wb") as stream:
        run_python(
            *("-m", "benchmarks.data.scale_weights", *arguments, *map(str, files)),
            stdout=stream,
        )
    weights: dict[str, Any] = json.loads(path.read_text())
    return weights
