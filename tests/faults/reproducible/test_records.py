"""Records do not depend on hash seed, locale, time zone, folder, cores or file order.

That they do not depend on partitions, workers or the cut into files is held by
tests/pipeline/test_same_bytes.py.
"""

import json
import random
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support import odd_log
from tests.support.small_reviews import entries
from tests.support.surroundings import Surroundings, differing

pytestmark = pytest.mark.slow

# TensorFlow writes the nodes of a graph in an order that changes from one run to the
# next, in the same surroundings too. What the graph does shows in the records.
GRAPH = ("transform_fn/saved_model.pb", "transform_fn/fingerprint.pb")
FLAGS = (f"--latest_date={odd_log.LATEST_DATE}", "--num_partitions=3")


def build(where: Surroundings, folder: Path, *flags: str) -> dict[str, bytes]:
    """Runs the pipeline in `folder`, which holds the log; returns what it wrote."""
    done = replace(where, folder=folder).run(
        "pipeline",
        *("--input=log/*.jsonl", "--output=data", "--schema=schema.pbtxt"),
        *flags,
    )
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    found = entries(folder / "data")
    return {name: data for name, data in found.items() if name not in GRAPH}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("records")


@pytest.fixture(scope="module")
def expected(plain, folder):
    odd_log.write_files(folder / "plain", sorted)
    return build(plain, folder / "plain", *FLAGS)


def test_every_date_is_understood_but_those_that_are_none(expected, tmp_path):
    num_bad = odd_log.write_files(tmp_path / "again", sorted)
    rows = json.loads(expected["manifest.json"])["rows"]
    assert set(rows["rejected"]) == {"invalid_date", "missing_field"}
    assert rows["read"] == odd_log.NUM_ROWS
    assert rows["accepted"] == odd_log.NUM_ROWS - num_bad
    lines = [
        json.loads(line)
        for name, data in expected.items()
        if name.startswith("rejects/")
        for line in data.decode().splitlines()
    ]
    assert len(lines) == num_bad
    assert {"log/é.jsonl", "log/İ.jsonl"} <= {line["file"] for line in lines}


def test_other_surroundings_give_the_same_bytes(expected, other, folder, tmp_path):
    def shuffled(names: list[str]) -> list[str]:
        return random.Random(7).sample(names, len(names))

    odd_log.write_files(tmp_path / "other", shuffled)
    assert differing(expected, build(other, tmp_path / "other", *FLAGS)) == []


def test_without_latest_date_the_manifest_alone_names_another_day(
    expected, plain, folder
):
    odd_log.write_files(folder / "unset", sorted)
    found = build(plain, folder / "unset", *FLAGS[1:])
    assert differing(expected, found) == ["manifest.json"]
    ours, theirs = (json.loads(files["manifest.json"]) for files in (found, expected))
    # The settings, by which a run of the trainer knows its data set, do not change
    # from day to day.
    assert ours["settings"].pop("latest_date") is None
    assert theirs["settings"].pop("latest_date") == theirs["latest_date"]
    for name in ("latest_date", "settings_digest", "digest"):
        assert ours.pop(name) != theirs.pop(name)
    assert ours == theirs
