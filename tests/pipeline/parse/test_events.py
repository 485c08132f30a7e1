import numpy as np
import pyarrow as pa
import pytest

from pipeline.formats.lines import rows_of_records
from pipeline.parse.events import EVENT_SCHEMA, LONGEST_TEXT, parse_events
from pipeline.parse.review_schema import ReviewSchema
from pipeline.parse.rows import (
    FUTURE_DATE,
    INVALID_DATE,
    INVALID_ID,
    INVALID_RATING,
    MISSING,
    NOT_JSON,
    REASONS,
    Reject,
    Rows,
)

SCHEMA = ReviewSchema("user", "item", "date", ("iso",), rating="rating")
LATEST = 17_000  # 2016-07-18
DAY = 86_400_000


def rows_of(*records, places=None, rejects=()):
    places = range(len(records)) if places is None else places
    fields = SCHEMA.fields(with_rating=True)
    parts = [
        (place, dict(zip(fields, record, strict=False)), f"row {place}")
        for place, record in zip(places, records, strict=True)
    ]
    return rows_of_records(parts, fields, len(parts), rejects)


def columns_of(**columns):
    count = len(columns["user"])
    return Rows(
        {name: pa.array(values) for name, values in columns.items()},
        np.arange(count),
        lambda indices: [f"row {index}" for index in indices],
        count,
    )


def judge(rows, schema=SCHEMA, first_position=0, **options):
    return parse_events(rows, schema, first_position, LATEST, **options)


def judged(*record, **options):
    """Returns the reason and the detail with which a row is refused, or None."""
    events = judge(rows_of(record), **options)
    assert len(events.rejects) + events.num_accepted == 1
    return (
        (events.rejects[0].reason, events.rejects[0].detail) if events.rejects else None
    )


def test_events_keep_ids_moment_and_position():
    rows = rows_of(
        ("u", 7, "2016-04-20T00:00:01"), (2260466.0, "007", "1970-01-02"), places=[3, 8]
    )
    events = judge(rows, first_position=1000)
    assert events.batch.schema == EVENT_SCHEMA
    assert events.batch.to_pydict() == {
        "user": ["u", "2260466"],
        "item": ["7", "007"],
        "moment": [1_461_110_401_000, DAY],
        "position": [1003, 1008],
    }
    assert (events.rejects, events.dropped, events.num_accepted) == ([], {}, 2)


@pytest.mark.parametrize(
    ("record", "reason", "detail"),
    [
        ((None, "i", "2016-04-20"), MISSING, "`user` is missing or empty"),
        (("", "i", "2016-04-20"), MISSING, "`user` is missing or empty"),
        (("u", "  ", "2016-04-20"), MISSING, "`item` '  ' is missing or empty"),
        (("u", "i", ""), MISSING, "`date` is missing or empty"),
        (("u",), MISSING, "`item` is missing or empty"),
        (("u", "a\nb", "x"), INVALID_ID, "`item` 'a\\nb' holds a control character"),
        (
            ([1], "i", "2016-04-20"),
            INVALID_ID,
            "`user` is a list, not text or a number",
        ),
        (("u", True, "2016-04-20"), INVALID_ID, "`item` is true or false, not text"),
        (("u", "a\udcff", "x"), INVALID_ID, "`item` is not UTF-8"),
        (("u", "i", "April 31"), INVALID_DATE, "`date` 'April 31' is no date"),
        (("u", "i", {"a": 1}), INVALID_DATE, "`date` is a dict, not text or a number"),
        (("u", "i", True), INVALID_DATE, "`date` is true or false"),
        (
            ("u", "i", "2016-07-19"),
            FUTURE_DATE,
            "`date` '2016-07-19' is after --latest",
        ),
    ],
)
def test_row_is_refused_for_the_first_thing_that_is_wrong(record, reason, detail):
    found = judged(*record)
    assert found is not None
    assert found[0] == reason
    assert found[1].startswith(detail)
    assert reason in REASONS


def test_long_values_are_shortened_in_the_detail():
    _, detail = judged("u", "i", "x" * 1000)
    assert detail == f"`date` '{'x' * 56}... is no date"


