import csv
import io

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.formats.delimited import (
    Dialect,
    StrayQuoteError,
    has_broken_quotes,
    parse_delimited,
    parse_header,
)
from pipeline.parse.rows import NOT_A_RECORD

HEADER = ["note", "user", "item", "date"]
FIELDS = ["user", "item", "date"]
COMMA = Dialect(",")
TAB = Dialect("\t")
ONE_LINE = Dialect(",", multiline=False)


def parse(data, dialect=COMMA, header=HEADER):
    """Returns rows as (place, values, what is wrong), rejects, and places in all."""
    rows = parse_delimited(data, header, FIELDS, dialect)
    assert all(rows.fields[name].type == pa.string() for name in FIELDS)
    columns = [rows.fields[name].to_pylist() for name in FIELDS]
    found = [
        (
            place,
            *(column[index] for column in columns),
            {name: w[index] for name, w in rows.wrong.items() if index in w},
        )
        for index, place in enumerate(rows.places.tolist())
    ]
    rejects = [(r.row, r.reason, r.detail, r.text) for r in rows.rejects]
    return found, rejects, rows.num_lines


def test_ids_stay_text():
    data = b"x,007,1e3,2016-04-20\nx,NA,null,\nx, 1 ,true,20160420\n"
    assert parse(data) == (
        [
            (0, "007", "1e3", "2016-04-20", {}),
            (1, "NA", "null", "", {}),
            (2, " 1 ", "true", "20160420", {}),
        ],
        [],
        3,
    )


def test_tabs():
    data = b'a,b\tu\t"i\t1"\td\n'
    assert parse(data, TAB)[0] == [(0, "u", "i\t1", "d", {})]


def test_quotes_line_breaks_in_quotes_and_blank_lines_keep_their_places():
    data = (
        b'"a, ""b""",u,i,d\r\n\r\n"two\r\nlines\n\n",v,"j, k",e\r\n   \n,,"",\nx,w,l,f'
    )
    rows, rejects, lines = parse(data)
    assert rows == [
        (0, "u", "i", "d", {}),
        (2, "v", "j, k", "e", {}),
        (7, "", "", "", {}),
        (8, "w", "l", "f", {}),
    ]
    assert (rejects, lines) == ([], 9)


def test_text_of_a_record_is_all_of_its_lines():
    data = b'x,u,i,d\n"two\r\nlines",v,j,e\r\n\nx,w,k,f'
    rows = parse_delimited(data, HEADER, FIELDS, COMMA)
    assert rows.text([]) == []
    assert rows.text([1, 2]) == ['"two\r\nlines",v,j,e', "x,w,k,f"]


@pytest.mark.parametrize(
    ("record", "detail"),
    [
        (b"x,v,j", "has 3 fields, the header has 4"),
        (b"x,v,j,e,5", "has 5 fields, the header has 4"),
        (b"nonsense", "has 1 fields, the header has 4"),
        (b"x,v\rw,j,e", "has a carriage return outside quotes"),
    ],
)
def test_record_that_does_not_fit_is_rejected_alone(record, detail):
    data = b"x,u,i,d\n\n" + record + b"\r\nx,w,k,f\n"
    rows, rejects, lines = parse(data)
    assert rows == [(0, "u", "i", "d", {}), (3, "w", "k", "f", {})]
    assert rejects == [(2, NOT_A_RECORD, detail, record.decode())]
    assert lines == 4


def test_bad_bytes_are_told_of_the_value_that_holds_them():
    data = b"caf\xe9,u,i,d\nx,caf\xe9,j,e\n"
    assert parse(data)[0] == [
        (0, "u", "i", "d", {}),
        (1, None, "j", "e", {"user": "is not UTF-8"}),
    ]


def test_quotes_inside_a_field_are_text():
    data = b'5" x 7",u,i,d\n'
    assert parse(data)[0] == [(0, "u", "i", "d", {})]


@pytest.mark.parametrize(
    "lines",
    [
        [b'x,"v,j,e', b"x,w,k,f"],  # never closed
        [b'"x,v,j,e', b"x,w,k,f", b'"y,z,l,g'],  # closed in front of text
        [b'"x,v', b'y",j\rk,e'],
    ],
)
def test_lines_that_a_stray_quote_joins_are_refused_one_by_one(lines):
    data = b"x,u,i,d\n\n" + b"\r\n".join(lines) + b"\n"
    rows, rejects, count = parse(data)
    assert rows == [(0, "u", "i", "d", {})]
    detail = f"is one of {len(lines)} lines that a stray quote joins"
    assert rejects == [
        (place, NOT_A_RECORD, detail, line.decode())
        for place, line in enumerate(lines, start=2)
    ]
    assert count == 2 + len(lines)
    with pytest.raises(StrayQuoteError) as caught:
        parse(data, Dialect(",", refuses=False))
    assert data[caught.value.at :].startswith(lines[0])


def test_line_breaks_in_quotes_join_no_lines_that_a_quote_does_not_close():
    data = b'"two\r\nlines, ""quoted""",v,j,e\nx,"w",k,f\n"Great,w,k,f\n'
    with pytest.raises(StrayQuoteError):
        parse(data + b'"Good",u,i,d\n"Bad"', Dialect(",", refuses=False))
    # Of one line, nothing is joined.
    rows, rejects, _ = parse(data, Dialect(",", refuses=False))
    assert [row[1] for row in rows] == ["v", "w"]
    assert [place for place, *_ in rejects] == [3]


