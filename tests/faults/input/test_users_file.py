"""What `python -m pipeline.recommend --users` makes of broken files of ids."""

import gzip
import tempfile
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.parse.ids import check_ids
from pipeline.recommend.users_file import read_users
from schemas.errors import UserError
from tests.faults.input.test_fuzzed import damaged


def read(data: bytes, name: str = "users.txt") -> tuple[list[str], str]:
    """Returns the users of a file, sorted, or the sentence with which it is refused."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, name)
        path.write_bytes(data)
        try:
            parts = list(read_users(str(path), 3))
        except UserError as error:
            return [], str(error)
    return sorted(user for _, users in parts for user in users), ""


@given(st.one_of(st.binary(max_size=200), damaged(b"u1\r\n\ncaf\xc3\xa9\nu 3")))
def test_every_line_is_a_user_or_the_file_is_refused(data):
    users, sentence = read(data)
    if sentence:
        assert "users.txt" in sentence
        return
    text = data.removeprefix(b"\xef\xbb\xbf").decode()
    lines = [line.rstrip("\r") for line in text.split("\n")]
    assert users == sorted(line for line in lines if line)
    # Ids that the rows of a log may hold, too.
    assert not any(mask.any() for mask in check_ids(pa.array(users, pa.string())))


@pytest.mark.parametrize(
    ("data", "name", "expected"),
    [
        (b"", "users.txt", "names no user; give one id a line"),
        (b"\n\r\n", "users.txt", "names no user; give one id a line"),
        (b"u\n\xff\n", "users.txt", "line 2, is not UTF-8"),
        (b"u\n\n   \nv\n", "users.txt", "line 3, is blank; give one id a line"),
        (b"u\n" * 70_000 + b"\na\tb\nv", "users.txt", "line 70002, holds a control ch"),
        (b"u\n" + b"x" * (17 << 20), "users.txt", "line 2, has more than 16,777,216 b"),
        (gzip.compress(b"u\n")[:-3], "users.gz", "is not a whole gzip file"),
        (b"", "users.gz", "is not a whole gzip file"),
    ],
    ids=range(8),
)
def test_broken_file_of_users_is_one_sentence(data, name, expected):
    assert expected in read(data, name)[1]
