"""Broken CSV and TSV."""

from tests.faults.input.cases import HEADER, ROW, Case, ends, refused

_MARK = b"\xef\xbb\xbf"
_RATED = b"user_id,item_id,date,rating\n"
_TITLED = b"user_id\ttitle\titem_id\tdate\n"
_WIDE = 20_000

DELIMITED = [
    refused("empty.csv", b"", 0),
    refused("header_alone.csv", HEADER, 0),
    refused("header_without_a_line_break.csv", HEADER[:-1], 0),
    refused("blank_lines.csv", HEADER + b"\n\r\n   \n\n", 0),
    refused("byte_order_mark.csv", _MARK + HEADER + ROW, 1),
    refused("carriage_returns.csv", (HEADER + ROW).replace(b"\n", b"\r\n"), 1),
    refused("mixed_line_ends.csv", HEADER + ROW + ROW[:-1] + b"\r\n\r\n" + ROW[:-1], 3),
    refused("half_a_line.csv", HEADER + ROW + ROW[:3], 1, not_a_record=1),
    refused("half_a_date.csv", HEADER + ROW + ROW[:-4], 1, invalid_date=1),
    refused(
        "too_many_fields.csv", HEADER + b"u,i,2016-04-20,5\n" + ROW, 1, not_a_record=1
    ),
    refused("header_again.csv", HEADER + ROW + HEADER + ROW, 2, invalid_date=1),
    refused(
        "carriage_return_inside.csv",
        HEADER + b"u\rv,i,2016-04-20\n" + ROW,
        1,
        not_a_record=1,
    ),
    refused(
        "nul_bytes.csv",
        HEADER + b"u\0,i,2016-04-20\n\0\0\n" + ROW,
        1,
        invalid_id=1,
        not_a_record=1,
    ),
    refused("bad_utf8.csv", HEADER + b"caf\xe9,i,2016-04-20\n" + ROW, 1, invalid_id=1),
    refused(
        "empty_strings.csv",
        HEADER + b',i,2016-04-20\nu,"",2016-04-20\nu,i,\n',
        0,
        missing_field=3,
    ),
    ends(
        "quote_that_is_never_closed.csv",
        HEADER + ROW + b'"u,i,2016-04-20\n' + ROW,
        "has a quote after byte 36 that takes in the lines behind it",
    ),
    Case(
        "quote_that_is_never_closed_and_lines_are_refused.csv",
        HEADER + ROW + b'"u,i,2016-04-20\n\n' + ROW,
        1,
        {"not_a_record": 2},
        changes={"quoted_line_breaks": "yes"},
    ),
    ends(
        "quotes_that_belong_to_titles.tsv",
        _TITLED + b'u\t"Great\ti\t2016-04-20\nv\t"Good\tj\t2016-04-21\n',
        "quote after byte 27 .* give --quoted_line_breaks no where such quotes are",
    ),
    Case(
        "quotes_that_belong_to_titles_and_lines_are_refused.tsv",
        _TITLED + b'u\t"Great\ti\t2016-04-20\nv\t"Good\tj\t2016-04-21\n',
        0,
        {"not_a_record": 2},
        changes={"quoted_line_breaks": "yes"},
    ),
    Case(
        "quotes_that_belong_to_titles_and_are_only_text.tsv",
        _TITLED + b'u\t"Great\ti\t2016-04-20\nv\t"Good\tj\t2016-04-21\n',
        2,
        changes={"quoted_line_breaks": "no"},
    ),
    ends(
        "open_quote_in_another_column_of_the_header.csv",
        HEADER[:-1] + b',"title\n' + ROW[:-1] + b",x\n",
        "has a quote in its header that the line does not close",
    ),
    refused("quote_alone_at_the_end.csv", HEADER + b'"\n', 0),
    refused("quote_that_is_only_text.csv", HEADER + b'5",i,2016-04-20\n' + ROW, 2),
    refused(
        "line_break_in_an_id.csv",
        HEADER + b'"u\nv",i,2016-04-20\n' + ROW,
        1,
        invalid_id=1,
    ),
    refused(
        "numbers_are_text.csv", HEADER + b"1e400,-0,2016-04-20\nNaN,007,2016-04-20\n", 2
    ),
    refused(
        "dates.csv",
        HEADER + b"u,i,0001-01-01\nu,i,9999-12-31\nu,i,20160420\nu,i,1e400\n",
        1,
        future_date=1,
        invalid_date=2,
    ),
    refused("ids_of_10_kb.csv", HEADER + b"x" * 10_000 + ROW, 1),
    refused("header_in_latin_1.csv", b"caf\xe9," + HEADER + b"x," + ROW, 1),
    refused("other_columns_twice.csv", b"x,x," + HEADER + b"1,2," + ROW, 1),
    refused(
        "columns_by_the_thousand.csv", b"x," * _WIDE + HEADER + b"," * _WIDE + ROW, 1
    ),
    refused(
        "commas.tsv",
        b"user_id\titem_id\tdate\nu,v\ti\t2016-04-20\nu,i,2016-04-20\n",
        1,
        not_a_record=1,
    ),
    refused(
        "quotes.tsv",
        b'user_id\titem_id\tdate\n"u\tv"\ti\t2016-04-20\n',
        0,
        invalid_id=1,
    ),
    Case(
        "ratings.csv",
        _RATED
        + b"u,i,2016-04-20,1e999\nu,i,2016-04-20,%s\nu,i,2016-04-20,5\n" % (b"9" * 400),
        1,
        {"invalid_rating": 2},
        changes={"min_rating": 3.0},
    ),
    Case(
        "line_of_17_mb.csv",
        lambda: HEADER + ROW + b"x" * (17 << 20) + b"\n" + ROW,
        2,
        {"not_a_record": 1},
        changes={"quoted_line_breaks": "no"},
    ),
    Case(
        "odd_quotes.csv",
        HEADER + b'"u,i,2016-04-20\n' + ROW,
        2,
        changes={"quoted_line_breaks": "no"},
    ),
    ends(
        "wrong_header.csv",
        b"user,item,day\n" + ROW,
        r"no field `user_id`; its fields are: `user`, `item`, `day`\. Choose .*d\.$",
    ),
    ends(
        "no_header.csv",
        ROW * 3,
        r"no field `user_id`; its fields are: `u`, `i`, .* the first line a header\?",
    ),
    ends(
        "semicolons.csv",
        HEADER.replace(b",", b";"),
        r"`user_id;item_id;date`\. It is separated by semicolons, .*sep=';'",
    ),
    ends(
        "tabs_for_commas.csv",
        HEADER.replace(b",", b"\t"),
        r"`user_id\\titem_id\\tdate`\. It is .* tabs; give --input_format tsv",
    ),
    ends(
        "blanks_in_the_header.csv",
        HEADER.replace(b",", b" , ") + ROW,
        "are: `user_id `, ` item_id `, ` date`. Blanks around a name belong to it",
    ),
    ends(
        "commas_for_tabs.tsv",
        HEADER + ROW,
        "are: `user_id,item_id,date`. It is separated by commas; .* csv",
    ),
    ends(
        "column_twice.csv",
        b"user_id," + HEADER + b"u," + ROW,
        "more than one field `user_id`",
    ),
    ends(
        "blank_line_first.csv",
        b"\r\n" + HEADER + ROW,
        "blank line where its header should",
    ),
    ends(
        "carriage_returns_alone.csv",
        (HEADER + ROW).replace(b"\n", b"\r"),
        "carriage returns alone as line breaks",
    ),
    ends("open_quote_in_the_header.csv", b'"' + HEADER + ROW, "has no field `user_id`"),
    ends(
        "separator_of_excel.csv",
        b"sep=,\n" + HEADER + ROW,
        r"its fields are: `sep=`, ``\. Choose .* header\?",
    ),
    ends(
        "names_that_cannot_be_shown.csv",
        b"\x1b[2J\xff,%s\n" % (b"x" * 5000),
        r"its fields are: `\\x1b\[2J\\udcff`, `x{57}\.\.\.`\. Choose",
    ),
    ends(
        "utf16.csv", (HEADER + ROW).decode().encode("utf-16"), "is not UTF-8 but UTF-16"
    ),
    ends(
        "line_of_17_mb_and_maybe_quotes.csv",
        lambda: HEADER + b"x" * (17 << 20) + b"\n" + ROW,
        r"line of more than 16,777,216 bytes after byte 0; .* no, which refuses that",
    ),
    ends(
        "header_of_17_mb.csv",
        lambda: b"x," * (17 << 19) + HEADER + ROW,
        "more than 16,777,216 bytes where its header should be",
    ),
    ends(
        "quote_open_for_40_mb.csv",
        lambda: HEADER + b'"' + ROW * 2_700_000,
        r"has a quote after byte 21 that is not closed for .* bytes",
    ),
]
