"""What `python -m pipeline` does with what a user can mend: a sentence and a status."""

import gzip
import json
from pathlib import Path

import pytest

from pipeline.__main__ import main
from pipeline.program import user_sentence
from schemas.errors import UserError
from schemas.manifest import Manifest
from tests.support.programs import run_module

PROG = "python -m pipeline"
# Warnings of Beam and tf.Transform are none of this program's.
pytestmark = pytest.mark.filterwarnings("default")

HEADER = "user_id,item_id,date,rating\n"


def rows(num_users, num_events=4):
    """Returns lines of CSV: each user takes items in a row, an item a day."""
    return [
        f"u{user},i{(user + event) % 7},2016-04-{event + 1:02},{event + 1}\n"
        for user in range(num_users)
        for event in range(num_events)
    ]


def write(path, lines):
    path.write_text(HEADER + "".join(lines))
    return path


@pytest.fixture
def run(tmp_path, capfd):
    """Runs the program on reviews; returns its status and its stderr, line by line."""

    def call(reviews, *flags):
        output = tmp_path / "data"
        capfd.readouterr()
        status = main([f"--input={reviews}", f"--output={output}", *flags])
        shown = capfd.readouterr()
        assert shown.out == ""
        assert "Traceback" not in shown.err
        return status, shown.err.splitlines()

    return call


def sentence(run, reviews, *flags, status=1):
    """Returns the one sentence with which a run fails that shows no progress."""
    found, lines = run(reviews, "--quiet", *flags)
    assert found == status
    (line,) = lines
    assert line.startswith(f"{PROG}: ")
    return line.removeprefix(f"{PROG}: ")


