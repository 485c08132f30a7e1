"""Whole runs with `--item_fields`: the item table beside a data set."""

import shutil

import pytest
import tensorflow_transform as tft

from pipeline.__main__ import main
from schemas.digests import of_stream
from tests.support.attribute_log import FIELDS, attribute_log, latest_values
from tests.support.records import read_manifest, read_vocabulary, shard_bytes
from tests.support.reviews import SUFFIXES, columns_of, write_reviews
from trainer.data.item_table import read_item_table

# Warnings of Beam and tf.Transform are none of this program's.
pytestmark = pytest.mark.filterwarnings("default")

ROWS = attribute_log()
FLAGS = ("--latest_date=2018-01-01", "--quiet")
WITH_FIELDS = f"--item_fields={','.join(FIELDS)}"


@pytest.fixture(scope="module")
def reviews(tmp_path_factory):
    path = tmp_path_factory.mktemp("reviews") / "log.jsonl"
    return write_reviews(columns_of(ROWS), path, "jsonl")


@pytest.fixture(scope="module")
def with_fields(tmp_path_factory, reviews):
    data = tmp_path_factory.mktemp("with_fields") / "data"
    assert main([f"--input={reviews}", f"--output={data}", WITH_FIELDS, *FLAGS]) == 0
    return data


def vocabulary_of(data, field):
    path = data / "transform_fn" / "assets" / f"item_field_{field}_vocabulary"
    return path.read_text().splitlines()


def by_number_of_items(values):
    """Returns values by falling number of items, ties by falling bytes."""
    there = [value for value in values if value is not None]
    return sorted(set(there), key=lambda v: (there.count(v), v.encode()), reverse=True)


def test_the_table_holds_the_latest_values_in_the_order_of_the_items(with_fields):
    table = read_item_table(f"{with_fields}/items.parquet")
    expected = latest_values(ROWS)
    assert list(table.items) == list(expected)
    assert list(table.fields) == list(FIELDS)
    assert {item: table.attributes(item) for item in table.items} == expected


def test_vocabularies_are_of_the_items_that_training_windows_hold(with_fields):
    items = read_vocabulary(with_fields)
    assert set(items) == {str(item) for item in range(7)}
    table = latest_values(ROWS)
    output = tft.TFTransformOutput(str(with_fields))
    for place, name in enumerate(FIELDS):
        expected = by_number_of_items([table[item][name] for item in items])
        assert vocabulary_of(with_fields, place) == expected
        found = output.vocabulary_by_name(f"item_field_{place}_vocabulary")
        assert [value.decode() for value in found] == expected


def test_the_manifest_names_the_fields_and_has_a_digest_of_every_file(with_fields):
    manifest = read_manifest(with_fields)
    assert manifest.settings["item_fields"] == list(FIELDS)
    assert manifest.statistics["table_items"] == 8
    values = {f"transform_fn/assets/item_field_{place}_vocabulary" for place in (0, 1)}
    for path in ("items.parquet", *values):
        with open(with_fields / path, "rb") as stream:
            assert manifest.digests[path] == of_stream(stream)


def test_without_the_flag_all_else_is_the_same_and_no_table_stays(
    with_fields, reviews, tmp_path
):
    data = tmp_path / "data"
    shutil.copytree(with_fields, data)
    flags = (f"--input={reviews}", f"--output={data}", "--overwrite", *FLAGS)
    assert main(flags) == 0
    assert shard_bytes(data) == shard_bytes(with_fields)
    before, after = read_manifest(with_fields), read_manifest(data)
    # Shards and transform graph alike.
    assert after.digests.items() < before.digests.items()
    gone = before.digests.keys() - after.digests.keys()
    assert len(gone) == 3
    assert not any((data / path).exists() for path in gone)
    assert "item_fields" not in after.settings
    assert "table_items" not in after.statistics


@pytest.mark.slow
def test_any_format_and_any_cut_gives_the_same_bytes(with_fields, tmp_path, run):
    for number, kind in enumerate(("csv", "parquet", "json_array")):
        part = columns_of(ROWS[140 * number : 140 * (number + 1)])
        write_reviews(part, tmp_path / f"part-{number}{SUFFIXES[kind]}", kind)
    flags = (WITH_FIELDS, "--num_partitions=5", "--num_shards=3")
    status, shown = run(f"{tmp_path}/part-*", *flags, FLAGS[0])
    assert status == 0, shown
    assert "items.parquet 8 items, 2 fields" in " ".join(" ".join(shown).split())
    data = tmp_path / "data"
    table = (data / "items.parquet").read_bytes()
    assert table == (with_fields / "items.parquet").read_bytes()
    for place in (0, 1):
        assert vocabulary_of(data, place) == vocabulary_of(with_fields, place)


def test_a_field_that_no_row_has(run, reviews, tmp_path):
    status, shown = run(reviews, "--item_fields=category,categry", "--quiet")
    assert status == 1
    (line,) = shown
    assert "no row has text or a number in `categry`, which --item_fields" in line
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    "flags", [(), ("--split=none", "--min_item_count=40")], ids=["held_out", "rare"]
)
def test_a_field_that_no_item_of_the_vocabulary_has(run, tmp_path, flags):
    rows = [
        {**row, "late": "a word" if row["item_id"] == 7 else None, "category": "gown"}
        for row in ROWS
    ]
    path = write_reviews(columns_of(rows), tmp_path / "log.jsonl", "jsonl")
    status, shown = run(path, "--item_fields=category,late", *flags, *FLAGS)
    assert status == 1
    assert shown[-1].endswith(
        "no item that a model can learn has text or a number in `late`, which "
        "--item_fields names: those that have it are held out, or rarer than "
        "--min_item_count; leave it out, or loosen these."
    )
    assert not (tmp_path / "data").exists()


def test_where_no_item_is_learned_that_is_said(run, reviews):
    status, shown = run(reviews, WITH_FIELDS, "--min_item_count=1000", *FLAGS)
    assert status == 1
    assert "no item has --min_item_count 1000 training events; lower it" in shown[-1]
