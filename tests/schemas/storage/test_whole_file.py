import pytest

from schemas.storage.whole_file import whole_file, write_whole


def test_a_file_is_replaced_by_a_whole_one(tmp_path):
    path = tmp_path / "report.html"
    write_whole(path, "first")
    write_whole(path, "zweites, länger")
    assert path.read_text(encoding="utf-8") == "zweites, länger"
    assert [entry.name for entry in tmp_path.iterdir()] == ["report.html"]


def test_what_was_there_stays_where_writing_fails(tmp_path):
    path = tmp_path / "report.html"
    write_whole(path, "first")
    with pytest.raises(FileNotFoundError), whole_file(path) as partial:
        (partial / "no folder").write_text("second")
    assert path.read_text() == "first"
