"""Rules of `python -m trainer predict`, through its flags."""

import gzip
import json
import shutil

import pytest

from schemas.exported_model import ITEM_COUNTS_PATH
from tests.support.digests import accept_export
from tests.trainer.serving import catalogue
from tests.trainer.serving.catalogue import FIELDS, ITEMS
from trainer.__main__ import main

HISTORY = "2016-04-20:b"


@pytest.fixture
def predict(capsys):
    """Runs the command; returns its status, the items of its answer, and stderr."""

    def call(*flags, model=None):
        model = catalogue.attributed() if model is None else model
        flags = ["--model", model, "--history", HISTORY, *flags]
        status = main(["predict", *map(str, flags)])
        out, error = capsys.readouterr()
        items = [
            entry["item_id"]
            for line in out.splitlines()
            for entry in json.loads(line)["recommendations"]
        ]
        return status, items, error

    return call


def test_excluded_items_are_not_recommended_and_unknown_ones_are_counted(
    predict, tmp_path
):
    _, whole, _ = predict()
    assert len(whole) == len(ITEMS) - 1
    path = tmp_path / "sold out"
    path.write_bytes(gzip.compress(f"{whole[0]}\n{whole[3]}\nnew\n".encode()))
    status, items, error = predict("--exclude", path, "--top_k", 4)
    assert (status, items) == (0, [whole[1], whole[2], *whole[4:6]])
    assert error == f"1 of 3 items of {path} are not known to the model\n"


def test_no_items_but_those_named_are_recommended(predict, tmp_path):
    _, whole, _ = predict()
    path = tmp_path / "campaign.txt"
    path.write_text(f"{whole[5]}\n{whole[2]}\n")
    assert predict("--only", path) == (0, [whole[2], whole[5]], "")
    path.write_text("new\n")
    status, items, error = predict("--only", path)
    assert (status, items) == (1, [])
    assert error == (
        f"python -m trainer: none of 1 items of --only {path} is known to the model; "
        "give ids as they stand in the training data, or leave --only out.\n"
    )


def test_an_answer_holds_so_many_items_of_a_value(predict):
    _, whole, _ = predict()
    status, items, _ = predict("--max_per", "category=1", "--top_k", 3)
    assert status == 0
    category = dict(zip(ITEMS, FIELDS["category"], strict=True))
    firsts = {
        value: next(item for item in whole if category[item] == value)
        for value in ("dress", "top", None)
    }
    assert items == [item for item in whole if item in firsts.values()]


def test_a_penalty_brings_up_what_is_rare(predict):
    _, whole, _ = predict()
    _, items, _ = predict("--popularity_penalty", 1_000)
    # By rarity; of equally frequent items by score.
    assert sorted(items) == sorted(whole)
    assert items == sorted(whole, key=lambda i: catalogue.COUNTS[ITEMS.index(i)])


@pytest.mark.parametrize(
    ("flags", "status", "problem"),
    [
        (
            ["--exclude", "nowhere"],
            1,
            "there is no file nowhere; give --exclude a file",
        ),
        (["--only", "."], 1, ". is a folder; give --only a file of item ids, one a"),
        (["--exclude", "ftp://a/b"], 2, "--exclude ftp://a/b is in no storage that"),
        (["--only", "gs:/a/b"], 2, "--only gs:/a/b has one slash behind its scheme"),
        (["--max_per", "colour=1"], 1, "the attributes of items in"),
        (["--max_per", "category"], 2, "'category' is not ATTRIBUTE=N"),
        (["--popularity_penalty", "-1"], 2, "must be from 0 to 1000, got -1.0."),
    ],
    ids=str,
)
def test_what_a_user_can_mend_is_one_sentence(predict, flags, status, problem):
    found, items, error = predict(*flags)
    assert (found, items) == (status, [])
    assert problem in error
    assert error.count("\n") == 1


def test_a_model_without_attributes_or_of_an_earlier_version(predict, tmp_path):
    status, _, error = predict("--max_per=category=1", model=catalogue.export())
    assert status == 1
    assert "holds none; run `python -m pipeline` with --item_fields category" in error
    old = shutil.copytree(catalogue.export(), tmp_path / "model")
    (old / ITEM_COUNTS_PATH).unlink()
    accept_export(old)
    status, _, error = predict("--popularity_penalty=1", model=old)
    assert status == 1
    assert error == (
        f"python -m trainer: {old} was exported by an earlier version and cannot be "
        "asked with --exclude, --only, --max_per or --popularity_penalty; export the "
        "model again with `python -m trainer train`, or leave them out.\n"
    )
    assert predict(model=old) == predict()
