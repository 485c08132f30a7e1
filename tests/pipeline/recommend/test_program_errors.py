"""What `recommend` does with what a user can mend: a sentence, a status, no output."""

import json
import shutil

import pytest

from pipeline.recommend.flags import PROG
from tests.support.small_reviews import entries

# Warnings of Beam are none of this program's.
pytestmark = pytest.mark.filterwarnings("default")


def sentence(done, status=1):
    """Returns the one sentence with which a run failed, and checks its traces."""
    assert done.status == status
    (line,) = done.lines
    assert line.startswith(f"{PROG}: ")
    assert not done.output.exists()
    return line.removeprefix(f"{PROG}: ")


@pytest.fixture
def own_model(tmp_path, model):
    """A copy of the export, to be damaged."""
    return shutil.copytree(model, tmp_path / "own_model")


@pytest.mark.parametrize(
    ("flag", "expected"),
    [
        ("--topk=3", "unknown flag --topk; did you mean --top_k?"),
        ("--top_k=0", "`top_k` must be from 1 to 10000, got 0."),
        ("--min_items=0", "`min_items` must be at least 1, got 0."),
        ("--num_shards=0", "`num_shards` must be at least 1, got 0."),
        ("--max_history=-1", "`max_history` must be at least 0, got -1."),
        ("--max_reject_fraction=2", "`max_reject_fraction` must be in [0, 1], got 2.0"),
        ("--as_of=2016-02-31", "'2016-02-31' is no date such as 2018-01-08"),
        ("--format=csv", "invalid choice: 'csv'"),
        ("--runner=DaskRunner", "--runner DaskRunner is not supported"),
    ],
)
def test_wrong_flag_is_status_2(recommend, flag, expected):
    assert expected in sentence(recommend(flag), status=2)


def test_a_field_of_no_items_is_status_1(recommend):
    found = sentence(recommend("--quiet", "--item_field=date", "--date_field=date"))
    assert "knows the item of none of" in found


def test_no_model_is_status_1(recommend, tmp_path):
    for path in (tmp_path / "nowhere", tmp_path):
        found = sentence(recommend(model=str(path)))
        assert found == (
            f"--model {path} holds no exported model of Seamstress; name the folder "
            "`model` in what `python -m trainer train --output RUN` wrote, RUN/model."
        )
    found = sentence(recommend(model="nowhere://a/model"))
    assert found.startswith("cannot look up --model nowhere://a/model: ")


def test_model_of_another_version_is_status_1(recommend, own_model):
    path = own_model / "assets.extra" / "seamstress.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "format_version": 9}))
    found = sentence(recommend(model=str(own_model)))
    assert found == (
        f"{path} cannot be read (`format_version` must be 2, got 9); export the model "
        "again with `python -m trainer train` of this version."
    )


@pytest.mark.parametrize("text", [b"", b"[]", b"\xff", b'{"format_version": 1}'])
def test_model_without_a_description_is_status_1(recommend, own_model, text):
    path = own_model / "assets.extra" / "seamstress.json"
    path.write_bytes(text)
    assert f"{path} cannot be read (" in sentence(recommend(model=str(own_model)))


def test_damaged_model_is_status_1(recommend, own_model):
    """Only the step that asks the model finds it, and its sentence is what is left."""
    (weights,) = (own_model / "variables").glob("*.data-*")
    weights.write_bytes(weights.read_bytes()[:100])
    found = sentence(recommend("--quiet", model=str(own_model)))
    assert found.startswith(f"--model {own_model} cannot be loaded (")
    assert found.endswith("export the model again with `python -m trainer train`.")


def test_input_that_holds_nothing_is_status_1(recommend, tmp_path):
    empty = tmp_path / "empty.jsonl"
    empty.write_text("")
    found = sentence(recommend("--quiet", reviews=str(empty)))
    assert found == "the input holds no rows; check the files named by --input."


def test_input_of_which_all_is_refused_is_status_1(recommend, tmp_path):
    bad = tmp_path / "bad.jsonl"
    bad.write_text('{"user_id": "u", "item_id": "a", "date": "soon"}\n' * 3)
    done = recommend("--quiet", reviews=str(bad))
    assert done.status == 1
    assert done.lines[0].startswith(f"{PROG}: 3 of 3 rows were refused (3 date not")
    assert not done.output.exists()
    done = recommend("--quiet", "--max_reject_fraction=1", reviews=str(bad))
    assert done.status == 1
    assert done.lines[0].startswith(f"{PROG}: no row is left of 3: refused were 3")
    assert not done.output.exists()


def test_nobody_to_answer_is_status_1(recommend, tmp_path):
    assert sentence(recommend("--quiet", "--min_items=99")) == (
        "none of 60 users has a history of --min_items 99 events; give --popular to "
        "answer them all the same, or lower --min_items."
    )
    assert "events up to --as_of 2001-01-01; give --popular" in sentence(
        recommend("--quiet", "--as_of=2001-01-01")
    )
    users = tmp_path / "users.txt"
    users.write_text("nobody\n")
    assert sentence(recommend("--quiet", f"--users={users}")) == (
        "none of 1 users has a history of --min_items 1 events; give --popular to "
        "answer them all the same, or check the ids in --users."
    )


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("none.txt", "there is no file "),
        ("", "there is no file "),
        ("empty.txt", "names no user; give one id a line."),
        ("latin.txt", "line 2, is not UTF-8"),
        ("half.gz", "is not a whole gzip file"),
    ],
)
def test_users_that_cannot_be_read_are_status_1(recommend, tmp_path, name, expected):
    (tmp_path / "empty.txt").write_text("\n\n")
    (tmp_path / "latin.txt").write_bytes(b"user 1\nJos\xe9\n")
    (tmp_path / "half.gz").write_bytes(b"\x1f\x8bhalf")
    found = sentence(recommend("--quiet", f"--users={tmp_path}/{name}"))
    assert expected in found
    assert f"{tmp_path}/{name}" in found


def test_users_on_a_storage_that_is_not_known_are_status_1(recommend):
    found = sentence(recommend("--users=nowhere://a"))
    assert found.startswith("cannot look up --users nowhere://a: ")


def test_complete_recommendations_outlive_a_run_that_fails(recommend, own_model):
    done = recommend("--quiet")
    before = entries(done.output)
    assert "manifest.json" in before
    again = recommend("--quiet")
    assert again.status == 1
    assert again.lines == [
        f"{PROG}: {done.output} already holds a complete folder of recommendations; "
        "give --overwrite to replace it, or another --output."
    ]
    (weights,) = (own_model / "variables").glob("*.data-*")
    weights.write_bytes(b"")
    failed = recommend("--quiet", "--overwrite", model=str(own_model))
    assert failed.status == 1
    assert entries(done.output) == before


def test_what_a_dead_run_left_is_replaced(recommend):
    done = recommend("--quiet")
    (done.output / "manifest.json").unlink()
    (done.output / ".partial" / "recommendations").mkdir(parents=True)
    (done.output / ".partial" / "recommendations" / "old").write_text("old")
    (done.output / "recommendations" / "old").write_text("old")
    assert recommend("--quiet") == done
    assert not any("old" in name for name in entries(done.output))
    assert len(done.rows) == 60


def test_folder_with_something_else_is_left_alone(recommend, tmp_path):
    kept = tmp_path / "recs" / "train" / "windows"
    kept.parent.mkdir(parents=True)
    kept.write_text("a data set")
    done = recommend("--overwrite")
    assert done.status == 1
    assert "holds 'train', which no folder of recommendations does" in done.lines[0]
    assert entries(done.output) == {"train/windows": b"a data set"}
