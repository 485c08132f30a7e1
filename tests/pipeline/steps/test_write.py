import pytest

from pipeline.storage.files import new_file
from schemas.errors import UserError


def test_file_has_its_name_when_it_is_whole(tmp_path):
    path = tmp_path / "a" / "b"
    for text in (b"old", b"new"):
        with new_file(str(path)) as stream:
            stream.write(text)
            assert not path.exists() or path.read_bytes() == b"old"
        assert path.read_bytes() == text
    assert [entry.name for entry in path.parent.iterdir()] == ["b"]


def test_file_that_cannot_be_written_is_one_sentence(tmp_path):
    (tmp_path / "a").write_text("in the way")
    with (
        pytest.raises(UserError, match=r"cannot write .*/a/b: .*; make room there"),
        new_file(f"{tmp_path}/a/b") as stream,
    ):
        stream.write(b"text")
