"""Inputs that are no files, or not the files they were when they were listed."""

import gzip
import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.input.input_files import list_files, split_file
from pipeline.input.row_blocks import row_blocks
from schemas.errors import UserError
from tests.faults.input.cases import GOOD, HEADER, ROW
from tests.faults.input.corpus_parquet import parquet
from tests.faults.input.reading import options_of, read

_WHOLE = {
    "a.jsonl": GOOD * 100,
    "a.json": b"[%s]" % GOOD,
    "a.csv": HEADER + ROW * 100,
    "a.tsv": (HEADER + ROW).replace(b",", b"\t"),
    "a.parquet": parquet(),
    "a.jsonl.gz": gzip.compress(GOOD),
    "a.csv.gz": gzip.compress(HEADER + ROW),
}


def sentence(pattern: object) -> str:
    return read(str(pattern), options_of()).sentence


def test_folder_is_told_as_such_even_where_its_name_ends_as_a_file(tmp_path):
    (tmp_path / "reviews.csv").mkdir()
    assert "reviews.csv is a folder; name its files" in sentence(
        tmp_path / "reviews.csv"
    )
    assert "matches no file; check the path" in sentence(f"{tmp_path}/*.csv")


@pytest.mark.parametrize("pattern", ["none.csv", "*.jsonl", "[a-", "no/such/**", "?"])
def test_pattern_that_matches_nothing_is_named(tmp_path, pattern):
    (tmp_path / "reviews.csv").write_bytes(HEADER + ROW)
    found = sentence(f"{tmp_path}/{pattern}")
    assert found.startswith(f"the input {tmp_path}/{pattern} matches no file")


def test_link_that_leads_nowhere_is_not_passed_over(tmp_path):
    (tmp_path / "a.csv").write_bytes(HEADER + ROW)
    (tmp_path / "b.csv").symlink_to(tmp_path / "gone.csv")
    message = f"the input {tmp_path}/b.csv is a link that leads to no file; mend it"
    assert sentence(f"{tmp_path}/*.csv").startswith(message)
    assert sentence(tmp_path / "b.csv").startswith(message)
    assert sentence(f"{tmp_path}/a*.csv") == ""


def test_links_in_a_loop_are_told_and_not_followed(tmp_path):
    (tmp_path / "a.csv").symlink_to(tmp_path / "b.csv")
    (tmp_path / "b.csv").symlink_to(tmp_path / "a.csv")
    assert "a.csv is a link that leads to no file" in sentence(f"{tmp_path}/*.csv")
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "c.jsonl").write_bytes(GOOD)
    assert read(f"{tmp_path}/**.jsonl", options_of()).num_accepted == 1


def test_link_to_a_file_is_that_file(tmp_path):
    (tmp_path / "a.txt").write_bytes(HEADER + ROW)
    (tmp_path / "b.csv").symlink_to(tmp_path / "a.txt")
    assert read(tmp_path / "b.csv", options_of()).num_accepted == 1


@pytest.mark.timeout(30)
def test_pipe_is_refused_and_never_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.csv")
    for pattern in (tmp_path / "pipe.csv", tmp_path / "*.csv"):
        assert "pipe.csv is a pipe or a device, which can't be" in sentence(pattern)


@pytest.mark.timeout(30)
@pytest.mark.parametrize("device", ["/dev/zero", "/dev/null"])
def test_device_is_refused_and_never_read(tmp_path, device):
    assert stat.S_ISCHR(os.stat(device).st_mode)
    (tmp_path / "device.jsonl").symlink_to(device)
    assert "is a pipe or a device" in sentence(tmp_path / "device.jsonl")
    assert "is a pipe or a device" in sentence(device)


@pytest.fixture
def foreign_folder() -> Iterator[Path]:
    """A folder that anybody may enter, while this process is nobody in particular."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


def test_file_that_may_not_be_read_is_one_sentence(foreign_folder):
    path = foreign_folder / "secret.jsonl"
    path.write_bytes(GOOD)
    path.chmod(0)
    before = os.geteuid()
    if before == 0:  # to whom permissions mean nothing
        os.seteuid(65534)
    try:
        found = sentence(path)
    finally:
        os.seteuid(before)
    assert found.startswith(f"cannot open {path}: ")
    assert found.endswith("check that it is there, and that you may read it.")


@pytest.mark.parametrize("name", _WHOLE)
def test_file_that_vanishes_after_it_was_listed_is_one_sentence(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(_WHOLE[name])
    (file,) = list_files([str(path)])
    parts = list(split_file(file, options_of()))
    path.unlink()
    with pytest.raises(UserError, match=rf"cannot open .*{name}: .*check that it is"):
        list(row_blocks(parts[0], options_of()))


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv", "a.parquet", "a.csv.gz"])
def test_file_that_shrinks_after_it_was_listed_is_one_sentence(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(_WHOLE[name])
    (file,) = list_files([str(path)])
    (part,) = split_file(file, options_of())
    path.write_bytes(_WHOLE[name][:-9])
    with pytest.raises(
        UserError, match=rf"{name} (ends at byte [\d,]+, and had|is not)"
    ):
        list(row_blocks(part, options_of()))


def test_parquet_that_loses_row_groups_after_it_was_listed_is_one_sentence(tmp_path):
    path = tmp_path / "a.parquet"
    path.write_bytes(parquet(row_group_size=1))
    (file,) = list_files([str(path)])
    (part,) = split_file(file, options_of())
    path.write_bytes(parquet())
    with pytest.raises(
        UserError, match=r"a\.parquet is damaged in row group 1 .*again"
    ):
        list(row_blocks(part, options_of()))


def test_name_that_does_not_say_the_format_asks_for_it(tmp_path):
    (tmp_path / "reviews.xlsx").write_bytes(b"PK\x03\x04")
    assert "cannot tell the format of" in sentence(tmp_path / "reviews.xlsx")
    found = read(tmp_path / "reviews.xlsx", options_of(input_format="csv")).sentence
    assert "is packed with zip" in found


def test_name_that_is_no_utf8_is_read_as_any(tmp_path):
    path = os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9 *[.jsonl")
    Path(path).write_bytes(GOOD + b"x\n")
    reading = read(f"{tmp_path}/caf*.jsonl", options_of())
    assert (reading.num_accepted, reading.reasons) == (1, {"not_json": 1})
