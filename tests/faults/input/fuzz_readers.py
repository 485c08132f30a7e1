"""A coverage-guided fuzzer of the readers; a program and no test.

    python -m pip install atheris==3.0.0
    python -m tests.faults.input.fuzz_readers CORPUS -max_total_time=3600

The first byte of an input chooses the format, the second the options and how the file
is cut; the rest is the file. CORPUS is a folder that libFuzzer fills; it is given the
broken files of the tests to start from. Whatever is no `UserError` ends the program and
leaves the input behind as `crash-*`; give it in place of CORPUS to see it again.
"""

import io
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import atheris

with atheris.instrument_imports(include=["pipeline", "schemas", "trainer"]):
    from pipeline.input import row_blocks  # noqa: F401
    from pipeline.options import ReadOptions
    from schemas.errors import UserError
    from tests.faults.input.invariants import check_reading
    from tests.faults.input.reading import options_of
    from trainer.serving.requests import read_lines, read_requests

SUFFIXES = (
    ".jsonl",
    ".json",
    ".csv",
    ".tsv",
    ".parquet",
    ".jsonl.gz",
    ".csv.gz",
    ".json.gz",
    ".histories",
)
QUOTED = ("auto", "yes", "no")
BLOCK_BYTES = (1, 7, 32, 100)
_FOLDER = tempfile.TemporaryDirectory(prefix="fuzz-readers-")


def selector(suffix: str, quoted: str = "auto") -> bytes:
    """Returns the two bytes in front of a file in the fuzzer's inputs."""
    return bytes([SUFFIXES.index(suffix), QUOTED.index(quoted)])


def test_one_input(data: bytes) -> None:
    """Reads one input; raises where what must hold of any file does not."""
    if len(data) < 2:
        return
    suffix = SUFFIXES[data[0] % len(SUFFIXES)]
    chosen, content = data[1], data[2:]
    if suffix == ".histories":
        _read_histories(content)
        return
    path = Path(_FOLDER.name, f"fuzzed{suffix}")
    path.write_bytes(content)
    check_reading(path, _options(chosen), BLOCK_BYTES[chosen // 6 % len(BLOCK_BYTES)])


def _options(chosen: int) -> ReadOptions:
    changes: dict[str, Any] = {"quoted_line_breaks": QUOTED[chosen % 3]}
    if chosen // 3 % 2:
        changes["min_rating"] = 3.0
    return options_of(**changes)


def _read_histories(content: bytes) -> None:
    try:
        for request in read_requests(read_lines(io.BytesIO(content)), "fuzzed"):
            for event in request.history:
                assert event.item_id.encode()
    except UserError as error:
        sentence = str(error)
    else:
        return
    assert sentence.startswith("fuzzed, line ")


def _fill(folder: Path) -> None:
    """Writes the broken files of the tests, where they are small, as a start."""
    from tests.faults.input.corpus import CASES

    folder.mkdir(parents=True, exist_ok=True)
    for case in CASES:
        suffix = "".join(Path(case.name).suffixes[-2:])
        suffix = suffix if suffix in SUFFIXES else Path(case.name).suffix
        if suffix in SUFFIXES and not case.is_big and len(case.data) < 4096:
            (folder / f"seed-{case.name}").write_bytes(selector(suffix) + case.data)


def main() -> None:
    """Runs the fuzzer with libFuzzer's own arguments."""
    for argument in sys.argv[1:2]:
        if not argument.startswith("-") and not os.path.isfile(argument):
            _fill(Path(argument))
    atheris.Setup(sys.argv, test_one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