def entries(folder):
    """Returns every path of a folder and its bytes."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(Path(folder).rglob("*"))
        if path.is_file()
    }


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        (
            ["--max_lenght", "7"],
            "unknown flag --max_lenght; did you mean --max_length?",
        ),
        (["--direct_num_work=2"], "did you mean --direct_num_workers?"),
        (["--runner=DaskRunner"], "--runner DaskRunner is not supported"),
        (["--runner=Spork"], "--runner Spork can't be used"),
        (["--max_length=0"], "`max_length` must be at least 1, got 0."),
        (["--split=random", "--test_fraction=0.1"], "'random' has no test split"),
        (["--date_format=dd.mm.yyyy"], "`date_format` must be one of iso, unix"),
        (["--min_rating=high"], "argument --min_rating: invalid float value: 'high'"),
        (["--latest_date=2016-04-31"], "'2016-04-31' is no date such as 2018-01-08"),
        (["--output="], "--output names no folder"),
    ],
)
def test_wrong_flag_is_status_2(run, tmp_path, flags, expected):
    reviews = write(tmp_path / "reviews.csv", rows(5))
    assert expected in sentence(run, reviews, *flags, status=2)
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    ("name", "flags", "expected"),
    [
        ("none.csv", [], "none.csv matches no file; check the path"),
        ("", [], "is a folder; name its files"),
        ("reviews.csv", ["--schema=amazon"], "no schema 'amazon'"),
        ("reviews.csv", ["--output={tmp}/reviews.csv"], "is a file; name a folder"),
        (
            "reviews.csv",
            ["--output={tmp}"],
            "holds 'reviews.csv', which no data set do",
        ),
        (
            "reviews.csv",
            ["--output=nowhere://x"],
            "cannot look up --output nowhere://x",
        ),
    ],
)
def test_wrong_place_is_status_1(run, tmp_path, name, flags, expected):
    reviews = write(tmp_path / "reviews.csv", rows(5))
    flags = [flag.replace("{tmp}", str(tmp_path)) for flag in flags]
    assert expected in sentence(run, tmp_path / name, *flags)
    assert entries(tmp_path) == {"reviews.csv": reviews.read_bytes()}


def test_input_without_rows_is_status_1(run, tmp_path):
    write(tmp_path / "a.csv", [])
    (tmp_path / "b.csv").write_text("")
    found = sentence(run, f"{tmp_path}/?.csv")
    assert found == "the input holds no rows; check the files named by --input."
    assert not (tmp_path / "data").exists()


def test_no_history_of_min_items_is_status_1(run, tmp_path):
    reviews = write(tmp_path / "reviews.csv", rows(9, num_events=2))
    assert sentence(run, reviews) == (
        "none of 9 users has a history of --min_items 3 events; lower it, or check "
        "--user_field."
    )
    assert not (tmp_path / "data").exists()


def test_half_a_gzip_is_status_1(run, tmp_path):
    reviews = tmp_path / "reviews.csv.gz"
    reviews.write_bytes(gzip.compress((HEADER + "".join(rows(50))).encode())[:-9])
    found = sentence(run, reviews)
    assert found.startswith(f"{reviews} is not a whole gzip file (")
    assert found.endswith("fetch or compress it again.")


def test_missing_field_is_status_1(run, tmp_path):
    reviews = write(tmp_path / "reviews.csv", rows(5))
    found = sentence(run, reviews, "--item_field=product")
    assert found.startswith(
        f"{reviews} has no field `product`; its fields are: user_id, item_id, date, "
        "rating. Choose a --schema"
    )


@pytest.mark.slow
def test_items_that_are_all_too_rare_are_status_1(run, tmp_path):
    reviews = write(tmp_path / "reviews.csv", rows(5))
    found = sentence(run, reviews, "--min_item_count=100", "--split=none")
    assert found == "no item has --min_item_count 100 training events; lower it."
    assert not (tmp_path / "data").exists()


def test_what_became_of_every_row(run, tmp_path):
    """One run that succeeds, and those that must leave its data set alone."""
    bad = [",i1,2016-04-01,5\n", "\n", "u1,i1,2016-04-31,5\n", "u1,i1\n"]
    lines = [*rows(40)[:100], *bad, *rows(40)[100:], 'u1,"i\n1",2016-04-01,5\n']
    reviews = write(tmp_path / "reviews.csv", lines)
    status, shown = run(reviews, "--min_rating=2", "--split=none")
    assert status == 0, shown
    text = "\n".join(shown)
    assert "rows read" in text
    assert "dropped by --min_rating" in text
    assert f"{tmp_path}/data is complete. --split none: everything trains" in text

    data = tmp_path / "data"
    manifest = Manifest.from_json((data / "manifest.json").read_text(), "")
    counts = manifest.rows
    assert (counts.read, counts.accepted) == (164, 160)
    assert counts.rejected == {
        "invalid_date": 1,
        "invalid_id": 1,
        "missing_field": 1,
        "not_a_record": 1,
    }
    assert counts.dropped == {"min_rating": 40}
    assert manifest.statistics["events"] == 120
    (rejects,) = (data / "rejects").iterdir()
    found = [json.loads(line) for line in rejects.read_text().splitlines()]
    assert {entry["file"] for entry in found} == {str(reviews)}
    assert [(e["row"], e["reason"], e["text"]) for e in found] == [
        (102, "missing_field", ",i1,2016-04-01,5"),
        (104, "invalid_date", "u1,i1,2016-04-31,5"),
        (105, "not_a_record", "u1,i1"),
        (166, "invalid_id", 'u1,"i\n1",2016-04-01,5'),
    ]
    assert [entry["detail"] for entry in found] == [
        "`user_id` is missing or empty",
        "`date` '2016-04-31' is no date",
        "has 2 fields, the header has 4",
        "`item_id` 'i\\n1' holds a control character",
    ]
    assert sorted(path.name for path in data.iterdir()) == [
        "manifest.json",
        "rejects",
        "train",
        "transform_fn",
        "transformed_metadata",
    ]

    before = entries(data)
    assert "already holds a complete data set; give --overwrite" in sentence(
        run, reviews
    )
    # A run that fails late, with --overwrite, leaves the earlier data set as it was.
    status, shown = run(reviews, "--overwrite", "--quiet", "--max_reject_fraction=0.01")
    assert status == 1
    assert shown == [
        f"{PROG}: 4 of 164 rows were refused (1 date not understood, 1 id neither text "
        "nor number, or with a control character, 1 field missing or empty, 1 not a "
        "record with the header's number of fields), more than --max_reject_fraction "
        "0.01 allows; the first:",
        f"  {reviews} row 102: `user_id` is missing or empty",
        f"  {reviews} row 104: `date` '2016-04-31' is no date",
        f"  {reviews} row 105: has 2 fields, the header has 4",
        "Check --schema, the --*_field names and --date_format, or raise the fraction.",
    ]
    assert entries(data) == before


def test_too_many_rejects_leave_no_folder(run, tmp_path):
    reviews = write(tmp_path / "reviews.csv", [*rows(5), "x,y,never,1\n", ",,,\n"])
    status, shown = run(reviews, "--quiet")
    assert status == 1
    assert "2 of 22 rows were refused" in shown[0]
    assert len(shown) == 4
    assert not (tmp_path / "data").exists()


SENTENCE = "a.csv has no rows; the first:\n  a.csv row 1\nCheck --schema."


@pytest.mark.parametrize(
    "error",
    [
        UserError(SENTENCE),
        UserError(f"{SENTENCE} [while running 'ReadEvents/ReadBlocks']"),
        UserError(f"{SENTENCE} [while running 'A']\n [while running 'B']"),
        RuntimeError(f"Traceback:\nschemas.errors.UserError: {SENTENCE}\n"),
        RuntimeError(
            f"Error from worker\n  raise\nschemas.errors.UserError: {SENTENCE}\n\n"
            "During handling of the above exception, another exception occurred:\n\n"
            f"Traceback:\nschemas.errors.UserError: {SENTENCE} [while running 'A']\n"
        ),
    ],
)
def test_sentence_is_found_in_whatever_beam_makes_of_an_error(error):
    assert user_sentence(error) == SENTENCE


def test_another_error_has_no_sentence():
    assert user_sentence(ValueError("UserError: no [while running 'A']")) is None


@pytest.mark.slow
def test_overwrite_and_what_a_dead_run_left(run, tmp_path):
    reviews = write(tmp_path / "reviews.csv", rows(30))
    for name in ("train/old", "eval/old", ".partial/train/old"):
        (tmp_path / "data" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "data" / name).write_text("left by a run that died")
    assert run(reviews, "--quiet", "--split=none") == (0, [])
    first = entries(tmp_path / "data")
    assert not any("old" in name for name in first)
    assert run(reviews, "--quiet", "--split=user", "--overwrite")[0] == 0
    second = entries(tmp_path / "data")
    assert any(name.startswith("eval/") for name in second)
    assert run(reviews, "--quiet", "--split=none", "--overwrite")[0] == 0
    third = entries(tmp_path / "data")
    assert third.keys() == first.keys()
    shards = [name for name in first if name.endswith(".tfrecord.gz")]
    assert {n: third[n] for n in shards} == {n: first[n] for n in shards}


@pytest.mark.slow
def test_rows_of_rejects_in_a_file_of_several_blocks(run, tmp_path):
    good = '{"user_id": "u%d", "item_id": %s, "date": "2016-04-%02d", "pad": "%s"}\n'
    pad = "x" * 4000
    lines = [
        good % (n // 10, f'"i{n % 7}"' if n % 1000 < 500 else n % 7, n % 10 + 1, pad)
        for n in range(9_000)
    ]
    bad = {3: "not json\n", 4500: good % (1, "null", 1, pad), 8_999: "[1]\n"}
    for place, line in bad.items():
        lines[place] = line
    reviews = tmp_path / "reviews.jsonl"
    reviews.write_text("".join(lines))
    assert reviews.stat().st_size > 2 * (16 << 20)
    assert run(reviews, "--quiet", "--split=none")[0] == 0
    (rejects,) = (tmp_path / "data" / "rejects").iterdir()
    found = [json.loads(line) for line in rejects.read_text().splitlines()]
    assert [entry["row"] for entry in found] == [place + 1 for place in bad]
    assert [entry["text"] for entry in found] == [text[:-1] for text in bad.values()]


@pytest.mark.slow
def test_status_of_the_process(tmp_path):
    reviews = write(tmp_path / "reviews.csv", rows(30))

    def status(name, *flags):
        done = run_module(
            "pipeline", f"--input={reviews}", f"--output={tmp_path}/{name}", *flags
        )
        # Of an error in a process of its own, Beam itself shows the traceback.
        assert ("Traceback" in done.stderr) == (name == "d")
        return done.returncode, done.stderr

    code, shown = status("a", "--split=none")
    assert code == 0, shown
    assert "turning items and days into ids" in shown
    code, shown = status("b", "--min_items=9")
    assert code == 1
    assert shown.splitlines()[-1].startswith(f"{PROG}: none of 30 users has a history")
    code, shown = status("c", "--splt=none")
    assert (code, shown) == (2, f"{PROG}: unknown flag --splt; did you mean --split?\n")
    workers = ["--direct_num_workers=2", "--direct_running_mode=multi_processing"]
    code, shown = status("d", "--quiet", "--item_field=product", *workers)
    assert code == 1, shown
    assert shown.splitlines()[-1].startswith(
        f"{PROG}: {reviews} has no field `product`; its fields are: user_id"
    )
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "reviews.csv"]
