"""Lines too long to be rows: cut alike wherever a file is, and never held whole."""

import gzip
import io
import itertools
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.formats.long_lines import split_at_long_lines
from pipeline.input.text_blocks import read_blocks, read_range
from schemas.manifest import Manifest
from tests.faults.input.cases import GOOD, HEADER, ROW
from tests.support.programs import run_python
from tests.support.small_reviews import rows

LONGEST = 8
lines = st.lists(
    st.binary(max_size=20).map(lambda b: b.replace(b"\n", b"")), max_size=8
)
texts = st.tuples(lines, st.booleans()).map(
    lambda drawn: b"\n".join(drawn[0]) + b"\n" * drawn[1]
)


def expected(data: bytes) -> list[tuple[int, bytes, bool]]:
    """Where each line starts, the part of it that counts, and whether it is long."""
    found, start = [], 0
    for line in io.BytesIO(data):
        found.append((start, line[: LONGEST + 1], len(line) > LONGEST))
        start += len(line)
    return found


def lines_of(start: int, block: bytes) -> list[tuple[int, bytes, bool]]:
    found = []
    for text, is_long in split_at_long_lines(block, LONGEST):
        for line in [text] if is_long else io.BytesIO(text):
            found.append((start, line[: LONGEST + 1], is_long))
            start += len(line)
    return found


@given(texts)
def test_long_lines_are_parted_from_the_others(data):
    assert lines_of(0, data) == expected(data)
    assert b"".join(text for text, _ in split_at_long_lines(data, LONGEST)) == data


@given(texts, st.sets(st.integers(1, 150)))
def test_ranges_find_the_same_long_lines(data, cuts):
    edges = [0, *sorted(cut for cut in cuts if cut < len(data)), len(data)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "lines")
        path.write_bytes(data)
        blocks = [
            read_range(str(path), start, stop, LONGEST)
            for start, stop in itertools.pairwise(edges)
        ]
    found = [
        line for start, block in blocks if block for line in lines_of(start, block)
    ]
    assert found == expected(data)


@given(texts, st.integers(1, 30))
def test_blocks_find_the_same_long_lines(data, size):
    blocks = read_blocks(io.BytesIO(data), "p", size, None, LONGEST)
    found = [line for start, block in blocks for line in lines_of(start, block)]
    assert found == expected(data)
    sizes = [len(b) for _, b in read_blocks(io.BytesIO(data), "p", size, None, LONGEST)]
    assert max(sizes, default=0) <= LONGEST + size


# Runs the program and says the most memory that it had, in KB.
_MEASURED = """
import resource, sys
from pipeline.__main__ import main
status = main(sys.argv[1:])
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
sys.exit(status)
"""


def peak_and_rows(folder: Path, name: str, data: bytes, *flags: str):
    """Returns the peak of a run's memory in MB, and the manifest's account of rows."""
    path = folder / name
    path.write_bytes(data)
    output = folder / f"{name}.data"
    done = run_python(
        "-c",
        _MEASURED,
        f"--input={path}",
        f"--output={output}",
        "--split=none",
        "--quiet",
        *flags,
    )
    assert done.returncode == 0, done.stderr
    path.unlink()
    counts = Manifest.from_json((output / "manifest.json").read_text(), "").rows
    return int(done.stdout) / 1024, counts


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["jsonl", "jsonl.gz", "csv"])
def test_line_of_200_mb_is_refused_in_bounded_memory(tmp_path, kind):
    good = "".join(rows(40, 5))
    if kind == "csv":
        text = (b"user_id,item_id,date,rating\n" + good.encode(), b"x" * (200 << 20))
        flags, reason = ["--quoted_line_breaks=no"], "not_a_record"
    else:
        records = [row.split(",") for row in good.splitlines()]
        text = (
            b"".join(
                GOOD.replace(b'"u"', f'"{user}"'.encode())
                .replace(b'"i"', f'"{item}"'.encode())
                .replace(b"2016-04-20", day.encode())
                for user, item, day, _ in records
            ),
            b'{"user_id": "' + b"x" * (200 << 20),
        )
        flags, reason = [], "not_json"
    pack = gzip.compress if kind.endswith("gz") else bytes
    before, counts = peak_and_rows(tmp_path, f"few.{kind}", pack(text[0]), *flags)
    assert (counts.read, counts.accepted) == (200, 200)
    whole = b"\n".join([*text, text[0].removeprefix(b"user_id,item_id,date,rating\n")])
    after, counts = peak_and_rows(tmp_path, f"long.{kind}", pack(whole), *flags)
    assert counts.rejected == {reason: 1}
    # `few` ends with a line break, so a blank line stands before the long one.
    assert (counts.read, counts.accepted) == (401, 400)
    assert after < before + 150, (before, after)


@pytest.mark.parametrize("data", [GOOD, HEADER + ROW])
def test_short_lines_are_never_parted(data):
    assert list(split_at_long_lines(data)) == [(data, False)]
    assert list(split_at_long_lines(b"")) == [(b"", False)]
