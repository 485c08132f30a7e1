import datetime
import io
import uuid
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.formats.parquet import open_parquet, parse_row_group
from pipeline.parse.events import parse_events
from pipeline.parse.ids import as_text
from pipeline.parse.review_schema import ReviewSchema
from pipeline.parse.rows import INVALID_DATE, INVALID_ID, MISSING
from schemas.errors import UserError

FIELDS = ("user", "item", "date")
SCHEMA = ReviewSchema(*FIELDS, date_formats=("iso", "unix"))
DATES = ["2016-04-20", "2017-01-02"]


def write(row_group_size=None, **columns):
    stream = io.BytesIO()
    table = pa.table({"other": pa.nulls(len(columns["user"])), **columns})
    pq.write_table(table, stream, row_group_size=row_group_size)
    return stream


def read(group=0, row_group_size=None, **columns):
    file = open_parquet(write(row_group_size, **columns), "p")
    return parse_row_group(file, group, FIELDS, "p")


def judge(**columns):
    """Returns the events of a file of one group as dicts, and rejects."""
    events = parse_events(read(**columns), SCHEMA, 0, latest_day=20_000)
    return events.batch.to_pylist(), [(r.row, r.reason) for r in events.rejects]


@pytest.mark.parametrize(
    "users",
    [
        pa.array([2260466, 7]),
        pa.array([2260466, 7], pa.uint32()),
        pa.array([2260466.0, 7.0]),
        pa.array([Decimal(2260466), Decimal(7)], pa.decimal128(20, 0)),
        pa.array(["2260466", "7"]),
        pa.array(["2260466", "7"], pa.large_string()),
        pa.array(["2260466", "7"]).dictionary_encode(),
        pa.array([b"2260466", b"7"]),
        pa.array([b"2260466", b"7"], pa.large_binary()),
        pa.array([b"2260466", b"7"]).dictionary_encode(),
    ],
    ids=lambda column: str(column.type),
)
def test_ids_of_any_type_are_the_same(users):
    events, rejects = judge(user=users, item=users, date=DATES)
    assert [event["user"] for event in events] == ["2260466", "7"]
    assert [event["item"] for event in events] == ["2260466", "7"]
    assert rejects == []


def test_text_of_fixed_size():
    users = pa.array([b"ab", b"cd"], pa.binary(2))
    assert [e["user"] for e in judge(user=users, item=users, date=DATES)[0]] == [
        "ab",
        "cd",
    ]


@pytest.mark.parametrize("store_schema", [True, False])  # False: as others write it
def test_ids_of_uuid_and_json_are_their_text(store_schema):
    names = [str(uuid.UUID(int=n)) for n in (5, 2**127)]
    ids = pa.array([uuid.UUID(name).bytes for name in names] + [None], pa.binary(16))
    users = pa.ExtensionArray.from_storage(pa.uuid(), ids)
    items = pa.array(["7", '"a"', None])
    columns = {
        "user": users,
        "item": pa.ExtensionArray.from_storage(pa.json_(), items),
        "date": [*DATES, DATES[0]],
    }
    stream = io.BytesIO()
    pq.write_table(pa.table(columns), stream, store_schema=store_schema)
    rows = parse_row_group(open_parquet(stream, "p"), 0, FIELDS, "p")
    assert rows.fields["user"].to_pylist() == [*names, None]
    assert rows.fields["item"].to_pylist() == items.to_pylist()
    events = parse_events(rows, SCHEMA, 0, latest_day=20_000)
    assert [event["user"] for event in events.batch.to_pylist()] == names
    (reject,) = events.rejects
    assert (reject.row, reject.reason) == (2, MISSING)
    assert names[0] in rows.text([0])[0]


@pytest.mark.parametrize(
    "dates",
    [
        pa.array([datetime.date.fromisoformat(d) for d in DATES]),
        pa.array([datetime.date.fromisoformat(d) for d in DATES], pa.date64()),
        *(
            pa.array([datetime.datetime.fromisoformat(d) for d in DATES], kind)
            for kind in (pa.timestamp("ms"), pa.timestamp("us"), pa.timestamp("ns"))
        ),
        pa.array(
            [datetime.datetime.fromisoformat(f"{d}T00:00Z") for d in DATES],
            pa.timestamp("us", tz="America/New_York"),
        ),
        pa.array([1461110400, 1483315200]),
        pa.array([1461110400.0, 1483315200.0]),
        pa.array([1461110400000, 1483315200000]),
        pa.array(DATES),
    ],
    ids=lambda column: str(column.type),
)
def test_dates_of_any_type_are_the_same(dates):
    events, rejects = judge(user=["u", "v"], item=["i", "j"], date=dates)
    assert [event["moment"] for event in events] == [1461110400000, 1483315200000]
    assert rejects == []


