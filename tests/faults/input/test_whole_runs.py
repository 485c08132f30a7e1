"""The whole program on broken files: many at once, and each that ends a run."""

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from pipeline.__main__ import main
from pipeline.flags import PROG
from schemas.manifest import Manifest
from tests.faults.input.cases import Case
from tests.faults.input.corpus import ENDING, JUDGED
from tests.faults.input.reading import LATEST_DATE
from tests.support.programs import run_module
from tests.support.records import read_records
from tests.support.small_reviews import rows, write

# Warnings of Beam and tf.Transform are none of this program's.
pytestmark = pytest.mark.filterwarnings("default")

# With the program's own defaults.
_TOGETHER = [case for case in JUDGED if not case.changes]
# The others are slow.
_FAST = {"utf16.csv", "pages_flipped.parquet"}


def _flags(pattern: object, output: Path, **flags: object) -> list[str]:
    chosen = {"latest_date": LATEST_DATE, "split": "none", **flags}
    return [
        f"--input={pattern}",
        f"--output={output}",
        *(f"--{name}={value}" for name, value in chosen.items()),
    ]


@pytest.mark.slow
def test_many_broken_files_at_once_are_accounted_for_to_the_row(tmp_path):
    folder = tmp_path / "reviews"
    folder.mkdir()
    write(folder / "good.csv", rows(40))
    for case in _TOGETHER:
        (folder / case.name).write_bytes(case.data)
    done = run_module(
        "pipeline", *_flags(f"{folder}/*", tmp_path / "data", max_reject_fraction=1)
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr

    manifest = Manifest.from_json((tmp_path / "data/manifest.json").read_text(), "")
    expected = {case.name: dict(case.rejected) for case in _TOGETHER if case.rejected}
    accepted = 160 + sum(case.accepted for case in _TOGETHER)
    rejected = sum((Counter(reasons) for reasons in expected.values()), Counter())
    assert manifest.rows.accepted == accepted
    assert manifest.rows.rejected == dict(rejected)
    assert manifest.rows.read == accepted + rejected.total()

    found: dict[str, Counter[str]] = {}
    places: dict[str, list[int]] = {}
    for path in (tmp_path / "data" / "rejects").iterdir():
        for line in path.read_text().splitlines():
            entry = json.loads(line)
            name = Path(entry["file"]).name
            found.setdefault(name, Counter())[entry["reason"]] += 1
            places.setdefault(name, []).append(entry["row"])
            assert len(line) < 1 << 18
    assert {name: dict(reasons) for name, reasons in found.items()} == expected
    assert all(row == sorted(set(row)) and row[0] > 0 for row in places.values())


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(
            case,
            id=case.name,
            marks=() if case.name in _FAST else pytest.mark.slow,
        )
        for case in ENDING
    ],
)
def test_file_that_cannot_be_read_ends_the_run_with_one_sentence(
    case: Case, tmp_path, capfd
):
    (tmp_path / case.name).write_bytes(case.data)
    write(tmp_path / "good.csv", rows(5))
    flags = _flags(f"{tmp_path}/*.*", tmp_path / "out/data", **case.changes)
    if "input_format" in case.changes:
        flags[0] = f"--input={tmp_path}/{case.name}"
    assert main([*flags, "--quiet"]) == 1
    shown = capfd.readouterr()
    assert shown.out == ""
    (line,) = shown.err.splitlines()
    assert line.startswith(f"{PROG}: ")
    assert re.search(case.sentence, line)
    assert not (tmp_path / "out" / "data").exists()


@pytest.mark.slow
def test_ids_of_10_kb_and_days_of_8000_years_come_through_whole(tmp_path):
    long = "x" * 10_000
    days = ("0001-01-01", "1969-12-31", "2016-04-20", "9999-12-31")
    reviews = write(
        tmp_path / "reviews.csv",
        [
            f"{user}{long},{(user + place) % 7}{long},{day},5\n"
            for user in range(30)
            for place, day in enumerate(days)
        ],
    )
    flags = _flags(reviews, tmp_path / "data", latest_date="9999-12-31")
    assert main([*flags, "--quiet"]) == 0
    vocabulary = tmp_path / "data/transform_fn/assets/item_vocabulary"
    items = vocabulary.read_text().splitlines()
    assert sorted(items) == [f"{item}{long}" for item in range(7)]
    records = read_records(tmp_path / "data", "train")
    assert {record["user_id"] for record in records} == {
        f"{user}{long}" for user in range(30)
    }
    raw = {tuple(record["day"]) for record in records}
    assert raw == {(0, 0, -719_162, -1, 16_911, 2_932_896)}
