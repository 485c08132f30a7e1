import pytest

from schemas import layout


@pytest.mark.parametrize(
    ("parts", "path"),
    [
        (("data", "train", "a"), "data/train/a"),
        (("data/", "a"), "data/a"),
        (("/", "a"), "/a"),
        (("/",), "/"),
        (("gs://bucket/data//", "a"), "gs://bucket/data/a"),
        (("gs://bucket/data",), "gs://bucket/data"),
    ],
)
def test_join(parts, path):
    assert layout.join(*parts) == path


def test_names_of_shards_sort_by_number():
    names = [layout.shard_name(index, 12) for index in range(12)]
    assert names == sorted(names)
    assert names[3] == "windows-00003-of-00012.tfrecord.gz"
    assert layout.rejects_name(3) == "rejects-00003.jsonl"


def test_folders_do_not_meet():
    names = [
        layout.MANIFEST,
        layout.TRANSFORM_FN,
        layout.TRANSFORMED_METADATA,
        layout.REJECTS,
        *layout.SPLIT_FOLDERS,
    ]
    assert len(set(names)) == len(names) == 7
