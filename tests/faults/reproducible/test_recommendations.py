"""Recommendations and figures of a run are the same in any surroundings."""

import random
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.small_reviews import entries
from tests.support.surroundings import Surroundings, differing

pytestmark = pytest.mark.slow

NAMES = ("b-10.jsonl", "b-9.jsonl", "é.jsonl", "İ.jsonl")


def recommend(
    where: Surroundings, folder: Path, names: list[str], reviews: Path, run: Path
) -> dict[str, bytes]:
    """Recommends for the users of reviews in four files, written in a given order."""
    lines = reviews.read_bytes().splitlines(keepends=True)
    size = -(-len(lines) // len(NAMES))
    (folder / "log").mkdir(parents=True)
    for name in names:
        start = NAMES.index(name) * size
        part = lines[start : start + size]
        # A row that is refused, with its file and place.
        (folder / "log" / name).write_bytes(b"".join([*part, b"{}\n"]))
    done = replace(where, folder=folder).run(
        "pipeline.recommend",
        *("--input=log/*.jsonl", "--schema=rent_the_runway", "--output=recs"),
        *(f"--model={run}/model", "--latest_date=2018-01-08", "--num_partitions=3"),
    )
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    return entries(folder / "recs")


@pytest.fixture(scope="module")
def recommended(tmp_path_factory, plain, sample_reviews, sample_run):
    folder = tmp_path_factory.mktemp("recommended") / "plain"
    return recommend(plain, folder, list(NAMES), sample_reviews, sample_run)


def test_other_surroundings_recommend_the_same_bytes(
    recommended, other, tmp_path, sample_reviews, sample_run
):
    order = random.Random(5).sample(NAMES, len(NAMES))
    found = recommend(other, tmp_path / "other", order, sample_reviews, sample_run)
    assert differing(recommended, found) == []
    assert sum(name.startswith("rejects/") for name in found) == len(NAMES)


def evaluate(where: Surroundings, folder: Path, data: Path, run: Path) -> list[bytes]:
    """Returns the figures as they are printed and as they are written."""
    folder.mkdir(parents=True)
    # On all cores: another number of threads may give other last digits.
    done = replace(where, folder=folder, cores=None).run(
        *("trainer", "evaluate", f"--run={run}", f"--data={data}", "--format=json"),
        "--output=figures.json",
    )
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    return [done.stdout, (folder / "figures.json").read_bytes()]


@pytest.fixture(scope="module")
def evaluated(tmp_path_factory, plain, sample_data_set, sample_run):
    folder = tmp_path_factory.mktemp("evaluated") / "plain"
    return evaluate(plain, folder, sample_data_set, sample_run)


def test_other_surroundings_measure_the_same_to_the_last_digit(
    evaluated, other, tmp_path, sample_data_set, sample_run
):
    found = evaluate(other, tmp_path / "other", sample_data_set, sample_run)
    assert found == evaluated
