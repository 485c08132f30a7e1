"""The same rows give the same bytes, however they are cut and whoever works on them."""

import pytest

from tests.support.programs import LATEST_DATE, run_module
from tests.support.records import shard_bytes

pytestmark = pytest.mark.slow


def build(output, *flags):
    done = run_module(
        "pipeline",
        f"--output={output}",
        "--schema=rent_the_runway",
        "--num_partitions=1",
        "--item_fields=category,size",
        LATEST_DATE,
        *flags,
    )
    assert done.returncode == 0, done.stderr
    vocabulary = output / "transform_fn" / "assets" / "item_vocabulary"
    return (
        shard_bytes(output),
        (output / "manifest.json").read_text(),
        vocabulary.read_text(),
    )


@pytest.fixture(scope="module")
def one_partition(tmp_path_factory, sample_reviews):
    output = tmp_path_factory.mktemp("one") / "data"
    return build(output, f"--input={sample_reviews}")


def test_a_run_has_shards_of_every_split(one_partition):
    shards, _, _ = one_partition
    assert len(shards) == 3 * 8
    assert {path.split("/")[0] for path in shards} == {"train", "eval", "test"}


def test_a_second_run(one_partition, tmp_path, sample_reviews):
    again = build(tmp_path / "data", f"--input={sample_reviews}")
    assert again == one_partition


def test_sixty_four_partitions(one_partition, tmp_path, sample_reviews):
    flags = [f"--input={sample_reviews}", "--num_partitions=64"]
    assert build(tmp_path / "data", *flags) == one_partition


def test_two_processes(one_partition, tmp_path, sample_reviews):
    flags = [
        f"--input={sample_reviews}",
        "--num_partitions=5",
        "--direct_num_workers=2",
        "--direct_running_mode=multi_processing",
    ]
    assert build(tmp_path / "data", *flags) == one_partition


def test_the_rows_in_several_files(one_partition, tmp_path, sample_reviews):
    lines = sample_reviews.read_bytes().splitlines(keepends=True)
    # More than nine, so that the order of bytes is not the order of numbers.
    size = -(-len(lines) // 11)
    for number in range(11):
        part = lines[number * size : (number + 1) * size]
        (tmp_path / f"part-{number:02d}.jsonl").write_bytes(b"".join(part))
    again = build(
        tmp_path / "data", f"--input={tmp_path}/part-*.jsonl", "--num_partitions=3"
    )
    assert again == one_partition


def test_the_order_in_which_files_are_named_does_not_matter(tmp_path, sample_reviews):
    lines = sample_reviews.read_bytes().splitlines(keepends=True)
    (tmp_path / "a.jsonl").write_bytes(b"".join(lines[:3000]))
    (tmp_path / "b.jsonl").write_bytes(b"".join(lines[3000:]))
    names = [str(tmp_path / "a.jsonl"), str(tmp_path / "b.jsonl")]
    forth = build(tmp_path / "forth", "--input", *names)
    back = build(tmp_path / "back", "--input", *reversed(names))
    assert forth == back
