import argparse
import dataclasses
import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.options import (
    Options,
    ReadOptions,
    day_number,
    iso_date,
    parse_date_flag,
)
from pipeline.parse.review_schema import ReviewSchema

SCHEMA = ReviewSchema("user", "item", "date", ("iso",))
RATED = ReviewSchema("user", "item", "date", ("iso",), rating="stars")


@given(st.dates())
def test_day_numbers_and_dates(date):
    assert iso_date(day_number(date)) == date.isoformat()
    assert parse_date_flag(date.isoformat()) == day_number(date)
    assert day_number(date) == (date - datetime.date(1970, 1, 1)).days


@pytest.mark.parametrize(
    "text", ["2016-04-31", "yesterday", "", "2016-04", "20.04.2016"]
)
def test_date_flag_that_is_no_date(text):
    with pytest.raises(
        argparse.ArgumentTypeError, match="is no date such as 2018-01-08"
    ):
        parse_date_flag(text)


def test_rating_is_read_where_it_is_asked_for():
    assert ReadOptions(RATED).fields == ("user", "item", "date")
    assert ReadOptions(RATED, min_rating=4).fields == ("user", "item", "date", "stars")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"min_rating": 4.0}, "`min_rating` needs a rating, .* --rating_field"),
        ({"item_fields": ("a", "")}, "must be names of fields .* got 'a,'"),
        ({"item_fields": ("a\nb",)}, r"must be names of fields .* got 'a\\nb'"),
        ({"item_fields": ("a", "a")}, "must name each field once, got 'a' twice"),
        ({"item_fields": ("user",)}, "other fields than the user's, got 'user'"),
        ({"item_fields": ("item",)}, "other fields than the item's, got 'item'"),
        ({"item_fields": ("date",)}, "other fields than the date's, got 'date'"),
        ({"item_fields": ("item_id",)}, "cannot be 'item_id', .*; rename the field"),
        ({"input_format": "xml"}, "`input_format` must be auto or one of .* got 'xml'"),
    ],
)
def test_wrong_read_options(changes, message):
    with pytest.raises(ValueError, match=message):
        ReadOptions(SCHEMA, **changes)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"min_item_count": 0}, "`min_item_count` must be at least 1, got 0"),
        ({"num_shards": 0}, "`num_shards` must be at least 1, got 0"),
        ({"num_shards": 100_000}, "`num_shards` must be at most 99999, got 100000"),
        ({"num_partitions": -1}, "`num_partitions` must be at least 1, got -1"),
        ({"max_reject_fraction": 1.5}, r"must be in \[0, 1\], got 1.5"),
        ({"max_reject_fraction": -0.1}, r"must be in \[0, 1\], got -0.1"),
        ({"max_reject_fraction": float("nan")}, r"must be in \[0, 1\], got nan"),
    ],
)
def test_wrong_options(changes, message):
    with pytest.raises(ValueError, match=message):
        Options(ReadOptions(SCHEMA), **changes)


def test_settings_hold_what_shapes_the_records_and_nothing_else():
    read = ReadOptions(RATED, latest_day=17_000, min_rating=4.0)
    settings = Options(read, reference_day=16_000, num_partitions=9).settings()
    assert settings == Options(read, reference_day=16_000).settings()
    assert settings["latest_date"] == "2016-07-18"
    assert settings["reference_date"] == "2013-10-22"
    assert settings["rating_field"] == "stars"
    assert settings["date_format"] == ["iso"]
    assert Options(read).settings()["reference_date"] is None
    today, tomorrow = (
        ReadOptions(RATED, latest_day=day, latest_day_is_today=True)
        for day in (17_000, 17_001)
    )
    assert Options(today).settings()["latest_date"] is None
    assert Options(today).settings() == Options(tomorrow).settings()
    others = [
        Options(ReadOptions(RATED, latest_day=17_001, min_rating=4.0)),
        Options(ReadOptions(RATED, latest_day=17_000)),
        Options(read, num_shards=3),
        Options(read, drop_repeats="exact"),
    ]
    assert all(other.settings() != Options(read).settings() for other in others)


def test_how_files_are_read_is_a_setting_where_somebody_chose_it():
    usual = Options(ReadOptions(RATED)).settings()
    required = dataclasses.replace(RATED, rating_required=True)
    for read, setting in (
        (ReadOptions(RATED, input_format="csv"), {"input_format": "csv"}),
        (ReadOptions(RATED, quoted_line_breaks="no"), {"quoted_line_breaks": "no"}),
        (
            ReadOptions(required, min_rating=4.0),
            {"rating_required": True, "min_rating": 4.0},
        ),
        # Nobody looks at the rating.
        (ReadOptions(required), {}),
    ):
        assert Options(read).settings() == {**usual, **setting}


def test_attributes_are_read_beside_the_fields_that_judge_a_row():
    options = ReadOptions(RATED, min_rating=4, item_fields=("category", "stars"))
    assert options.judged_fields == ("user", "item", "date", "stars")
    assert options.attributes == ("category",)
    assert options.fields == ("user", "item", "date", "stars", "category")
    assert Options(options).settings()["item_fields"] == ["category", "stars"]
    assert "item_fields" not in Options(ReadOptions(RATED)).settings()
