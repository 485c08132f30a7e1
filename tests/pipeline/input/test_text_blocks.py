import csv
import io
import itertools
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.input.text_blocks import read_blocks, read_range
from schemas.errors import UserError

texts = st.lists(st.sampled_from([b"a", b"bc", b"\n", b"\r\n", b"\xc3\xa9"])).map(
    b"".join
)
sizes = st.integers(1, 12)


def lines_of(data):
    """Returns where each line starts, and the line."""
    found, start = [], 0
    for line in io.BytesIO(data):
        found.append((start, line))
        start += len(line)
    return found


def ranges_of(data, starts):
    """Reads `data` in ranges that begin at `starts`; returns start and lines of each.

    Starts are those of blocks that hold anything, as the reader of rows does it.
    """
    edges = [*starts, len(data)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "lines")
        path.write_bytes(data)
        blocks = [
            read_range(str(path), start, stop)
            for start, stop in itertools.pairwise(edges)
        ]
    return [(start, block) for start, block in blocks if block]


@given(texts, sizes)
def test_ranges_hold_every_line_once(data, size):
    blocks = ranges_of(data, range(0, len(data), size))
    found = [
        (start + place, line)
        for start, block in blocks
        for place, line in lines_of(block)
    ]
    assert found == lines_of(data)


@given(texts, st.sets(st.integers(0, 60)))
def test_ranges_of_unequal_sizes_hold_every_line_once(data, cuts):
    starts = sorted({0, *(cut for cut in cuts if cut < len(data))})
    blocks = ranges_of(data, starts)
    assert b"".join(block for _, block in blocks) == data
    assert all(data[start:].startswith(block) for start, block in blocks)
    assert all(block.endswith(b"\n") for _, block in blocks[:-1])


@given(texts, st.integers(1, 9), st.integers(1, 9))
def test_positions_of_rows_ascend_however_a_file_is_cut(data, size, other):
    """A row's position is its block's start plus its line in the block."""
    order = []
    for each in (size, other):
        blocks = ranges_of(data, range(0, len(data), each))
        positions = [
            start + number
            for start, block in blocks
            for number in range(block.count(b"\n") + (not block.endswith(b"\n")))
        ]
        assert positions == sorted(set(positions))
        order.append(len(positions))
    assert order[0] == order[1]


def test_line_that_runs_over_a_whole_range_belongs_to_the_range_it_starts_in():
    assert ranges_of(b"a" * 10 + b"\nb\n", range(0, 13, 3)) == [
        (0, b"a" * 10 + b"\n"),
        (11, b"b\n"),
    ]


def blocks_of(data, size, delimiter=None):
    return list(read_blocks(io.BytesIO(data), "p", size, delimiter))


def check_blocks(blocks, data):
    start = 0
    for at, block in blocks:
        assert at == start
        assert block
        start += len(block)
    assert b"".join(block for _, block in blocks) == data


@given(texts, sizes)
def test_blocks_of_lines(data, size):
    blocks = blocks_of(data, size)
    check_blocks(blocks, data)
    assert [line for _, block in blocks for _, line in lines_of(block)] == [
        line for _, line in lines_of(data)
    ]


values = st.text(st.sampled_from('ab,"\n\r\t'), max_size=4)
tables = st.lists(st.lists(values, min_size=2, max_size=3))


@given(tables, sizes, st.sampled_from([",", "\t"]), st.sampled_from(["\n", "\r\n"]))
def test_blocks_of_quoted_records(table, size, delimiter, line_break):
    stream = io.StringIO()
    csv.writer(
        stream,
        delimiter=delimiter,
        lineterminator=line_break,
        quoting=csv.QUOTE_ALL,
    ).writerows(table)
    data = stream.getvalue().encode()
    blocks = blocks_of(data, size, delimiter)
    check_blocks(blocks, data)
    found = [
        record
        for _, block in blocks
        for record in csv.reader(
            io.StringIO(block.decode(), newline=""), delimiter=delimiter
        )
    ]
    assert found == table


@given(st.text(st.sampled_from('ab,"\n\r'), max_size=40), sizes)
def test_blocks_of_anything_lose_nothing(text, size):
    data = text.encode()
    check_blocks(blocks_of(data, size, ","), data)


def test_quote_that_nothing_closes_does_not_take_the_memory():
    data = b'a,"b\n' + (b"c" * (1 << 20) + b"\n") * 40
    message = r"p has a quote after byte 0 that is not closed for .* bytes; .*"
    with pytest.raises(UserError, match=message + "--quoted_line_breaks no"):
        blocks_of(data, 16 << 20, ",")
