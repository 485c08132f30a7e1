"""What `python -m pipeline` does with what a user can mend: a sentence and a status."""

import gzip

import pytest

from pipeline.execution import user_sentence
from pipeline.flags import PROG
from schemas.errors import UserError
from tests.support.programs import run_module
from tests.support.small_reviews import HEADER, entries, rows, write

# Warnings of Beam and tf.Transform are none of this program's.
pytestmark = pytest.mark.filterwarnings("default")


def sentence(run, reviews, *flags, status=1):
    """Returns the one sentence with which a run fails that shows no progress."""
    found, lines = run(reviews, "--quiet", *flags)
    assert found == status
    (line,) = lines
    assert line.startswith(f"{PROG}: ")
    return line.removeprefix(f"{PROG}: ")


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


def test_one_item_is_status_1(run, tmp_path):
    reviews = write(tmp_path / "reviews.csv", [f"{row[:-1]},shop\n" for row in rows(9)])
    reviews.write_text(reviews.read_text().replace(HEADER, HEADER[:-1] + ",where\n"))
    assert sentence(run, reviews, "--item_field=where", "--split=none") == (
        "all 36 events are of one item; check --item_field."
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
        f"{reviews} has no field `product`; its fields are: `user_id`, `item_id`, "
        "`date`, `rating`. Choose a --schema"
    )


@pytest.mark.slow
def test_items_that_are_all_too_rare_are_status_1(run, tmp_path):
    reviews = write(tmp_path / "reviews.csv", rows(5))
    found = sentence(run, reviews, "--min_item_count=100", "--split=none")
    assert found == "no item has --min_item_count 100 training events; lower it."
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


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("/a/b/shard; No space left on device", "/a/b/shard"),
        ("[Errno 28] No space left on device: '/a/b c'", "/a/b c"),
        ("[Errno 28] Error writing bytes. Detail: No space left on device", "a file"),
        ("Traceback: E: /a/b; No space left on device [while running 'A']", "/a/b"),
    ],
)
def test_a_full_disk_is_a_sentence_whoever_found_it(text, place):
    found = user_sentence(RuntimeError(text))
    assert found.startswith(f"cannot write {place}: No space left on device; make room")
    assert found.endswith("(TMPDIR), or choose other places, and run it again.")


def test_another_error_has_no_sentence():
    assert user_sentence(ValueError("UserError: no [while running 'A']")) is None


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
        f"{PROG}: {reviews} has no field `product`; its fields are: `user_id`"
    )
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "reviews.csv"]
