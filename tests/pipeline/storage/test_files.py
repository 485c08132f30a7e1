import gzip
import http.client
import io

import pytest
from apache_beam.io.filesystems import FileSystems

from pipeline.storage.files import (
    is_compressed,
    open_raw,
    open_text,
    read_line,
    skip_line,
)
from pipeline.storage.remote_stream import translating
from schemas.errors import UserError

DATA = b"user\n" * 50_000


def write(path, data):
    path.write_bytes(data)
    return str(path)


@pytest.mark.parametrize("name", ["a.csv.gz", "A.CSV.GZ", "gs://b/c.gz"])
def test_gzip_is_known_by_its_name(name):
    assert is_compressed(name)
    assert not is_compressed(name + ".csv")


def test_text_is_decompressed_and_raw_is_not(tmp_path):
    packed = gzip.compress(DATA)
    path = write(tmp_path / "a.gz", packed)
    with open_text(path) as stream:
        assert stream.read() == DATA
    with open_raw(path) as stream:
        assert stream.read() == packed
    with open_text(write(tmp_path / "a.csv", DATA)) as stream:
        assert stream.read() == DATA


def test_gzip_of_several_parts(tmp_path):
    path = write(tmp_path / "a.gz", gzip.compress(b"a\n") + gzip.compress(b"b\n"))
    with open_text(path) as stream:
        assert stream.read() == b"a\nb\n"


@pytest.mark.parametrize(
    "data",
    [gzip.compress(DATA)[:-20], gzip.compress(DATA)[:100], DATA, b"\x1f\x8b" + DATA],
    ids=["without its end", "only a start", "plain", "nonsense"],
)
def test_gzip_that_is_not_whole_is_one_sentence(tmp_path, data):
    path = write(tmp_path / "a.csv.gz", data)
    with (
        pytest.raises(
            UserError, match=r"a\.csv\.gz is not a whole gzip file \(.*again"
        ),
        open_text(path) as stream,
    ):
        stream.read()


def test_file_that_cannot_be_opened_is_one_sentence(tmp_path):
    with (
        pytest.raises(
            UserError, match=r"cannot open .*none\.csv: .*; check that it is"
        ),
        open_raw(str(tmp_path / "none.csv")),
    ):
        pass


@pytest.mark.parametrize("size", [0, 1, (1 << 20) - 1, 1 << 20, (2 << 20) + 7])
def test_line_of_any_length(size):
    stream = io.BytesIO(b"x" * size + b"\nrest")
    assert read_line(stream) == b"x" * size + b"\n"
    assert read_line(stream) == b"rest"
    assert read_line(stream) == b""


@pytest.mark.parametrize("size", [0, 1, (1 << 20) - 1, 1 << 20, (2 << 20) + 7])
def test_line_that_is_passed_over(size):
    stream = io.BytesIO(b"x" * size + b"\nrest")
    assert skip_line(stream) == size + 1
    assert skip_line(stream) == 4
    assert skip_line(stream) == 0


@pytest.mark.parametrize("most", [0, 1, 5, 6, (1 << 20) + 1])
def test_part_of_a_line(most):
    line = b"x" * (3 << 20) + b"\n"
    stream = io.BytesIO(line)
    assert read_line(stream, most) == line[:most]
    assert skip_line(stream, most) == most
    assert read_line(stream) == line[2 * most :]
    assert read_line(io.BytesIO(b"a\nb"), 3) == b"a\n"


def test_error_in_the_middle_of_a_file_is_one_sentence(tmp_path):
    path = write(tmp_path / "a.csv", DATA)
    with (
        pytest.raises(UserError, match=r"cannot read .*a\.csv: .*; check the disk"),
        open_raw(path),
    ):
        raise OSError(5, "Input/output error")


class BrokenStream(io.BytesIO):
    """Ends as a download does whose connection breaks off: the first half, an error."""

    def read(self, size=-1):
        if self.tell() >= len(DATA) // 2:
            raise http.client.IncompleteRead(b"", len(DATA) // 2)
        return super().read(min(size, len(DATA) // 2))


def test_download_that_breaks_off_is_one_sentence(monkeypatch):
    opened = BrokenStream(DATA)
    monkeypatch.setattr(FileSystems, "open", lambda *_, **__: opened)
    with (
        pytest.raises(
            UserError, match=r"cannot read gs://b/a\.csv: IncompleteRead: .*"
        ),
        open_raw("gs://b/a.csv") as stream,
    ):
        stream.read()
    assert opened.closed


def test_a_remote_stream_has_the_same_bytes_and_places():
    with translating(io.BytesIO(DATA)) as stream:
        assert stream.readline() == b"user\n"
        assert stream.tell() == 5
        assert stream.seek(-5, io.SEEK_END) == len(DATA) - 5
        assert stream.read() == b"user\n"
        stream.seek(0)
        assert stream.read() == DATA