def test_where_quotes_do_not_hold_line_breaks_a_quote_alone_is_text():
    data = b'x,u,i,d\nx,"v,j,e\r\n"x, y",w,k,f\n'
    assert parse(data, ONE_LINE)[0] == [
        (0, "u", "i", "d", {}),
        (1, '"v', "j", "e", {}),
        (2, "w", "k", "f", {}),
    ]


@pytest.mark.parametrize("data", [b"", b"\n", b"\r\n  \n"])
def test_no_rows(data):
    assert parse(data) == ([], [], data.count(b"\n"))


def test_carriage_return_inside_quotes_is_text():
    assert parse(b'x,"u\rv",i,d\n')[0] == [(0, "u\rv", "i", "d", {})]


def test_first_of_two_equal_columns_counts():
    header = ["user", "item", "user", "date"]
    assert parse(b"u,i,v,d\n", header=header)[0] == [(0, "u", "i", "d", {})]


@pytest.mark.parametrize(
    ("line", "names"),
    [
        (b"user,item,date\n", ["user", "item", "date"]),
        (b"\xef\xbb\xbfuser,item\r\n", ["user", "item"]),
        (b'"a, b","c ""d"""', ["a, b", 'c "d"']),
        (b"caf\xc3\xa9", ["caf\u00e9"]),
        (b"\n", []),
        (b"", []),
    ],
)
def test_header(line, names):
    assert parse_header(line, ",") == names


def test_header_of_tabs():
    assert parse_header(b"a,b\tc\n", "\t") == ["a,b", "c"]


@pytest.mark.parametrize(
    ("data", "broken"),
    [
        (b"", False),
        (b'"a","b"\n"c ""d"""\n', False),
        (b'"a\nb"\n', True),
        (b'5" wide\n', True),
        (b'"a', True),
        (b'5" wide,"a"\n', True),
        (b'5" wide,"a""\n', True),
        (b'5" wide, 7" high\n', False),
        (b'5" wide,"a\n', True),
    ],
)
def test_broken_quotes(data, broken):
    assert has_broken_quotes(data, ",") == broken


values = st.text(st.sampled_from('ab ,"\t\n\r\u00e97'), max_size=5)
records = st.lists(st.lists(values, min_size=4, max_size=4))


# Before Python 3.13 a writer quotes only what its own line breaks consist of.
ways_to_write = st.sampled_from(
    [("\r\n", csv.QUOTE_MINIMAL), ("\r\n", csv.QUOTE_ALL), ("\n", csv.QUOTE_ALL)]
)


@given(records, st.sampled_from(",\t"), ways_to_write)
def test_what_a_csv_writer_writes_is_read_back(table, delimiter, way):
    line_break, quoting = way
    stream = io.StringIO()
    csv.writer(
        stream, delimiter=delimiter, lineterminator=line_break, quoting=quoting
    ).writerows(table)
    rows, rejects, lines = parse(stream.getvalue().encode(), Dialect(delimiter))
    assert [row[1:4] for row in rows] == [tuple(record[1:]) for record in table]
    assert rejects == []
    assert lines == stream.getvalue().count("\n")
    assert [row[0] for row in rows] == sorted({row[0] for row in rows})


some_lines = st.lists(
    st.one_of(
        st.lists(st.text(st.sampled_from("ab7 "), max_size=2), min_size=4, max_size=4),
        st.lists(st.text(st.sampled_from('a"\r '), max_size=3), max_size=5),
    ).map(",".join)
)


@given(some_lines, st.sampled_from(["\n", "\r\n"]))
def test_where_quotes_do_not_hold_line_breaks_a_block_is_read_as_its_lines(
    lines, line_break
):
    data = "".join(line + line_break for line in lines).encode()
    rows, rejects, count = parse(data, ONE_LINE)
    assert count == len(lines)
    expected_rows, expected_rejects = [], []
    for place, line in enumerate(lines):
        (part, refused, _) = parse((line + line_break).encode(), ONE_LINE)
        expected_rows += [(place, *row[1:]) for row in part]
        expected_rejects += [(place, *reject[1:]) for reject in refused]
    assert (rows, rejects) == (expected_rows, expected_rejects)


@given(st.lists(st.sampled_from([b"u,v,i,d\n", b'u,"v,i,d\n']), max_size=6))
def test_no_row_has_values_of_two_unquoted_lines(lines):
    numbered = [line.replace(b"i", b"i%d" % n) for n, line in enumerate(lines)]
    numbered = [line.replace(b"d", b"d%d" % n) for n, line in enumerate(numbered)]
    rows, rejects, _ = parse(b"".join(numbered))
    assert [(item[1:], date[1:]) for _, _, item, date, _ in rows] == [
        (str(place), str(place)) for place, *_ in rows
    ]
    assert len(rows) + len(rejects) == len(lines)


@given(st.text(st.sampled_from('ab,,""\n\r'), max_size=30))
def test_a_record_that_does_not_fit_changes_no_other(text):
    data = text.encode()
    rows, rejects, lines = parse(data)
    with_bad = parse(b"does not fit\n" + data)
    assert with_bad[0] == [(place + 1, *row) for place, *row in rows]
    assert with_bad[1][1:] == [(place + 1, *reject) for place, *reject in rejects]
    assert with_bad[2] == lines + 1