def test_a_group_counts_from_its_own_first_row():
    columns = {"user": list("uvw"), "item": list("ijk"), "date": [*DATES, DATES[0]]}
    rows = read(group=1, row_group_size=2, **columns)
    assert rows.fields["user"].to_pylist() == ["w"]
    assert (rows.places.tolist(), rows.num_lines) == ([0], 1)


def test_values_that_cannot_be_used_are_refused_alone():
    nan, infinity = float("nan"), float("inf")
    users = pa.array([infinity, 1.0, nan, None])
    events, rejects = judge(user=users, item=list("ijkl"), date=[DATES[0]] * 4)
    assert [event["user"] for event in events] == ["1"]
    assert rejects == [(0, INVALID_ID), (2, MISSING), (3, MISSING)]


@pytest.mark.parametrize("encode", [False, True])
def test_bytes_that_are_no_text_are_refused_alone(encode):
    users = pa.array([b"caf\xe9", b"caf\xc3\xa9", None])
    users = users.dictionary_encode() if encode else users
    events, rejects = judge(user=users, item=list("ijk"), date=[DATES[0]] * 3)
    assert [event["user"] for event in events] == ["caf\u00e9"]
    assert rejects == [(0, INVALID_ID), (2, MISSING)]


def test_bytes_that_are_no_text_in_a_column_of_text():
    users = pa.array([b"caf\xe9", b"u"]).view(pa.string())
    events, rejects = judge(user=users, item=["i", "j"], date=DATES)
    assert [event["user"] for event in events] == ["u"]
    assert rejects == [(0, INVALID_ID)]


def test_columns_that_hold_neither_ids_nor_dates_refuse_every_row():
    _, rejects = judge(user=[True, False], item=["i", "j"], date=DATES)
    assert rejects == [(0, INVALID_ID), (1, INVALID_ID)]
    _, rejects = judge(user=["u", "v"], item=[[1], [2]], date=DATES)
    assert rejects == [(0, INVALID_ID), (1, INVALID_ID)]
    dates = pa.array([1, 2], pa.duration("ms"))
    _, rejects = judge(user=["u", "v"], item=["i", "j"], date=dates)
    assert rejects == [(0, INVALID_DATE), (1, INVALID_DATE)]


def test_text_of_a_row_shows_every_needed_value():
    days = pa.array([16_911, 2**30], pa.int32()).cast(pa.date32())
    rows = read(user=[b"a", b"\xff"], item=[1, None], date=days)
    assert rows.text([]) == []
    assert rows.text([1, 0]) == [
        '{"user": "\\\\xff", "item": null, "date": 1073741824}',
        '{"user": "a", "item": 1, "date": "2016-04-20"}',
    ]


def test_absent_column_is_told_with_the_columns_there_are():
    stream = write(user=["u"], thing=["i"], date=DATES[:1])
    with pytest.raises(
        UserError,
        match=r"no field `item`; its fields are: `other`, `user`, `thing`",
    ):
        parse_row_group(open_parquet(stream, "p"), 0, FIELDS, "p")


def test_column_that_is_there_twice_is_one_sentence():
    stream = io.BytesIO()
    columns = [["u"], ["v"], ["i"], DATES[:1]]
    pq.write_table(pa.table(columns, ["user", "user", "item", "date"]), stream)
    with pytest.raises(UserError, match="p has more than one field `user`; rename"):
        parse_row_group(open_parquet(stream, "p"), 0, FIELDS, "p")


@pytest.mark.parametrize("data", [b"", b"user,item,date\n", b"PAR1" * 5])
def test_what_is_no_parquet_is_one_sentence(data):
    with pytest.raises(UserError, match=r"p is not a Parquet file .*--input_format"):
        open_parquet(io.BytesIO(data), "p")


def test_damaged_group_is_named():
    stream = write(user=["u"] * 1000, item=list(range(1000)), date=DATES * 500)
    data = bytearray(stream.getvalue())
    data[4:2000] = b"\xff" * 1996
    file = open_parquet(io.BytesIO(bytes(data)), "p")
    with pytest.raises(UserError, match=r"p is damaged in row group 0 .* again\."):
        parse_row_group(file, 0, FIELDS, "p")


def test_no_rows():
    file = open_parquet(write(user=[], item=[], date=[]), "p")
    assert file.num_row_groups in (0, 1)
    if file.num_row_groups:
        rows = parse_row_group(file, 0, FIELDS, "p")
        assert as_text(rows.fields["user"]).to_pylist() == []
