import gzip
import json

import pyarrow as pa
import pytest

from pipeline.sample import (
    SampleSettings,
    make_reviews,
    review_tables,
    write_json_lines,
)
from tests.support.reviews import rows_of


def test_lines_are_the_rows_of_make_reviews(tmp_path):
    path = tmp_path / "reviews.jsonl"
    write_json_lines(review_tables(SampleSettings.of(2_000)), str(path))
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    assert rows == rows_of(make_reviews(2_000))
    assert path.read_bytes().endswith(b"}\n")


def test_quotes_backslashes_and_line_breaks_are_escaped(tmp_path):
    text = 'a "quoted" \\ word\nand a line\\n'
    path = tmp_path / "reviews.jsonl"
    table = pa.table({"text": [text, None], "size": [4, 5]})
    write_json_lines([table], str(path))
    first, second = path.read_text("utf-8").splitlines()
    assert json.loads(first) == {"text": text, "size": 4}
    assert second == '{"size": 5}'


def test_slices_of_tables_are_written_whole(tmp_path):
    path = tmp_path / "reviews.jsonl"
    table = pa.table({"text": ["a", "b", "c", "d"]})
    write_json_lines([table.slice(1, 2)], str(path))
    assert path.read_text("utf-8") == '{"text": "b"}\n{"text": "c"}\n'


def test_gzip_holds_the_same_and_no_time(tmp_path):
    plain, compressed = tmp_path / "a.jsonl", tmp_path / "a.jsonl.gz"
    for path in (plain, compressed):
        write_json_lines(review_tables(SampleSettings.of(100)), str(path))
    content = compressed.read_bytes()
    assert gzip.decompress(content) == plain.read_bytes()
    assert content[4:8] == bytes(4)


def test_file_that_was_not_finished_is_not_there(tmp_path):
    def tables():
        yield pa.table({"text": ["a"]})
        raise RuntimeError("no more")

    with pytest.raises(RuntimeError, match="no more"):
        write_json_lines(tables(), str(tmp_path / "reviews.jsonl"))
    assert not list(tmp_path.iterdir())
