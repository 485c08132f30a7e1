import gzip
import itertools
from types import SimpleNamespace

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from apache_beam.io.filesystem import FileMetadata
from apache_beam.io.filesystems import FileSystems
from hypothesis import given
from hypothesis import strategies as st

from pipeline.input import input_files, row_blocks
from pipeline.input.input_files import (
    FileRange,
    InputFile,
    format_of,
    input_bytes,
    is_cuttable,
    list_files,
    split_file,
)
from pipeline.options import RANGE_BYTES, ReadOptions
from pipeline.parse.review_schema import ReviewSchema
from pipeline.storage.files import open_raw
from schemas.errors import UserError

SCHEMA = ReviewSchema("user", "item", "date", ("iso",))
RECORDS = pd.DataFrame({"user": ["u"], "item": ["i"]})


def options(**changes):
    return ReadOptions(SCHEMA, **changes)


def touch(folder, *names):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")
    return [str(folder / name) for name in names]


def names_of(files, folder):
    return [file.path.removeprefix(f"{folder}/") for file in files]


def test_files_are_in_byte_order_of_their_paths(tmp_path):
    names = ["b.csv", "a10.csv", "a9.csv", "B.csv", "\u00e9.csv", "z.csv", "a/z.csv"]
    files = list_files(touch(tmp_path, *names))
    assert names_of(files, tmp_path) == sorted(names, key=lambda name: name.encode())
    assert [file.ordinal for file in files] == list(range(7))


def test_several_globs_name_a_file_once(tmp_path):
    touch(tmp_path, "a.csv", "b.csv", "c.jsonl", "sub/d.csv")
    (tmp_path / "b.csv").write_bytes(b"12345")
    patterns = [f"{tmp_path}/*.jsonl", f"{tmp_path}/*.csv", f"{tmp_path}/b.*"]
    files = list_files(patterns)
    assert names_of(files, tmp_path) == ["a.csv", "b.csv", "c.jsonl"]
    assert [file.size for file in files] == [0, 5, 0]
    assert names_of(list_files([f"{tmp_path}/**.csv"]), tmp_path)[-1] == "sub/d.csv"


def test_one_file_under_two_names_is_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.csv").write_text("x")
    (tmp_path / "b.csv").write_text("x")
    assert [file.path for file in list_files(["a.csv", "b.csv"])] == ["a.csv", "b.csv"]
    (tmp_path / "latest.csv").symlink_to("a.csv")
    for patterns in (["a.csv", "./*.csv"], ["*.csv"], ["a.csv", f"{tmp_path}/a.csv"]):
        with pytest.raises(
            UserError,
            match=r"the inputs .*a\.csv and .* are one file, whose rows would",
        ):
            list_files(patterns)


@pytest.mark.parametrize("pattern", ["a*.csv", "*.csv", "?.csv", "[a].csv", "a.csv"])
def test_glob_in_the_current_folder(tmp_path, monkeypatch, pattern):
    touch(tmp_path, "a.csv", "sub/a.csv")
    monkeypatch.chdir(tmp_path)
    assert [file.path for file in list_files([pattern])] == ["a.csv"]
    assert [file.path for file in list_files([f"*/{pattern}"])] == ["sub/a.csv"]


def test_pattern_without_a_file_is_named(tmp_path):
    touch(tmp_path, "a.csv")
    with pytest.raises(
        UserError, match=r"the input .*/\*\.json matches no file; .*quo"
    ):
        list_files([f"{tmp_path}/a.csv", f"{tmp_path}/*.json"])


def test_folder_is_told_as_such(tmp_path):
    touch(tmp_path, "data/a.csv")
    for name in ("data", "data/"):
        with pytest.raises(UserError, match=r"data/? is a folder; name its files, .*'"):
            list_files([f"{tmp_path}/{name}"])


