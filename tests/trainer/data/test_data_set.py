import json
import shutil
from pathlib import Path

import pytest

from schemas.errors import UserError
from tests.support.data_sets import cyclic_windows, write_data_set
from tests.support.digests import accept_files
from trainer.data.data_set import open_data_set


def _write(folder: Path) -> Path:
    train, held_out = cyclic_windows(12, 5, 3, 0), cyclic_windows(4, 5, 3, 1)
    write_data_set(folder, train, held_out, num_items=5, max_length=3, day_buckets=4)
    return folder


def test_opens_what_the_contract_describes(tmp_path: Path) -> None:
    data_set = open_data_set(str(_write(tmp_path / "data")))
    assert data_set.max_length == 3
    assert data_set.num_items == 5
    assert data_set.num_records("train") == 12
    assert data_set.num_records("test") == 0
    assert [data_set.day_buckets(f) for f in ("age", "gap", "none")] == [4, 4, 0]
    assert data_set.vocabulary == [b"item1", b"item2", b"item3", b"item4", b"item5"]
    names = [Path(path).name for path in data_set.files("train")]
    assert names == [f"windows-0000{i}-of-00002.tfrecord.gz" for i in range(2)]
    assert data_set.files("test") == []


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"there is no data set at .*none; make one"):
        open_data_set(str(tmp_path / "none"))


def test_a_pipeline_that_did_not_finish(tmp_path: Path) -> None:
    folder = _write(tmp_path / "data")
    (folder / "manifest.json").unlink()
    with pytest.raises(UserError, match=r"holds no manifest\.json: .* did not finish"):
        open_data_set(str(folder))


def test_a_contract_of_another_version(tmp_path: Path) -> None:
    folder = _write(tmp_path / "data")
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["contract_version"] = 99
    (folder / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(UserError, match="contract version 99"):
        open_data_set(str(folder))


def test_a_manifest_that_is_no_text(tmp_path: Path) -> None:
    folder = _write(tmp_path / "data")
    (folder / "manifest.json").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UserError, match="is not a Seamstress manifest"):
        open_data_set(str(folder))


def test_a_missing_shard_is_named(tmp_path: Path) -> None:
    folder = _write(tmp_path / "data")
    (folder / "eval" / "windows-00001-of-00002.tfrecord.gz").unlink()
    with pytest.raises(UserError, match=r"eval/windows-00001-of-00002.* is missing"):
        open_data_set(str(folder))


def test_a_shard_of_another_run_is_named(tmp_path: Path) -> None:
    folder = _write(tmp_path / "data")
    shard = folder / "train" / "windows-00000-of-00002.tfrecord.gz"
    shutil.copy(shard, folder / "train" / "windows-00000-of-00008.tfrecord.gz")
    with pytest.raises(UserError, match=r"00000-of-00008.* is not in the manifest"):
        open_data_set(str(folder))


def test_a_whole_split_beside_the_manifest(tmp_path: Path) -> None:
    folder = _write(tmp_path / "data")
    shutil.copytree(folder / "eval", folder / "test")
    with pytest.raises(UserError, match=r"test/windows-00000.* is not in the manifest"):
        open_data_set(str(folder))


def test_a_missing_transform_graph(tmp_path: Path) -> None:
    folder = _write(tmp_path / "data")
    shutil.rmtree(folder / "transform_fn")
    with pytest.raises(UserError, match="transform_fn is missing"):
        open_data_set(str(folder))


def test_a_damaged_transform_graph(tmp_path: Path) -> None:
    folder = _write(tmp_path / "data")
    (folder / "transform_fn" / "saved_model.pb").write_bytes(b"\x07 no graph")
    with pytest.raises(UserError, match=r"transform_fn cannot be loaded \(.*; write"):
        open_data_set(str(folder)).load_transform_graph()
    (folder / "transform_fn" / "assets" / "item_vocabulary").unlink()
    with pytest.raises(UserError, match="item_vocabulary cannot be read"):
        open_data_set(str(folder)).load_transform_graph()


def test_a_vocabulary_of_another_length(tmp_path: Path) -> None:
    folder = _write(tmp_path / "data")
    file = folder / "transform_fn" / "assets" / "item_vocabulary"
    file.write_text("one\ntwo\n")
    accept_files(folder)
    with pytest.raises(UserError, match="holds 2 items, the manifest 5"):
        _ = open_data_set(str(folder)).vocabulary
    file.unlink()
    with pytest.raises(UserError, match="item_vocabulary cannot be read"):
        _ = open_data_set(str(folder)).vocabulary
