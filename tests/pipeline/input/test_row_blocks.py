import gzip
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.input.input_files import FileRange, InputFile, split_file
from pipeline.input.row_blocks import row_blocks
from pipeline.options import ReadOptions
from pipeline.parse.ids import as_text
from pipeline.parse.review_schema import ReviewSchema
from schemas.errors import UserError

SCHEMA = ReviewSchema("user", "item", "date", ("iso",))
HEADER = b"user,item,date\n"
MARK = b"\xef\xbb\xbf"


def options(**changes):
    return ReadOptions(SCHEMA, **changes)


def write(path, data):
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return str(path)


def users_of(path, cuts=(None,), kind="csv", **changes):
    """Returns position, line in the file and user of each row, ranges in order."""
    found, lines = [], 0
    starts = [0, *cuts[:-1]]
    for start, stop in zip(starts, cuts, strict=True):
        part = FileRange(0, path, kind, start, stop)
        for block in row_blocks(part, options(**changes)):
            users = as_text(block.rows.fields["user"]).to_pylist()
            places = block.rows.places.tolist()
            found += [
                (block.start + place, lines + place, user)
                for place, user in zip(places, users, strict=True)
            ]
            lines += block.places
    return found


def read_whole(path, **changes):
    """Reads a file in the ranges into which the pipeline cuts it."""
    size = Path(path).stat().st_size
    return [
        block
        for part in split_file(InputFile(0, path, size), options(**changes))
        for block in row_blocks(part, options(**changes))
    ]


@pytest.mark.parametrize("suffix", ["", ".gz"])
@pytest.mark.parametrize("mark", [b"", MARK])
@pytest.mark.parametrize("line_break", [b"\n", b"\r\n"])
def test_csv_of_any_dress(tmp_path, suffix, mark, line_break):
    lines = [b"user,item,date", b"007,i,d", b"", b'"v, w",j,e']
    path = write(tmp_path / f"a.csv{suffix}", mark + line_break.join(lines))
    rows = users_of(path)
    assert [(line, user) for _, line, user in rows] == [(1, "007"), (3, "v, w")]


def test_columns_may_stand_in_any_order_among_others(tmp_path):
    path = write(tmp_path / "a.tsv", b"x\tdate\titem\tuser\n1\td\ti\tu\n")
    assert [user for _, _, user in users_of(path, kind="tsv")] == ["u"]


@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz", "a.jsonl", "a.jsonl.gz"])
def test_empty_file_has_no_rows(tmp_path, name):
    assert not any(len(b.rows) for b in read_whole(write(tmp_path / name, b"")))


@pytest.mark.parametrize("end", [b"", b"\n", b"\n\n"])
def test_header_alone_has_no_rows(tmp_path, end):
    blocks = read_whole(write(tmp_path / "a.csv", HEADER.strip() + end))
    assert [len(block.rows) for block in blocks] == [0]


def test_missing_column_is_told_with_the_columns_there_are(tmp_path):
    path = write(tmp_path / "a.csv", b"user,thing,date\nu,i,d\n")
    with pytest.raises(
        UserError,
        match=r"a\.csv has no field `item`; its fields are: `user`, `thing`, `date`",
    ):
        read_whole(path)


def test_needed_column_that_is_there_twice_is_one_sentence(tmp_path):
    path = write(tmp_path / "a.csv", b"user,x,x,item,date,date\nu,1,2,i,d,e\n")
    with pytest.raises(UserError, match=r"a\.csv has more than one field `date`;"):
        read_whole(path)


def test_wrong_delimiter_shows_the_header_as_one_field(tmp_path):
    path = write(tmp_path / "a.csv", b"user;item;date\nu;i;d\n")
    with pytest.raises(UserError, match=r"no field `user`; .* are: `user;item;date`\."):
        read_whole(path)


def test_blank_line_in_place_of_a_header_is_not_passed_over(tmp_path):
    path = write(tmp_path / "a.csv", b"\n" + HEADER + b"u,i,d\n")
    with pytest.raises(UserError, match="blank line where its header should be"):
        read_whole(path)


def test_line_breaks_of_old_are_one_sentence(tmp_path):
    path = write(tmp_path / "a.csv", HEADER.replace(b"\n", b"\r") + b"u,i,d\r")
    with pytest.raises(UserError, match="carriage returns alone as line breaks; conv"):
        read_whole(path)


def test_quoted_line_break_beyond_the_start_names_the_flag(tmp_path):
    filler = b"u,i,d\n" * 200_000
    path = write(tmp_path / "a.csv", HEADER + filler + b'u,"i\nj",d\n')
    message = r"a\.csv has a line break inside quotes .* give --quoted_line_breaks yes"
    with pytest.raises(UserError, match=message):
        read_whole(path)
    blocks = read_whole(path, quoted_line_breaks="yes")
    assert blocks[-1].rows.fields["item"].to_pylist()[-1] == "i\nj"
    blocks = read_whole(path, quoted_line_breaks="no")
    assert [len(b.rows) + len(b.rows.rejects) for b in blocks] == [200_002]