def test_markers_of_folders_in_a_bucket_are_no_files(monkeypatch):
    names = ["gs://b/reviews/", "gs://b/reviews/old/", "gs://b/reviews/a.jsonl"]
    matched = [FileMetadata(name, 11 * name.endswith("l")) for name in names]
    found = SimpleNamespace(metadata_list=matched)
    monkeypatch.setattr(FileSystems, "match", lambda _: [found])
    assert list_files(["gs://b/reviews/**"]) == [InputFile(0, names[-1], 11)]
    found.metadata_list = matched[:2]
    with pytest.raises(UserError, match="matches no file"):
        list_files(["gs://b/reviews/*"])


def test_storage_that_is_not_known_is_one_sentence():
    with pytest.raises(UserError, match="cannot look up the input nowhere://a/b: "):
        list_files(["nowhere://a/b"])


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.jsonl", "jsonl"),
        ("a.ndjson", "jsonl"),
        ("a.csv", "csv"),
        ("a.CSV.GZ", "csv"),
        ("a.b.tsv", "tsv"),
        ("a.tab.gz", "tsv"),
        ("a.parquet", "parquet"),
        ("gs://bucket/a.pq", "parquet"),
    ],
)
def test_format_by_name(name, expected):
    assert format_of(name) == expected
    assert format_of(name, "auto") == expected
    assert format_of(name, "jsonl") == "jsonl"


@pytest.mark.parametrize(
    "name", ["a", "a.txt", "a.gz", "a.csv/b", ".csvx", "a.csv.zip"]
)
def test_unknown_name_asks_for_the_format(name):
    with pytest.raises(
        UserError,
        match=r"cannot tell the format of .* --input_format, one of jsonl, json, colum",
    ):
        format_of(name)
    assert format_of(name, "tsv") == "tsv"


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        (b'{"user": "u", "item": "i"}\n', "jsonl"),
        (b'{"user": {"first": "u"}, "item": "i"}\n', "jsonl"),
        (b'\n\n  {"user": 1}\n', "jsonl"),
        (b"[", "json"),
        (b" \r\n [\n", "json"),
        (b'\xef\xbb\xbf[{"user": 1}]', "json"),
        (b'\xef\xbb\xbf\n{"user" :\n {"0": 1}}', "columns"),
        (b'{"a \\"quoted\\" name": {"0": 1}}', "columns"),
        (b"", "jsonl"),
        (b"nonsense", "jsonl"),
        (b'{"_id": {"$oid": "5f"}}\n{"_id": {"$oid": "60"}}\n', "jsonl"),
        (b'{"_id": {"$oid": "5f"}}\r\n\r\n{"_id": {"$oid": "60"', "jsonl"),
        (b'\xef\xbb\xbf{"_id": {"$oid": "5f"}, "user": "u"}\n', "jsonl"),
        (b'{"_id": {"$oid": "5f"}, "user": "u"}', "jsonl"),
        (b'{"user": {"0": 1}, "item": {"0": 2}}\n', "columns"),
        (b'{"user": {"0": 1},\n"item":\n{"0": 2}}\n', "columns"),
        (b'{"user": {"0": ' + b"[" * 100_000, "columns"),
        (RECORDS.to_json().encode(), "columns"),
        (RECORDS.to_json(indent=2).encode(), "columns"),
        (RECORDS.to_json(orient="records").encode(), "json"),
        (RECORDS.to_json(orient="records", lines=True).encode(), "jsonl"),
    ],
)
@pytest.mark.parametrize("suffix", [".json", ".json.gz"])
def test_json_is_known_by_its_start(tmp_path, start, expected, suffix):
    path = tmp_path / f"a{suffix}"
    path.write_bytes(gzip.compress(start) if suffix.endswith("gz") else start)
    assert format_of(str(path)) == expected


def test_json_in_half_a_gzip_is_one_sentence(tmp_path):
    path = tmp_path / "a.json.gz"
    path.write_bytes(gzip.compress(b"[" * 1000, mtime=0)[:-9])
    with pytest.raises(UserError, match="is not a whole gzip file"):
        format_of(str(path))


def file_of(path, data):
    path.write_bytes(data)
    return InputFile(3, str(path), len(data))


