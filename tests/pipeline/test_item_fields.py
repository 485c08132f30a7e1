"""Whole runs with `--item_fields`: the item table beside a data set."""

import csv
import json
import random

import pytest
import tensorflow_transform as tft

from schemas.digests import of_stream
from tests.support.records import read_manifest, read_vocabulary, shard_bytes
from tests.support.reviews import FORMATS, SUFFIXES, columns_of, write_reviews
from trainer.item_table import read_item_table

# Warnings of Beam and tf.Transform are none of this program's.
pytestmark = pytest.mark.filterwarnings("default")

FIELDS = ("category", "body type")


def log(count=400):
    """Returns reviews with many on one day; attributes change, and are often missing.

    Item 7 comes only in a user's third row on a day after all others, so that no
    training window holds it.
    """
    generator = random.Random(3)
    rows = [
        {
            "user_id": generator.randrange(40),
            "item_id": generator.randrange(7),
            "date": f"2016-04-{generator.randint(1, 9):02}",
            "category": generator.choice(["gown", "dress", "top", "", None]),
            "body type": generator.choice(["petite", "tall é", None]),
        }
        for _ in range(count)
    ]
    late = {"item_id": 7, "date": "2016-05-01", "category": "of item 7 alone"}
    return rows + [{"user_id": user, **late, "body type": None} for user in range(9)]


ROWS = log()


def expected_table():
    """Returns the item table by its rule, a row at a time."""
    table = {}
    for row in sorted(ROWS, key=lambda row: row["date"]):
        of_item = table.setdefault(str(row["item_id"]), dict.fromkeys(FIELDS))
        of_item.update({name: row[name] for name in FIELDS if row[name]})
    return dict(sorted(table.items()))


def found_table(data):
    table = read_item_table(f"{data}/items.parquet")
    assert list(table.fields) == list(FIELDS)
    return {item: table.attributes(item) for item in table.items}


def vocabulary_of(data, field):
    path = data / "transform_fn" / "assets" / f"item_field_{field}_vocabulary"
    return path.read_text().splitlines()


def by_number_of_items(table, field, items):
    """Returns a field's values by falling number of items, ties by falling bytes."""
    values = [table[item][field] for item in items if table[item][field] is not None]
    key = lambda value: (values.count(value), value.encode())  # noqa: E731
    return sorted(set(values), key=key, reverse=True)


def files_of(data):
    return {
        **shard_bytes(data),
        "items": (data / "items.parquet").read_bytes(),
        "values": [vocabulary_of(data, field) for field in (0, 1)],
        "digests": read_manifest(data).digests,
    }


def test_attributes_stand_beside_a_data_set_that_is_the_same_without(run, tmp_path):
    reviews = write_reviews(columns_of(ROWS), tmp_path / "log.jsonl", "jsonl")
    flags = ("--latest_date=2018-01-01", "--overwrite")
    status, shown = run(reviews, *flags, f"--item_fields={','.join(FIELDS)}")
    assert status == 0, shown
    assert any("items.parquet 8 items, 2 fields" in " ".join(s.split()) for s in shown)
    data = tmp_path / "data"
    table = expected_table()
    assert found_table(data) == table
    assert list(found_table(data)) == list(table)

    # What only an item outside the vocabulary has is in none.
    items = read_vocabulary(data)
    assert set(items) == {str(item) for item in range(7)}
    for place, name in enumerate(FIELDS):
        expected = by_number_of_items(table, name, items)
        assert vocabulary_of(data, place) == expected
        output = tft.TFTransformOutput(str(data))
        found = output.vocabulary_by_name(f"item_field_{place}_vocabulary")
        assert [value.decode() for value in found] == expected

    manifest = read_manifest(data)
    assert manifest.settings["item_fields"] == list(FIELDS)
    assert manifest.statistics["table_items"] == 8
    with open(data / "items.parquet", "rb") as stream:
        assert manifest.digests["items.parquet"] == of_stream(stream)
    with_fields = shard_bytes(data)

    status, shown = run(reviews, *flags)
    assert status == 0, shown
    assert shard_bytes(data) == with_fields
    assert not (data / "items.parquet").exists()
    without = read_manifest(data)
    # The graph, too, is the same.
    assert without.digests.items() < manifest.digests.items()
    assert {path for path in manifest.digests if path not in without.digests} == {
        "items.parquet"
    } | {f"transform_fn/assets/item_field_{field}_vocabulary" for field in (0, 1)}
    assert "item_fields" not in without.settings
    assert "table_items" not in without.statistics


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("log.jsonl", "no row has text or a number in `categry`, which --item_fields"),
        ("log.csv", "has no field `categry`; its fields are: user_id, item_id, date, "),
    ],
)
def test_a_field_that_no_row_has(run, tmp_path, name, sentence):
    kind = name.partition(".")[2]
    reviews = write_reviews(columns_of(ROWS), tmp_path / name, kind)
    status, shown = run(reviews, "--item_fields=category,categry", "--quiet")
    assert status == 1
    assert len(shown) == 1
    assert sentence in shown[0]
    assert "heck" in shown[0]
    assert not (tmp_path / "data").exists()