def test_long_texts_are_cut_whatever_refused_the_row():
    unreadable = Reject(0, NOT_JSON, "is not JSON", "x" * (LONGEST_TEXT + 1))
    fits = Reject(1, NOT_JSON, "is not JSON", "x" * LONGEST_TEXT)
    first, second = judge(rows_of(rejects=[unreadable, fits])).rejects
    assert first.text == f"{'x' * LONGEST_TEXT}... (65,537 characters)"
    assert second == fits


def test_the_latest_day_counts_to_its_end():
    assert judged("u", "i", "2016-07-18T23:59:59.999") is None
    assert judged("u", "i", "2016-07-19T00:00")[0] == FUTURE_DATE


def test_rejects_keep_place_and_text_beside_unreadable_rows():
    unreadable = Reject(4, NOT_JSON, "is not JSON", "}")
    rows = rows_of(
        ("u", "i", "2016-04-20"),
        ("", "i", "2016-04-20"),
        ("u", "i", "never"),
        places=[2, 3, 9],
        rejects=[unreadable],
    )
    events = judge(rows)
    assert events.num_accepted == 1
    assert sorted((r.row, r.reason, r.text) for r in events.rejects) == [
        (3, MISSING, "row 3"),
        (4, NOT_JSON, "}"),
        (9, INVALID_DATE, "row 9"),
    ]


def test_lower_ratings_are_dropped_by_choice_and_not_refused():
    records = [
        ("u", "i", "2016-04-20", rating)
        for rating in (5, "4.0", "3.9", 1e0, None, "", " 10 ", "-1", "+4")
    ]
    events = judge(rows_of(*records), min_rating=4.0)
    assert events.batch.column("position").to_pylist() == [0, 1, 6, 8]
    assert events.dropped == {"min_rating": 5}
    assert events.num_accepted == 9
    assert events.rejects == []


def test_rating_is_not_looked_at_unless_asked_for():
    assert judged("u", "i", "2016-04-20", "good") is None


@pytest.mark.parametrize(
    "rating", ["good", "4,5", "nan", True, [4], "1e999", "-1e400", "9" * 400]
)
def test_rating_that_is_no_number_is_refused(rating):
    reason, detail = judged("u", "i", "2016-04-20", rating, min_rating=4.0)
    assert reason == INVALID_RATING
    assert detail.startswith("`rating`")


def test_required_rating_is_missing_where_the_schema_says_so():
    schema = ReviewSchema("user", "item", "date", ("iso",), "rating", True)
    found = judged("u", "i", "2016-04-20", None, schema=schema, min_rating=4.0)
    assert found == (MISSING, "`rating` is missing or empty")


def test_refused_rows_are_not_dropped_as_well():
    events = judge(rows_of(("u", "i", "never", 1)), min_rating=4.0)
    assert (events.dropped, len(events.rejects)) == ({}, 1)


def test_columns_of_a_wrong_type_refuse_every_row():
    rows = columns_of(user=["u", "v"], item=[[1], [2]], date=["2016-04-20"] * 2)
    events = judge(rows)
    assert [(r.row, r.reason) for r in events.rejects] == [
        (0, INVALID_ID),
        (1, INVALID_ID),
    ]
    assert "has the type list" in events.rejects[0].detail
    rows = columns_of(user=["u"], item=["i"], date=[True])
    assert judge(rows).rejects[0].reason == INVALID_DATE


def test_dates_of_arrow_are_shown_as_dates():
    days = pa.array([LATEST, LATEST + 1, 2**30, None], pa.int32()).cast(pa.date32())
    rows = columns_of(user=["u"] * 4, item=["i"] * 4, date=days)
    events = judge(rows)
    assert events.batch.column("moment").to_pylist() == [LATEST * DAY]
    assert [(r.reason, r.detail) for r in events.rejects] == [
        (FUTURE_DATE, "`date` 2016-07-19 is after --latest_date"),
        (INVALID_DATE, f"`date` {2**30} is no date"),
        (MISSING, "`date` is missing or empty"),
    ]


def test_one_field_may_be_two_things():
    schema = ReviewSchema("user", "user", "date", ("iso",))
    events = judge(columns_of(user=[1], date=["2016-04-20"]), schema=schema)
    assert events.batch.column("item").to_pylist() == ["1"]


def test_no_rows():
    events = judge(rows_of(), min_rating=1.0)
    assert len(events.batch) == 0
    assert events.batch.schema == EVENT_SCHEMA
