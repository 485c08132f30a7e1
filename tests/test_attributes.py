"""A category, from the reviews to a rule: the programs one after the other."""

import gzip
import json
from collections import Counter

import pytest

from tests.support.programs import LATEST_DATE, run_module
from trainer.run_files import REPORT

USERS = 5

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def run(module, *flags):
    done = run_module(module, *flags)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def folder(tmp_path_factory, sample_reviews):
    """A data set with attributes, and a run that learned from them."""
    folder = tmp_path_factory.mktemp("attributes")
    read = (f"--input={sample_reviews}", "--schema=rent_the_runway", LATEST_DATE)
    run("pipeline", *read, f"--output={folder}/data", "--item_fields=category,size")
    run(
        *("trainer", "train", f"--data={folder}/data", f"--output={folder}/run"),
        *("--config=quick", "--epochs=2", "--item_features=category"),
    )
    return folder


def predicted(folder, *flags):
    """What `predict` answers each user: (item, category) by user."""
    lines = run(
        *("trainer", "predict", f"--model={folder}/run/model"),
        *(f"--data={folder}/data", f"--examples={USERS}", "--format=jsonl", *flags),
    )
    return {
        line["user_id"]: [
            (one["item_id"], one["attributes"]["category"])
            for one in line["recommendations"]
        ]
        for line in map(json.loads, lines.splitlines())
    }


def test_a_limit_on_a_category_is_the_walk_down_the_whole_ranking(folder):
    ranking = predicted(folder, "--top_k=1000")
    limited = predicted(folder, "--top_k=10", "--max_per=category=2")
    assert limited.keys() == ranking.keys()
    assert len(limited) == USERS
    for user, items in ranking.items():
        taken, walked = Counter(), []
        for item, category in items:
            if category is None or taken[category] < 2:
                taken[category] += 1
                walked.append((item, category))
        assert limited[user] == walked[:10]
    # The first ten of some user may keep the limit by themselves, but not of most.
    ruled_out = [user for user in ranking if limited[user] != ranking[user][:10]]
    assert len(ruled_out) > USERS / 2


def test_recommend_keeps_the_limit_and_shows_the_categories(
    folder, sample_reviews, tmp_path
):
    run(
        *("pipeline.recommend", f"--input={sample_reviews}", "--top_k=6"),
        *("--schema=rent_the_runway", f"--model={folder}/run/model", "--quiet"),
        *(f"--output={tmp_path}/out", "--max_per=category=1", LATEST_DATE),
    )
    shards = sorted((tmp_path / "out" / "recommendations").iterdir())
    text = b"".join(gzip.decompress(path.read_bytes()) for path in shards)
    rows = [json.loads(line) for line in text.splitlines()]
    assert rows
    for row in rows:
        found = [of["category"] for of in row["attributes"]]
        assert len(found) == len(row["items"])
        assert len(set(found)) == len(found)


def test_the_report_shows_attributes_of_what_is_recommended(folder):
    text = (folder / "run" / REPORT).read_text(encoding="utf-8")
    assert '<th scope="col">category</th>' in text
    assert '<th scope="col">size</th>' in text