def test_what_is_wrong_with_the_rows_is_said_first(run, tmp_path):
    reviews = tmp_path / "log.jsonl"
    reviews.write_text('{"user_id": 1, "item_id": 2, "date": "never"}\n')
    flags = ("--item_fields=category", "--quiet", "--max_reject_fraction=1")
    status, shown = run(reviews, *flags)
    assert status == 1
    assert "no row is left of 1" in shown[0]


def test_the_same_field_may_judge_rows_and_be_an_attribute(run, tmp_path):
    path = tmp_path / "log.csv"
    with open(path, "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["user_id", "item_id", "date", "rating"])
        for number, row in enumerate(ROWS[:200]):
            rating = number % 5
            writer.writerow([row["user_id"], row["item_id"], row["date"], rating])
    flags = ("--item_fields=rating", "--min_rating=3", "--split=none", "--quiet")
    status, shown = run(path, *flags)
    assert status == 0, shown
    table = read_item_table(str(tmp_path / "data" / "items.parquet"))
    # Rows that were dropped say nothing.
    assert set(table.fields["rating"]) <= {"3", "4"}


@pytest.mark.slow
@pytest.mark.parametrize("kind", FORMATS)
def test_every_format_and_any_cut_gives_the_same_files(run, tmp_path, kind):
    flags = (f"--item_fields={','.join(FIELDS)}", "--latest_date=2018-01-01", "--quiet")
    whole = write_reviews(columns_of(ROWS), tmp_path / "whole.jsonl", "jsonl")
    assert run(whole, *flags)[0] == 0
    expected = files_of(tmp_path / "data")
    for number in range(3):
        part = columns_of(ROWS[140 * number : 140 * (number + 1)])
        write_reviews(part, tmp_path / f"part-{number}{SUFFIXES[kind]}", kind)
    again = (*flags, "--overwrite", "--num_partitions=5")
    status, shown = run(f"{tmp_path}/part-*", *again)
    assert status == 0, shown
    assert files_of(tmp_path / "data") == expected
    assert run(whole, *flags, "--overwrite", "--num_shards=3")[0] == 0
    found = files_of(tmp_path / "data")
    assert found["items"] == expected["items"]
    assert found["values"] == expected["values"]


@pytest.mark.slow
def test_numbers_are_text_and_nested_values_are_none(run, tmp_path):
    rows = [
        {
            **row,
            "size": number % 20 if row["item_id"] else [4],
            "category": {"of": "item"} if row["item_id"] == 1 else "gown\n" * 2,
            "body type": "M" if number % 3 else 4,
        }
        for number, row in enumerate(ROWS)
    ]
    for row in rows:
        if row["item_id"] == 2:
            row["category"] = True if row["date"] < "2016-04-05" else "gown"
    path = tmp_path / "log.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    status, shown = run(path, "--item_fields=size,category,body type", "--quiet")
    assert status == 0, shown
    manifest = read_manifest(tmp_path / "data")
    assert manifest.rows.read == manifest.rows.accepted == len(ROWS)
    table = read_item_table(str(tmp_path / "data" / "items.parquet"))
    assert table.attributes("0")["size"] is None
    last = max(
        (row["date"], number) for number, row in enumerate(rows) if row["item_id"] == 3
    )
    assert table.attributes("3")["size"] == str(last[1] % 20)
    assert table.fields["category"] == (None, None, "gown", *[None] * 5)
    assert set(table.fields["body type"]) <= {"M", "4"}
