"""Any bytes at all, and good files that were damaged, in every format."""

import gzip
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.faults.input.cases import GOOD, HEADER, ROW, line, raw_line
from tests.faults.input.corpus_parquet import parquet
from tests.faults.input.invariants import check_reading, is_parquet, unpacks
from tests.faults.input.reading import options_of, read

_TEXTS: dict[str, Sequence[bytes]] = {
    ".jsonl": (
        GOOD,
        line(user_id=7, rating=4),
        line(item_id="\u00e9", x={"a": [1, None]}),
        raw_line(b"1.5", b"1461110400"),
        line(rating=None),
        b"\n",
    ),
    ".csv": (ROW, b"v,7,2016-04-20 10:30\n", b'"w, w","i ""j""",1461110400\n', b"\n"),
    ".tsv": (ROW.replace(b",", b"\t"), b'"v\tv"\t7\t1461110400\n', b"\r\n"),
}
_STARTS = {".csv": HEADER, ".tsv": HEADER.replace(b",", b"\t")}
# What damaged files tend to hold, and what has a meaning to a parser.
_INSERTED = (
    b"\0",
    b'"',
    b"'",
    b"\n",
    b"\r",
    b"\r\n",
    b",",
    b"\t",
    b"\\",
    b"{",
    b"}",
    b"[",
    b"]",
    b"null",
    b"NaN",
    b"-Inf",
    b"1e999",
    b"\xff",
    b"\xef\xbb\xbf",
    b"\xed\xa0\x80",
    b"\xe2\x80\xa8",
    b"\x1f\x8b\x08",
    b"9" * 700,
    GOOD[:25],
)

options = st.builds(
    lambda quoted, rating: options_of(quoted_line_breaks=quoted, min_rating=rating),
    st.sampled_from(["auto", "yes", "no"]),
    st.sampled_from([None, None, 3.0]),
)
block_sizes = st.sampled_from([1, 5, 40, 1000])


@st.composite
def damaged(draw: Any, whole: bytes) -> bytes:
    """Draws what is left of a file after a few mishaps."""
    data = bytearray(whole)
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(data)))
        until = min(len(data), at + draw(st.integers(0, 12)))
        mishap = draw(st.sampled_from(["flip", "drop", "insert", "repeat", "cut"]))
        if mishap == "flip":
            data[at:until] = bytes(
                b ^ draw(st.integers(1, 255)) for b in data[at:until]
            )
        elif mishap == "drop":
            del data[at:until]
        elif mishap == "insert":
            data[at:at] = draw(st.sampled_from(_INSERTED))
        elif mishap == "repeat":
            data[at:at] = data[draw(st.integers(0, at)) : until]
        elif len(data) > 40:
            del data[max(at, 40) :]
    return bytes(data)


@st.composite
def texts(draw: Any, suffix: str) -> bytes:
    rows = draw(st.lists(st.sampled_from(_TEXTS[suffix]), max_size=6))
    return draw(damaged(_STARTS.get(suffix, b"") + b"".join(rows)))


@st.composite
def documents(draw: Any) -> bytes:
    rows = draw(st.lists(st.sampled_from(_TEXTS[".jsonl"][:-1]), max_size=4))
    columns = (
        b'{"user_id": {"0": "u", "1": 7}, "item_id": {"1": "i"}, "date": {"0": 5}}'
    )
    return draw(damaged(draw(st.sampled_from([b"[%s]" % b",".join(rows), columns]))))


def check(name: str, data: bytes, chosen: Any, block_bytes: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, name)
        path.write_bytes(data)
        check_reading(path, chosen, block_bytes)


@pytest.mark.parametrize("suffix", [".jsonl", ".json", ".csv", ".tsv", ".parquet"])
@given(data=st.binary(max_size=300), chosen=options, size=block_sizes)
def test_any_bytes(suffix, data, chosen, size):
    check(f"any{suffix}", data, chosen, size)


@pytest.mark.parametrize("suffix", [".jsonl", ".csv", ".tsv"])
@given(data=st.data(), chosen=options, size=block_sizes)
def test_damaged_text(suffix, data, chosen, size):
    check(f"damaged{suffix}", data.draw(texts(suffix)), chosen, size)


@pytest.mark.parametrize("suffix", [".jsonl", ".csv"])
@given(data=st.data(), chosen=options, size=block_sizes)
def test_damaged_text_that_is_packed(suffix, data, chosen, size):
    packed = gzip.compress(data.draw(texts(suffix)), mtime=0)
    check(f"packed{suffix}.gz", packed, chosen, size)


@given(documents(), options)
def test_damaged_documents(data, chosen):
    check("damaged.json", data, chosen, 7)


_PACKED = gzip.compress(b"".join(_TEXTS[".jsonl"]), mtime=0)


@given(damaged(_PACKED), options)
def test_damaged_gzip_is_read_where_it_is_whole_and_only_there(data, chosen):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "damaged.jsonl.gz")
        path.write_bytes(data)
        reading = check_reading(path, chosen, 40)
    assert unpacks(data) or "is not a whole gzip file" in reading.sentence


@pytest.mark.parametrize("length", range(len(_PACKED)))
def test_gzip_that_is_cut_anywhere_is_one_sentence(length, tmp_path):
    path = tmp_path / "cut.jsonl.gz"
    path.write_bytes(_PACKED[:length])
    assert "is not a whole gzip file" in read(path, options_of()).sentence


_PARQUET = parquet(write_page_checksum=True)


@given(damaged(_PARQUET), options)
def test_damaged_parquet_is_a_sentence_or_rows(data, chosen):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "damaged.parquet")
        path.write_bytes(data)
        reading = check_reading(path, chosen, 40)
    assert is_parquet(data) or "is not a Parquet file" in reading.sentence


def test_parquet_that_is_cut_anywhere_is_one_sentence(tmp_path):
    path = tmp_path / "cut.parquet"
    for length in range(0, len(_PARQUET), 7):
        path.write_bytes(_PARQUET[:length])
        assert "is not a Parquet file" in read(path, options_of()).sentence
