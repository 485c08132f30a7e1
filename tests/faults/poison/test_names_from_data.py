"""Ids are never taken for paths, and no log names a user."""

import json
import re
from pathlib import Path

import pytest

from tests.support.programs import run_module

# Of the first test: it waits for all five programs.
pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

NAMES = [
    "../../outside",
    "/etc/passwd",
    "/tmp/seamstress-outside",
    "a/b",
    "..",
    ".",
    "~",
    "$HOME",
    "CON",
    "-rf",
    "a\\b",
    "%2e%2e%2foutside",
    "file:///etc/passwd",
    "gs://bucket/object",
    "*",
    "manifest.json",
    "windows-00000-of-00008.tfrecord.gz",
    "`touch outside`",
    "'; touch outside; '",
    "{0}",
    "%s",
    "x" * 300,
    "ü/ö",
]
# Refused by the pipeline: a vocabulary file cannot hold them.
REFUSED = ["nul\0byte", "line\nbreak", "tab\tbed"]
MARKER = "user-marker-7261"


def write_reviews(path: Path, marked: bool = False) -> Path:
    """Writes a log in which every name is a user and an item."""
    rows = []
    for number in range(12):
        for place, name in enumerate([*NAMES, *REFUSED]):
            user = f"{MARKER}-{name}" if marked else name
            for step in range(6):
                item = NAMES[(place + step + number) % len(NAMES)]
                day = 10 + step + number
                rows.append(
                    {
                        "user_id": f"{user}{number or ''}",
                        "item_id": item,
                        "date": f"2017-{1 + day // 28:02}-{1 + day % 28:02}",
                    }
                )
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def tree(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


@pytest.fixture(scope="module")
def everything(tmp_path_factory) -> tuple[Path, str]:
    """Runs all programs on such a log; returns their folder and what they logged."""
    folder = tmp_path_factory.mktemp("names") / "deep" / "inside"
    folder.mkdir(parents=True)
    reviews = write_reviews(folder / "reviews.jsonl", marked=True)
    data, run, recs = folder / "data", folder / "run", folder / "recs"
    histories = folder / "histories.jsonl"
    histories.write_text(
        "".join(
            json.dumps({"user_id": name, "history": [["2017-01-05", name]]}) + "\n"
            for name in NAMES
        )
    )
    commands = [
        (
            "pipeline",
            f"--input={reviews}",
            f"--output={data}",
            "--max_reject_fraction=0.5",
        ),
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
            f"--input={reviews}",
            f"--model={run}/model",
            f"--output={recs}",
            "--max_reject_fraction=0.5",
        ),
    ]
    logged = ""
    for module, *arguments in commands:
        done = run_module(module, *arguments)
        assert done.returncode == 0, done.stderr
        # What predict prints are the answers that were asked for.
        logged += done.stderr + ("" if "predict" in arguments else done.stdout)
    return folder, logged


# All that the programs may make, below the folder in which they ran.
_GRAPH = (
    r"(/assets(/item_vocabulary)?|/variables(/variables\.(index|data-00000-of-00001))?"
    r"|/saved_model\.pb|/fingerprint\.pb)?"
)
EXPECTED = re.compile(
    r"deep|deep/inside|deep/inside/((reviews|histories)\.jsonl"
    r"|(data|recs)|(data|recs)/manifest\.json|(data|recs)/rejects(/rejects-\d{5}\.jsonl)?"
    r"|data/(train|eval|test)(/windows-\d{5}-of-\d{5}\.tfrecord\.gz)?"
    rf"|data/transform_fn{_GRAPH}"
    r"|data/transformed_metadata(/asset_map|/schema\.pbtxt)?"
    r"|recs/recommendations(/recommendations-\d{5}-of-\d{5}\.jsonl\.gz)?"
    r"|run(/checkpoints(/[a-z0-9.-]+)?|/(config|metrics|evaluation-test)\.json"
    r"|/history\.csv|/model\.keras|/report\.html|/logs.*)?"
    rf"|run/model{_GRAPH}|run/model/assets\.extra"
    r"(/seamstress\.json|/item_counts\.txt)?)"
)


def test_no_file_is_named_after_what_the_data_says(everything):
    folder, _ = everything
    made = tree(folder.parents[1])
    assert len(made) > 50
    assert not [name for name in made if not EXPECTED.fullmatch(name)]
    logs = {path.name for path in (folder / "run" / "logs").rglob("*")}
    assert all(
        name.startswith("events.out.") or name in ("train", "validation")
        for name in logs
    )
    for path in (Path("/tmp/seamstress-outside"), Path("outside"), Path("CON")):
        assert not path.exists()


def test_users_with_such_names_are_users_like_others(everything):
    folder, _ = everything
    manifest = json.loads((folder / "data" / "manifest.json").read_text())
    assert manifest["statistics"]["users"] == 12 * len(NAMES)
    assert manifest["rows"]["rejected"] == {"invalid_id": 12 * 6 * len(REFUSED)}


def test_no_log_of_a_run_that_succeeds_names_a_user(everything):
    _, logged = everything
    assert logged
    assert MARKER not in logged


FAILURES = {
    "too many rows refused": (),
    "no user with enough events": ("--max_reject_fraction=1", "--min_items=99"),
    "a date that is none": ("--max_reject_fraction=0", "--date_format=%d.%m.%Y"),
    "nothing to train on": (
        "--max_reject_fraction=1",
        "--eval_fraction=0.98",
        "--test_fraction=0.01",
    ),
    "another user field": ("--user_field=customer",),
}


@pytest.mark.parametrize("flags", FAILURES.values(), ids=FAILURES)
@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_no_log_of_a_run_that_fails_names_a_user(tmp_path, flags, form):
    reviews = write_reviews(tmp_path / "reviews.jsonl", marked=True)
    if form == "csv":
        rows = map(json.loads, reviews.read_text().splitlines())
        reviews = tmp_path / "reviews.csv"
        reviews.write_text(
            "user_id,item_id,date\n"
            + "".join(
                f'"{row["user_id"]}","{row["item_id"]}",{row["date"]}\n' for row in rows
            )
            + f"{MARKER},too,many,fields\n{MARKER}\n"
        )
    done = run_module(
        "pipeline", f"--input={reviews}", f"--output={tmp_path / 'data'}", *flags
    )
    assert done.returncode == 1, done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert MARKER not in done.stderr


@pytest.mark.parametrize(
    "line",
    [
        {"user_id": [MARKER], "history": []},
        {"user_id": MARKER, "history": "no list"},
        {"user_id": MARKER, "history": [["2017-02-31", "i"]]},
        {"user_id": MARKER, "history": [["2017-02-01", {}]]},
        {"user_id": MARKER, "history": [], "more": 1},
        {"user_id": f"{MARKER}\ud800", "history": []},
    ],
    ids=str,
)
def test_predict_names_the_line_and_not_the_user(everything, tmp_path, line):
    folder, _ = everything
    path = tmp_path / "histories.jsonl"
    path.write_text(json.dumps(line) + "\n")
    done = run_module(
        "trainer", "predict", f"--model={folder}/run/model", f"--input={path}"
    )
    assert done.returncode == 1
    assert f"{path}, line 1:" in done.stderr
    assert MARKER not in done.stderr + done.stdout