@given(
    st.lists(st.sampled_from([b"u,i,d\n", b"\n", b"v,i,d\r\n", b"x\n"]), min_size=1),
    st.sets(st.integers(1, 60)),
)
def test_cuts_change_neither_rows_nor_their_order(tmp_path_factory, lines, cuts):
    data = HEADER + b"".join(lines)
    path = write(tmp_path_factory.mktemp("cut") / "a.csv", data)
    inside = [cut for cut in sorted(cuts) if cut < len(data)]
    whole = users_of(path, [len(data)])
    cut = users_of(path, [*inside, len(data)])
    assert [row[1:] for row in cut] == [row[1:] for row in whole]
    positions = [position for position, _, _ in cut]
    assert positions == sorted(set(positions))


json_line = st.sampled_from(
    [
        b'{"user": 1}\n',
        b'{"user": "u", "item": "a"}\n',
        b"\n",
        b"x\n",
        b'{"user": []}\n',
    ]
)


@given(st.lists(json_line), st.sets(st.integers(1, 90)))
def test_cuts_of_json_lines_change_neither_rows_nor_their_order(
    tmp_path_factory, lines, cuts
):
    data = MARK + b"".join(lines)
    path = write(tmp_path_factory.mktemp("cut") / "a.jsonl", data)
    inside = [cut for cut in sorted(cuts) if cut < len(data)]
    whole = users_of(path, [len(data)], "jsonl")
    cut = users_of(path, [*inside, len(data)], "jsonl")
    assert [row[1:] for row in cut] == [row[1:] for row in whole]
    positions = [position for position, _, _ in cut]
    assert positions == sorted(set(positions))


def test_field_that_no_row_of_many_has_is_absent(tmp_path):
    line = json.dumps({"user": 1, "thing": 2, "date": "d"}) + "\n"
    path = write(tmp_path / "a.jsonl", (line * 100).encode())
    with pytest.raises(
        UserError, match=r"no field `item`; its fields are: `user`, `thing`, `date`\."
    ):
        read_whole(path)
    path = write(tmp_path / "b.jsonl", (line * 99).encode())
    assert len(read_whole(path)[0].rows) == 99


def test_field_that_is_null_in_every_row_is_not_absent(tmp_path):
    line = b'{"user": 1, "item": null, "date": "d"}\n'
    assert len(read_whole(write(tmp_path / "a.jsonl", line * 100))[0].rows) == 100
    line = b'{"user": 1, "item": [], "date": "d"}\n'
    assert len(read_whole(write(tmp_path / "a.jsonl", line * 100))[0].rows) == 100


def test_pieces_of_a_block_count_its_lines_once(tmp_path):
    text = b'{"user": "u", "item": "i", "date": "d"}\n'
    number = b'{"user": 1, "item": "i", "date": "d"}\n'
    path = write(tmp_path / "a.jsonl", text * 20_000 + number * 20_000)
    blocks = read_whole(path)
    assert len(blocks) > 1
    assert {block.start for block in blocks} == {0}
    assert sum(block.places for block in blocks) == 40_000
    places = [place for block in blocks for place in block.rows.places.tolist()]
    assert places == list(range(40_000))


def test_documents_and_row_groups_count_rows(tmp_path):
    path = write(tmp_path / "a.json", MARK + b'[{"user": 1}, 5, {"user": 2}]')
    (block,) = read_whole(path)
    assert (block.start, block.places, block.rows.places.tolist()) == (0, 3, [0, 2])
    table = pa.table({name: list("abcde") for name in ("user", "item", "date")})
    pq.write_table(table, tmp_path / "a.parquet", row_group_size=2)
    blocks = read_whole(str(tmp_path / "a.parquet"))
    assert [(block.start, block.places) for block in blocks] == [(0, 2), (2, 2), (4, 1)]


@pytest.mark.parametrize("name", ["a.json", "a.json.gz"])
def test_a_document_that_is_too_large_to_hold_is_one_sentence(
    tmp_path, monkeypatch, name
):
    monkeypatch.setattr("pipeline.input.row_blocks.LARGEST_DOCUMENT_BYTES", 1 << 20)
    rows = b'[{"user": 1}%s]'
    whole = rows % (b" " * ((1 << 20) - len(rows) + 2))
    assert len(read_whole(write(tmp_path / name, whole))[0].rows) == 1
    path = write(tmp_path / name, rows % (b" " * (1 << 20)))
    with pytest.raises(UserError, match=r"of more than 1 MB, .* save it as JSON lines"):
        read_whole(path)


def test_format_that_is_forced_on_another_is_one_sentence(tmp_path):
    path = write(tmp_path / "a.csv", HEADER + b"u,i,d\n")
    for kind in ("json", "columns", "parquet"):
        with pytest.raises(UserError, match=r"a\.csv is not (a|the) "):
            read_whole(path, input_format=kind)