@pytest.mark.parametrize(
    ("name", "data", "changes", "cuttable"),
    [
        ("a.jsonl", b'"', {}, True),
        ("a.jsonl.gz", gzip.compress(b"{}", mtime=0), {}, False),
        ("a.json", b"[]", {}, False),
        ("a.csv", b"a,b\n", {}, True),
        ("a.csv", b'a,"b"\n', {}, False),
        ("a.csv", b'a,"b"\n', {"quoted_line_breaks": "no"}, True),
        ("a.csv", b"a,b\n", {"quoted_line_breaks": "yes"}, False),
        ("a.csv.gz", gzip.compress(b"a", mtime=0), {"quoted_line_breaks": "no"}, False),
    ],
)
def test_cuttable(tmp_path, name, data, changes, cuttable):
    file = file_of(tmp_path / name, data)
    chosen = options(**changes)
    assert is_cuttable(file, format_of(file.path), chosen) == cuttable
    if not cuttable:
        (part,) = split_file(file, chosen)
        assert (part.start, part.stop, part.ordinal) == (0, None, 3)


@given(st.integers(0, 5 * RANGE_BYTES))
def test_ranges_cover_a_file(size):
    file = InputFile(3, "a.jsonl", size)
    parts = list(split_file(file, options()))
    edges = [0, *(part.stop for part in parts)]
    assert edges[:-1] == [part.start for part in parts]
    assert edges[-1] == size
    assert all(0 < part.stop - part.start <= RANGE_BYTES for part in parts)


def parquet_of(path, group_rows):
    table = pa.table({name: list(map(str, range(10))) for name in SCHEMA.fields(False)})
    pq.write_table(table, path, row_group_size=group_rows)
    return InputFile(0, str(path), 1)


def test_parquet_is_read_by_ranges_of_row_groups(tmp_path, monkeypatch):
    file = parquet_of(tmp_path / "a.parquet", 2)
    assert [(p.start, p.stop) for p in split_file(file, options())] == [(0, 5)]
    size = pq.read_metadata(file.path).row_group(0).total_byte_size
    for groups, edges in (
        (2.5, [0, 2, 4, 5]),
        (1, [0, 1, 2, 3, 4, 5]),
        (0, [0, 1, 2, 3, 4, 5]),
    ):
        monkeypatch.setattr(input_files, "RANGE_BYTES", int(groups * size))
        parts = list(split_file(file, options()))
        assert all(part.format == "parquet" for part in parts)
        assert [(part.start, part.stop) for part in parts] == list(
            itertools.pairwise(edges)
        )


def test_a_range_of_row_groups_is_opened_once_and_gives_a_block_a_group(
    tmp_path, monkeypatch
):
    file = parquet_of(tmp_path / "a.parquet", 3)
    opened = []

    def open_counted(path):
        opened.append(path)
        return open_raw(path)

    monkeypatch.setattr(row_blocks, "open_raw", open_counted)
    (part,) = split_file(file, options())
    blocks = list(row_blocks.row_blocks(part, options()))
    assert [(b.start, b.places) for b in blocks] == [(0, 3), (3, 3), (6, 3), (9, 1)]
    users = [user for b in blocks for user in b.rows.fields["user"].to_pylist()]
    assert users == list(map(str, range(10)))
    assert opened == [file.path]
    rest = FileRange(0, file.path, "parquet", 2, 4)
    assert [b.start for b in row_blocks.row_blocks(rest, options())] == [6, 9]


def test_chosen_format_is_used_for_every_file(tmp_path):
    file = file_of(tmp_path / "a.txt", b"a\tb\n")
    (part,) = split_file(file, options(input_format="tsv"))
    assert part.format == "tsv"


@pytest.mark.parametrize("dense", ["b.csv.gz", "b.parquet", "b.PQ"])
def test_dense_files_count_for_more(dense):
    files = [InputFile(0, "a.csv", 100), InputFile(1, dense, 100)]
    assert input_bytes(files) > 300


def test_the_chosen_format_says_whether_files_are_dense():
    files = [InputFile(0, "part-0", 100)]
    assert input_bytes(files, "parquet") == 5 * input_bytes(files, "jsonl") == 500
    assert input_bytes([InputFile(0, "a.pq", 100)], "csv") == 100
