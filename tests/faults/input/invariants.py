"""What must hold of any bytes at all, for hypothesis and for the fuzzer."""

import gzip
import zlib
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.input.input_files import format_of
from pipeline.options import ReadOptions
from tests.faults.input.reading import Reading, cut_into, read
from tests.faults.input.reference import good_rows, num_rows

_CONTROL = {chr(code) for code in (*range(32), *range(127, 160), 0x2028, 0x2029)}


def check_reading(path: Path, options: ReadOptions, block_bytes: int) -> Reading:
    """Reads a file whole and in small pieces, and checks both against each other.

    Any error but a `UserError` passes through: it is a finding.
    """
    whole = read(path, options)
    _check_events(whole)
    with cut_into(3 * block_bytes, block_bytes):
        cut = read(path, options)
    assert bool(cut.sentence) == bool(whole.sentence), (whole.sentence, cut.sentence)
    if whole.sentence:
        assert path.name in whole.sentence
        return whole
    assert cut.events == whole.events
    # The order inside a block follows the readers', and `rejects/` is sorted.
    assert sorted(cut.rejects) == sorted(whole.rejects)
    assert cut.num_accepted == whole.num_accepted
    _check_account(path, options, whole)
    return whole


def _check_events(reading: Reading) -> None:
    for event in reading.events:
        for name in (event.user, event.item):
            assert name.strip()
            assert not _CONTROL.intersection(name)
            assert name.encode()
    rows = [event.row for event in reading.events]
    assert rows == sorted(rows)
    refused = [reject.row for reject in reading.rejects]
    assert len({*rows, *refused}) == len(rows) + len(refused), "a row counts twice"


def _check_account(path: Path, options: ReadOptions, reading: Reading) -> None:
    kind = format_of(str(path), options.input_format)
    if kind == "parquet":
        assert reading.num_read == pq.read_metadata(path).num_rows
        return
    data = path.read_bytes()
    if path.suffix == ".gz":
        data = gzip.decompress(data)
    if not data.removeprefix(b"\xef\xbb\xbf"):
        assert reading.num_read == 0
        return
    assert reading.num_read == num_rows(data, kind, options)
    if options.min_rating is None:
        missed = set(good_rows(data, kind)) - set(reading.events)
        assert not missed, f"refused without a reason: {missed}"


def unpacks(data: bytes) -> bool:
    """Whether bytes are a whole gzip file, by Python alone."""
    try:
        gzip.decompress(data)
    except (EOFError, OSError, zlib.error):
        return False
    return True


def is_parquet(data: bytes) -> bool:
    """Whether Arrow opens bytes as Parquet."""
    try:
        pq.read_metadata(pa.BufferReader(data))
    except (pa.ArrowException, OSError, ValueError):
        return False
    return True
