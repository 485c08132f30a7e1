from pathlib import Path

import pytest

from trainer.storage.copies import standing
from trainer.storage.stand_ins import StandIn, local, name_of, names_in, publish


def test_a_local_path_stands_for_itself(tmp_path):
    (tmp_path / "a").touch()
    assert local("./data//") == "./data//"
    assert name_of("./data") == "./data"
    assert names_in(str(tmp_path)) == {"a"}
    assert names_in(str(tmp_path / "none")) == set()
    publish(str(tmp_path))  # Nothing to do.


def test_names_and_folders_stand_for_each_other():
    with standing(StandIn("gs://b/data", Path("/tmp/x/data"))):
        assert local("gs://b/data") == local("gs://b/data/") == "/tmp/x/data"
        assert local("gs://b/data/train/1") == "/tmp/x/data/train/1"
        assert name_of("/tmp/x/data/train/1") == "gs://b/data/train/1"
        assert name_of(Path("/tmp/x/data")) == "gs://b/data"
        assert name_of("/tmp/x/data2") == "/tmp/x/data2"
        with pytest.raises(
            ValueError, match="no local folder stands for 'gs://b/data2'"
        ):
            local("gs://b/data2")
    with pytest.raises(ValueError, match="no local folder stands for"):
        local("gs://b/data")


def test_the_nearest_of_several_is_taken():
    inner = StandIn("gs://b/out/runs/one", Path("/tmp/y/one"))
    with standing(inner), standing(StandIn("gs://b/out", Path("/tmp/x/out"))):
        assert local("gs://b/out/runs/one/model") == "/tmp/y/one/model"
        assert local("gs://b/out/runs/two") == "/tmp/x/out/runs/two"


def test_names_are_those_of_the_source():
    sizes = {"manifest.json": 9, "train/one": 5, "train/sub/two": 5}
    with standing(StandIn("gs://b/data", Path("/tmp/none"), sizes)):
        assert names_in("gs://b/data") == {"manifest.json", "train"}
        assert names_in("gs://b/data/train") == {"one", "sub"}
        assert names_in("gs://b/data/eval") == set()
