"""Rules of `recommend`: the answers of `predict`, and what the manifest says."""

import hashlib

import pytest

from pipeline.recommend.flags import PROG
from tests.pipeline.recommend.test_program import check_equal
from tests.trainer.serving import catalogue
from tests.trainer.serving.catalogue import FIELDS, ITEMS

# Warnings of Beam are none of this program's.
pytestmark = pytest.mark.filterwarnings("default")


@pytest.fixture(scope="session")
def model() -> str:
    """An export with attributes of its items, in place of the plain one."""
    return str(catalogue.attributed())


@pytest.fixture
def lists(tmp_path):
    (tmp_path / "exclude").write_text("c\nh h\nnew\n")
    (tmp_path / "only").write_text("a\nc\nd\né\nf,f\ng:g\n")
    return {
        "EXCLUDE": f"--exclude={tmp_path}/exclude",
        "ONLY": f"--only={tmp_path}/only",
    }


@pytest.mark.parametrize(
    "flags",
    [
        ["ONLY", "--max_per=category=1", "--max_per=size=2", "--keep_seen"],
        ["EXCLUDE", "--max_per=size=1", "--popularity_penalty=0.7", "--top_k=3"],
    ],
    ids=str,
)
def test_answers_by_rules_are_those_of_predict(recommend, predict, lists, flags):
    flags = [lists.get(flag, flag) for flag in flags]
    done = recommend("--quiet", *flags)
    assert done.status == 0, done.lines
    check_equal(done.rows, predict(*flags))
    assert any(row["items"] for row in done.rows.values())


def test_popular_items_keep_the_rules(recommend, lists, log):
    done = recommend(
        "--quiet",
        "--min_items=99",
        "--popular",
        lists["EXCLUDE"],
        "--max_per=category=2",
    )
    category = dict(zip(ITEMS, FIELDS["category"], strict=True))
    had: dict[str, set[str]] = {}
    for user, item in zip(log["user_id"], log["item_id"], strict=True):
        had.setdefault(user, set()).add(item)
    for user, row in done.rows.items():
        expected: list[str] = []
        for item in ITEMS:
            same = [i for i in expected if category[i] == category[item]]
            if item not in {"c", "h h", *had[user]} and (
                category[item] is None or len(same) < 2
            ):
                expected.append(item)
        assert row["items"] == expected


def test_the_manifest_names_the_rules_and_what_was_in_their_files(
    recommend, lists, tmp_path
):
    done = recommend(
        "--quiet", lists["EXCLUDE"], "--max_per=size=2", "--popularity_penalty=0.5"
    )
    assert done.lines == [
        "WARNING pipeline.recommend.program: 1 of 3 items of "
        f"{tmp_path}/exclude are not known to the model"
    ]
    digest = hashlib.sha256((tmp_path / "exclude").read_bytes()).hexdigest()
    settings = done.manifest["settings"]
    assert {
        name: settings[name]
        for name in ("exclude", "only", "max_per", "popularity_penalty")
    } == {
        "exclude": {"file": f"{tmp_path}/exclude", "sha256": digest},
        "only": None,
        "max_per": {"size": 2},
        "popularity_penalty": 0.5,
    }


@pytest.mark.parametrize(
    ("flags", "status", "problem"),
    [
        (["--exclude=nowhere"], 1, "cannot open nowhere: "),
        (["--only=NEW"], 1, "none of 1 items of --only "),
        (["--max_per=colour=1"], 1, "--max_per names 'colour', and the attributes of"),
        (["--max_per=size"], 2, "'size' is not ATTRIBUTE=N, such as category=2"),
        (["--popularity_penalty=-1"], 2, "must be from 0 to 1000, got -1.0."),
    ],
    ids=str,
)
def test_rules_that_cannot_be_kept_end_before_anything_runs(
    recommend, tmp_path, flags, status, problem
):
    (tmp_path / "new").write_text("new\n")
    flags = [flag.replace("NEW", f"{tmp_path}/new") for flag in flags]
    done = recommend("--quiet", *flags)
    assert done.status == status
    (line,) = done.lines
    assert line.startswith(f"{PROG}: ")
    assert problem in line
    assert not done.output.exists()
