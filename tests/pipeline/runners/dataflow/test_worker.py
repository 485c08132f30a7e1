"""Whole jobs, run from what was staged by a worker in another virtual environment."""

import pytest

from tests.support import buckets
from tests.support.google_cloud.cloud import BUCKET
from tests.support.programs import run_module
from tests.support.small_reviews import entries

pytestmark = [pytest.mark.slow, pytest.mark.timeout(420)]


def test_the_data_set_equals_that_of_a_local_run(
    cloud, working_service, reviews, sample_data_set
):
    output = f"{BUCKET}/data"
    done = cloud.submit(working_service, f"--input={reviews}", f"--output={output}")
    assert done.returncode == 0, done.stderr
    assert f"{output} is complete" in done.stderr
    remote, local = buckets.files_in(output), entries(sample_data_set)
    assert set(remote) == set(local)
    records = {name for name in local if name.endswith(".tfrecord.gz")}
    assert len(records) == 3 * 8
    assert {name: remote[name] for name in records} == {
        name: local[name] for name in records
    }
    for name in ("manifest.json", "transform_fn/assets/item_vocabulary"):
        assert remote[name] == local[name]
    scratch = [
        name for name in buckets.files_in(f"{BUCKET}/temp") if "transform" in name
    ]
    assert scratch == []


def test_recommendations_equal_those_of_a_local_run(
    cloud, working_service, reviews, sample_reviews, sample_run, tmp_path
):
    output, model = f"{BUCKET}/recommendations", f"{BUCKET}/run/model"
    buckets.copy_to(sample_run / "model", model)
    module = "pipeline.recommend"
    done = cloud.submit(
        working_service,
        f"--input={reviews}",
        f"--model={model}",
        f"--output={output}",
        module=module,
    )
    assert done.returncode == 0, done.stderr
    assert f"{output}/recommendations is complete" in done.stderr
    local = run_module(
        module,
        f"--input={sample_reviews}",
        f"--model={sample_run / 'model'}",
        f"--output={tmp_path / 'local'}",
        "--schema=rent_the_runway",
    )
    assert local.returncode == 0, local.stderr
    remote, expected = buckets.files_in(output), entries(tmp_path / "local")
    assert set(remote) == set(expected)
    shards = [name for name in remote if name.startswith("recommendations/")]
    assert len(shards) > 1
    for name in shards:
        assert remote[name] == expected[name]


def test_what_a_user_can_mend_is_one_sentence(cloud, working_service):
    url = f"{BUCKET}/reviews/other.jsonl"
    buckets.put(url, b'{"who": "a", "what": "b"}\n')
    done = cloud.submit(working_service, f"--input={url}", f"--output={BUCKET}/none")
    assert done.returncode == 1
    assert "python -m pipeline: 1 of 1 rows were refused (1 field mis" in done.stderr
    assert f"{url} row 1: `user_id` is missing or empty" in done.stderr
    assert "Traceback" not in done.stderr
    assert buckets.files_in(f"{BUCKET}/none") == {}
