"""A trained model, run as users do: the same bytes, and those of `trainer predict`."""

import datetime
import gzip
import json
import shutil

import pytest

from tests.support.programs import run_module
from tests.support.small_reviews import entries

pytestmark = pytest.mark.slow


def build(output, reviews, run, *flags):
    done = run_module(
        "pipeline.recommend",
        f"--input={reviews}",
        "--schema=rent_the_runway",
        f"--model={run}/model",
        f"--output={output}",
        *flags,
    )
    assert done.returncode == 0, done.stderr
    return entries(output), done.stderr


@pytest.fixture(scope="module")
def one_partition(tmp_path_factory, sample_reviews, sample_run):
    output = tmp_path_factory.mktemp("one") / "recs"
    return build(output, sample_reviews, sample_run, "--num_partitions=1")


def test_no_noise(one_partition):
    found, shown = one_partition
    assert "manifest.json" in found
    assert [line for line in shown.splitlines() if "WARN" in line or line == "20"] == []
    assert "asking the model" in shown


def test_many_partitions(one_partition, tmp_path, sample_reviews, sample_run):
    flags = ["--num_partitions=37"]
    again, _ = build(tmp_path / "recs", sample_reviews, sample_run, *flags)
    assert again == one_partition[0]


def test_two_processes(one_partition, tmp_path, sample_reviews, sample_run):
    again, shown = build(
        tmp_path / "recs",
        sample_reviews,
        sample_run,
        "--num_partitions=5",
        "--direct_num_workers=2",
        "--direct_running_mode=multi_processing",
    )
    assert again == one_partition[0]
    assert "Resource module" not in shown
    assert "semi_persistent" not in shown


def test_error_in_a_process_of_its_own(tmp_path, sample_reviews, sample_run):
    model = tmp_path / "run" / "model"
    shutil.copytree(sample_run / "model", model)
    (weights,) = (model / "variables").glob("*.data-*")
    weights.write_bytes(b"")
    done = run_module(
        "pipeline.recommend",
        f"--input={sample_reviews}",
        "--schema=rent_the_runway",
        f"--model={model}",
        f"--output={tmp_path}/recs",
        "--quiet",
        "--direct_num_workers=2",
        "--direct_running_mode=multi_processing",
    )
    assert done.returncode == 1, done.stderr
    last = done.stderr.splitlines()[-1]
    assert f"--model {model} cannot be loaded (" in last
    assert last.endswith("export the model again with `python -m trainer train`.")
    assert not (tmp_path / "recs").exists()


def test_every_user_as_trainer_predict(
    one_partition, tmp_path, sample_reviews, sample_run
):
    histories: dict[str, list[tuple[str, str]]] = {}
    for line in sample_reviews.read_text().splitlines():
        row = json.loads(line)
        histories.setdefault(row["user_id"], []).append(
            (row["review_date"], row["item_id"])
        )
    path = tmp_path / "histories.jsonl"
    path.write_text(
        "".join(
            json.dumps({"user_id": user, "history": [[iso(d), i] for d, i in events]})
            + "\n"
            for user, events in histories.items()
        )
    )
    done = run_module(
        "trainer", "predict", f"--model={sample_run}/model", f"--input={path}"
    )
    assert done.returncode == 0, done.stderr
    rows = {
        row["user_id"]: row
        for name, data in one_partition[0].items()
        if name.endswith(".jsonl.gz")
        for row in map(json.loads, gzip.decompress(data).splitlines())
    }
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert {answer["user_id"] for answer in answers} == rows.keys()
    for answer in answers:
        row = rows[answer["user_id"]]
        expected = [entry["score"] for entry in answer["recommendations"]]
        assert row["scores"] == pytest.approx(expected, abs=1e-5)
        # Of items whose scores differ in the last digit, either may come first.
        assert set(row["items"][:-1]) <= {
            entry["item_id"] for entry in answer["recommendations"]
        }


def iso(date: str) -> str:
    return datetime.datetime.strptime(date, "%B %d, %Y").date().isoformat()
