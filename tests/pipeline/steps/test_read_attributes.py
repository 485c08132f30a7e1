"""Attributes as `ReadBlocks` reads them, out of every format and however it is cut."""

import csv
import json
from pathlib import Path

import pytest

from pipeline.input.input_files import list_files, split_file
from pipeline.options import ReadOptions
from pipeline.parse.item_values import item_table, merge_values
from pipeline.parse.review_schema import ReviewSchema
from pipeline.steps.read import ReadBlocks
from schemas.errors import UserError
from tests.faults.input.reading import cut_into
from tests.support.attribute_log import FIELDS, attribute_log, latest_values
from tests.support.reviews import FORMATS, SUFFIXES, columns_of, write_reviews

SCHEMA = ReviewSchema("user_id", "item_id", "date", ("iso",), rating="rating")
ROWS = attribute_log()


def table_of(pattern: Path | str, fields=FIELDS, **changes) -> dict[str, dict]:
    """Returns the attributes of each item that the files of a pattern give."""
    options = ReadOptions(SCHEMA, item_fields=fields, **changes)
    read = ReadBlocks(options, 1)
    values = [
        output.value[1]
        for file in list_files([str(pattern)])
        for part in split_file(file, options)
        for output in read.process(part)
        if output.tag == "values"
    ]
    rows = item_table([merge_values(values)], fields).to_pylist()
    return {row.pop("item_id"): row for row in rows}


@pytest.mark.parametrize("kind", FORMATS)
def test_every_format_gives_the_latest_values(tmp_path, kind):
    expected = latest_values(ROWS)
    for number in range(3):
        part = columns_of(ROWS[140 * number : 140 * (number + 1)])
        write_reviews(part, tmp_path / f"part-{number}{SUFFIXES[kind]}", kind)
    assert table_of(f"{tmp_path}/part-*") == expected
    with cut_into(range_bytes=5_000, block_bytes=700):
        assert table_of(f"{tmp_path}/part-*") == expected


def test_no_attribute_is_read_where_none_is_asked_for(tmp_path):
    path = write_reviews(columns_of(ROWS), tmp_path / "log.csv", "csv")
    (file,) = list_files([path])
    options = ReadOptions(SCHEMA)
    (part,) = split_file(file, options)
    tags = {output.tag for output in ReadBlocks(options, 1).process(part)}
    assert tags == {"batches", "accounts"}


def test_numbers_are_text_and_what_could_be_no_id_is_no_value(tmp_path):
    rows = [
        {"size": 14, "category": "gown", "is new": True},
        {"size": "M", "category": "a\nb", "is new": "no"},
        {"size": 4.5, "category": None, "is new": 1},
        {"size": [4], "category": {"a": 1}, "is new": None},
        {"size": 8.0, "category": " ", "is new": False},
    ]
    path = tmp_path / "log.jsonl"
    text = ""
    for item, row in enumerate(rows):
        text += json.dumps(
            {"user_id": "u", "item_id": item, "date": "2016-04-20", **row}
        )
        text += "\n"
    path.write_text(text)
    fields = ("size", "category", "is new")
    assert table_of(path, fields) == {
        "0": {"size": "14", "category": "gown", "is new": None},
        "1": {"size": "M", "category": None, "is new": "no"},
        "2": {"size": "4.5", "category": None, "is new": "1"},
        "3": {"size": None, "category": None, "is new": None},
        "4": {"size": "8", "category": None, "is new": None},
    }


def test_rows_that_are_no_events_say_nothing_of_their_items(tmp_path):
    path = tmp_path / "log.csv"
    with open(path, "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["user_id", "item_id", "date", "rating", "category"])
        writer.writerow(["u", "a", "2016-04-20", 5, "gown"])
        writer.writerow(["u", "a", "2016-04-31", 5, "of no day"])
        writer.writerow(["u", "a", "2016-04-21", 1, "of a low rating"])
        writer.writerow(["u", "b", "2016-04-21", 1, "dress"])
    # The rating judges a row, and is an attribute too.
    found = table_of(path, ("category", "rating"), min_rating=3.0)
    assert found == {"a": {"category": "gown", "rating": "5"}}


@pytest.mark.parametrize("kind", ["csv", "parquet", "json_columns"])
def test_a_field_that_a_file_has_not_is_one_sentence(tmp_path, kind):
    path = write_reviews(columns_of(ROWS), tmp_path / f"log{SUFFIXES[kind]}", kind)
    with pytest.raises(UserError) as caught:
        table_of(path, ("category", "categry"))
    assert str(caught.value) == (
        f"{path} has no field `categry`; its fields are: `user_id`, `item_id`, "
        "`date`, `category`, `body type`. Check --item_fields."
    )
