"""Broken Parquet, and Parquet of other schemas."""

import datetime
import gzip
import io
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from tests.faults.input.cases import Case, ends, refused

_DAYS = ["2016-04-20", "2017-01-02"]


def parquet(user_id: Any = ("u", "v"), date: Any = _DAYS, **settings: Any) -> bytes:
    """Returns a file of two rows whose columns can be given in any type."""
    columns = {"user_id": list_or_array(user_id), "item_id": pa.array(["i", "j"])}
    return written(pa.table({**columns, "date": list_or_array(date)}), **settings)


def list_or_array(values: Any) -> Any:
    return values if isinstance(values, (pa.Array, pa.ExtensionArray)) else list(values)


def written(table: pa.Table, **settings: Any) -> bytes:
    stream = io.BytesIO()
    pq.write_table(table, stream, **settings)
    return stream.getvalue()


def _flipped(data: bytes, start: int, stop: int) -> bytes:
    flipped = bytes(byte ^ 255 for byte in data[start:stop])
    return data[:start] + flipped + data[stop:]


def _of_two_names() -> bytes:
    columns = [pa.array(["u"]), pa.array(["v"]), pa.array(["i"]), pa.array(_DAYS[:1])]
    names = ["user_id", "user_id", "item_id", "date"]
    return written(pa.table(columns, names))


def _twin_fields() -> pa.Array:
    return pa.StructArray.from_arrays([pa.array([1, 2])] * 2, ["a", "a"])


_WHOLE = parquet()
_EMPTY = pa.schema([(name, pa.string()) for name in ("user_id", "item_id", "date")])
_NAN, _INFINITY = float("nan"), float("inf")
_FAR = pa.array([2**62, 0], pa.int64()).cast(pa.timestamp("ms"))
_NOT_PARQUET = r"is not a Parquet file \(.*--input_format"
_DAMAGED = r"is damaged in row group 0 \(.*write it again"

PARQUET: list[Case] = [
    refused("whole.parquet", _WHOLE, 2),
    refused("no_rows.parquet", written(pa.Table.from_pylist([], _EMPTY)), 0),
    refused(
        "text_that_is_none.parquet", parquet(pa.array([b"\xff", b"u"])), 1, invalid_id=1
    ),
    refused(
        "infinities.parquet",
        parquet([_INFINITY, _NAN]),
        0,
        invalid_id=1,
        missing_field=1,
    ),
    refused(
        "halves.parquet",
        parquet(pa.array([1.5, _INFINITY], pa.float16())),
        1,
        invalid_id=1,
    ),
    refused("negative_zeros.parquet", parquet([-0.0, 0.0]), 2),
    refused("nothing.parquet", parquet(pa.nulls(2)), 0, missing_field=2),
    refused("truth.parquet", parquet([True, None]), 0, invalid_id=2),
    refused("lists.parquet", parquet([["u"], []]), 0, invalid_id=2),
    refused("objects.parquet", parquet([{"a": 1}, None]), 0, invalid_id=2),
    refused(
        "lists_of_no_text.parquet",
        parquet(pa.array([[b"\xff"], []]).cast(pa.list_(pa.binary()))),
        0,
        invalid_id=2,
    ),
    refused("twins.parquet", parquet(_twin_fields()), 0, invalid_id=2),
    refused(
        "days_for_ids.parquet",
        parquet([datetime.date(2016, 4, 20)] * 2),
        0,
        invalid_id=2,
    ),
    refused(
        "durations.parquet",
        parquet(date=pa.array([1, 2], pa.duration("ms"))),
        0,
        invalid_date=2,
    ),
    refused(
        "times_of_day.parquet",
        parquet(date=pa.array([1, 2], pa.time32("ms"))),
        0,
        invalid_date=2,
    ),
    refused(
        "far_days.parquet",
        parquet(date=pa.array([2**30, 0], pa.int32()).cast(pa.date32())),
        1,
        invalid_date=1,
    ),
    refused(
        "far_times.parquet",
        parquet(date=_FAR),
        1,
        invalid_date=1,
    ),
    refused(
        "lists_of_far_days.parquet",
        parquet(
            pa.array([[2**30], []], pa.list_(pa.int32())).cast(pa.list_(pa.date32()))
        ),
        0,
        invalid_id=2,
    ),
    refused(
        "zone_that_is_none.parquet",
        parquet(
            ["", "u"],
            pa.array([0, 1], pa.timestamp("ms")).cast(
                pa.timestamp("ms", "Middle/Earth")
            ),
        ),
        1,
        missing_field=1,
    ),
    refused(
        "long_decimals.parquet",
        parquet([Decimal("1" * 30 + ".5"), Decimal("1" * 30 + ".25")]),
        2,
    ),
    refused(
        "columns_by_the_thousand.parquet",
        written(
            pa.table(
                {
                    **{f"x{i}": ["x"] for i in range(2000)},
                    "user_id": ["u"],
                    "item_id": ["i"],
                    "date": _DAYS[:1],
                }
            )
        ),
        1,
    ),
    ends("empty.parquet", b"", _NOT_PARQUET),
    ends("csv.parquet", b"user_id,item_id,date\n" * 9, _NOT_PARQUET),
    ends("without_its_end.parquet", _WHOLE[:-8], _NOT_PARQUET),
    ends("without_its_start.parquet", _WHOLE[4:], "is (not a|damaged)"),
    ends("half.parquet", _WHOLE[: len(_WHOLE) // 2], _NOT_PARQUET),
    ends(
        "footer_flipped.parquet",
        _flipped(_WHOLE, len(_WHOLE) - 60, len(_WHOLE) - 40),
        "is (not a|damaged)",
    ),
    ends("footer_of_4_gb.parquet", _WHOLE[:-8] + b"\xff\xff\xff\x7fPAR1", _NOT_PARQUET),
    ends("wrong_magic.parquet", _WHOLE[:-4] + b"PAR2", _NOT_PARQUET),
    ends("encrypted.parquet", _WHOLE[:-4] + b"PARE", _NOT_PARQUET),
    ends(
        "name_that_is_no_utf8.parquet",
        _WHOLE.replace(b"item_id", b"\xe9tem_id"),
        _NOT_PARQUET,
    ),
    ends("pages_flipped.parquet", _flipped(_WHOLE, 4, 60), _DAMAGED),
    ends(
        "a_bit_flipped_with_checksums.parquet",
        _flipped(
            parquet(
                ["uuu", "vvv"],
                write_page_checksum=True,
                compression="none",
                use_dictionary=False,
            ),
            60,
            61,
        ),
        _DAMAGED,
    ),
    ends("packed.parquet.gz", gzip.compress(_WHOLE), _NOT_PARQUET),
    ends("parquet.jsonl", _WHOLE, "is a Parquet file; rename it to end in .parquet"),
    ends("parquet.csv", _WHOLE, "is a Parquet file; rename it to end in .parquet"),
    ends(
        "another_schema.parquet",
        written(pa.table({"user": ["u"], "item_id": ["i"], "date": _DAYS[:1]})),
        "has no field `user_id`; its fields are: `user`, `item_id`, `date`",
    ),
    ends(
        "nested_fields.parquet",
        written(pa.table({"row": [{"user_id": "u", "item_id": "i", "date": "d"}]})),
        r"has no field `user_id`; its fields are: `row`\.",
    ),
    ends("column_twice.parquet", _of_two_names(), "has more than one field `user_id`"),
]
