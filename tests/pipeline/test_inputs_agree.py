"""The same reviews in any format, plain or packed, in one file or three."""

import random

import pytest

from pipeline.__main__ import main
from tests.support.records import shard_bytes
from tests.support.reviews import FORMATS, SUFFIXES, columns_of, write_reviews

pytestmark = [
    pytest.mark.slow,
    # Warnings of Beam and tf.Transform are none of this program's.
    pytest.mark.filterwarnings("default"),
]


def reviews(count):
    """Returns rows with many on one day, so that their positions decide."""
    generator = random.Random(5)
    return [
        {
            "user_id": generator.randrange(60),
            "item_id": f"item {generator.randrange(25)}, \u00e9",
            "date": f"2016-04-{generator.randint(1, 5):02}",
        }
        for _ in range(count)
    ]


ROWS = reviews(600)


def build(folder, pattern):
    output = folder / "data"
    flags = [f"--input={pattern}", f"--output={output}", "--quiet", "--num_shards=2"]
    assert main(flags) == 0
    vocabulary = output / "transform_fn" / "assets" / "item_vocabulary"
    return {**shard_bytes(output), "vocabulary": vocabulary.read_bytes()}


@pytest.fixture(scope="module")
def expected(tmp_path_factory):
    folder = tmp_path_factory.mktemp("expected")
    path = write_reviews(columns_of(ROWS), folder / "reviews.jsonl", "jsonl")
    return build(folder, path)


def test_positions_decide(expected, tmp_path):
    path = write_reviews(columns_of(ROWS[::-1]), tmp_path / "reviews.jsonl", "jsonl")
    assert build(tmp_path, path) != expected


@pytest.mark.parametrize("name", FORMATS)
def test_one_packed_file(expected, tmp_path, name):
    packed = "" if name == "parquet" else ".gz"  # Parquet is packed inside.
    path = tmp_path / f"reviews{SUFFIXES[name]}{packed}"
    assert build(tmp_path, write_reviews(columns_of(ROWS), path, name)) == expected


@pytest.mark.parametrize("name", FORMATS)
def test_three_files(expected, tmp_path, name):
    for number in range(3):
        part = columns_of(ROWS[200 * number : 200 * (number + 1)])
        write_reviews(part, tmp_path / f"part-{number}{SUFFIXES[name]}", name)
    assert build(tmp_path, f"{tmp_path}/part-*") == expected


def test_three_files_of_three_formats(expected, tmp_path):
    for number, name in enumerate(("csv", "parquet", "json_array")):
        part = columns_of(ROWS[200 * number : 200 * (number + 1)])
        write_reviews(part, tmp_path / f"part-{number}{SUFFIXES[name]}", name)
    assert build(tmp_path, f"{tmp_path}/part-*") == expected


def test_ids_as_text_and_numbers_in_a_mix(expected, tmp_path):
    kinds = (int, str, float)
    mixed = [
        row | {"user_id": kinds[place % 3](row["user_id"])}
        for place, row in enumerate(ROWS)
    ]
    path = write_reviews(columns_of(mixed), tmp_path / "reviews.jsonl", "jsonl")
    assert build(tmp_path, path) == expected
