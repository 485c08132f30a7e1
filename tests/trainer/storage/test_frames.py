"""DataFrames of data sets in buckets."""

import tempfile

from tests.support.buckets import copy_to
from tests.support.data_sets import write_split_data_set
from trainer.frames import read_events, read_items, read_windows


def test_a_remote_data_set_reads_as_a_local_one(bucket, tmp_path, monkeypatch):
    local = write_split_data_set(tmp_path / "data", num_items=6)
    copy_to(local, f"{bucket}/data")
    (tmp_path / "copies").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "copies"))
    for read in (read_windows, read_events):
        for split in ("train", "test"):
            assert read(f"{bucket}/data", split).equals(read(local, split))
    assert read_items(f"{bucket}/data").equals(read_items(local))
    assert not list((tmp_path / "copies").iterdir())
