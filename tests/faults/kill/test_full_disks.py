"""A disk that runs full: one sentence, and the earlier output is as it was.

An earlier complete output lies on the same small disk. Beside it a file takes all room
but some, so that the run stops now at its first file, now at its last.
"""

import os
import tempfile

import pytest

from pipeline.__main__ import main
from pipeline.recommend.__main__ import main as recommend
from schemas.errors import UserError
from tests.faults.kill.disks import make_read_only, mount, room  # noqa: F401
from tests.faults.kill.programs import Program
from tests.support.small_reviews import entries, rows, write
from tests.trainer.serving import catalogue
from trainer.serving.export import export_model

# Warnings of Beam and tf.Transform are none of this program's.
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("default")]

DISK_BYTES = 16 << 20
KB = 1 << 10


@pytest.fixture
def disk(mount):  # noqa: F811
    return mount("disk", DISK_BYTES)


def fill(disk, left):
    """Leaves so many bytes of a disk."""
    with open(disk / "filler", "wb") as filler:
        filler.write(bytes(max(0, room(disk) - left)))


def sentence(shown, word="cannot"):
    """Returns the only line that a program showed."""
    (line,) = shown.splitlines()
    assert line.startswith("python -m pipeline")
    assert word in line
    assert "run it again" in line or "another --output" in line
    return line


@pytest.mark.parametrize("left", [0, 4 * KB, 40 * KB, 100 * KB, 200 * KB, 400 * KB])
def test_a_data_set_that_finds_no_room_leaves_the_earlier_one(
    tmp_path, disk, left, capfd
):
    old = write(tmp_path / "old.csv", rows(40, 5))
    new = write(tmp_path / "new.csv", rows(4000, 9))
    output = [f"--output={disk}/data", "--quiet", "--overwrite"]
    assert main([f"--input={old}", *output]) == 0
    before = entries(disk / "data")
    fill(disk, left)
    capfd.readouterr()
    assert main([f"--input={new}", *output]) == 1
    assert "No space left on device" in sentence(capfd.readouterr().err)
    assert entries(disk / "data") == before
    (disk / "filler").unlink()
    assert main([f"--input={new}", *output]) == 0


# A shard takes 26 KB: where one finds room, two at once may or may not.
@pytest.mark.parametrize("left", [0, 20 * KB])
def test_a_data_set_with_no_room_for_temporary_files_leaves_the_earlier_one(
    tmp_path, disk, left, capfd, monkeypatch
):
    old = write(tmp_path / "old.csv", rows(40, 5))
    new = write(tmp_path / "new.csv", rows(4000, 9))
    output = [f"--output={tmp_path}/data", "--quiet", "--overwrite"]
    assert main([f"--input={old}", *output]) == 0
    before = entries(tmp_path / "data")
    fill(disk, left)
    monkeypatch.setattr(tempfile, "tempdir", str(disk))
    capfd.readouterr()
    assert main([f"--input={new}", *output]) == 1
    sentence(capfd.readouterr().err)
    assert entries(tmp_path / "data") == before
    assert [path.name for path in disk.iterdir()] == ["filler"]


@pytest.mark.parametrize("left", [0, 4 * KB, 8 * KB])
def test_recommendations_that_find_no_room_leave_the_earlier_ones(
    tmp_path, disk, left, capfd
):
    old = write(tmp_path / "old.csv", rows(40, 5, catalogue.ITEMS[:3]))
    new = write(tmp_path / "new.csv", rows(4000, 5, catalogue.ITEMS[:3]))
    flags = [f"--output={disk}/recs", "--quiet", "--overwrite"]
    flags += [f"--model={catalogue.export()}", "--num_shards=2"]
    assert recommend([f"--input={old}", *flags]) == 0
    before = entries(disk / "recs")
    fill(disk, left)
    capfd.readouterr()
    assert recommend([f"--input={new}", *flags]) == 1
    assert "No space left on device" in sentence(capfd.readouterr().err)
    assert entries(disk / "recs") == before


@pytest.mark.parametrize("left", [0, 4 * KB, 16 * KB, 64 * KB, 128 * KB])
def test_an_export_that_finds_no_room_leaves_the_earlier_one(disk, left):
    output = disk / "model"
    data_set, model = catalogue.data_set(), catalogue.model("none")
    export_model(data_set, model, str(output), "none")
    before = entries(output)
    fill(disk, left)
    with pytest.raises(UserError, match=rf"{output} cannot be written \(.*make room"):
        export_model(data_set, model, str(output), "none")
    assert entries(output) == before
    assert sorted(path.name for path in disk.iterdir()) == ["filler", "model"]


def test_the_program_itself_says_so_in_one_line(tmp_path, disk):
    new = write(tmp_path / "new.csv", rows(4000, 9))
    fill(disk, 100 * KB)
    flags = (f"--input={new}", f"--output={disk}/data", "--quiet")
    program = Program(
        ("pipeline", *flags), disk / "data" / ".partial", tmp_path / "temporary"
    )
    ended = program.run()
    assert ended.status == 1
    assert "No space left on device" in sentence(ended.stderr)
    assert not (disk / "data").exists()


def test_a_read_only_disk_is_one_sentence(tmp_path, disk, capfd):
    reviews = write(tmp_path / "reviews.csv", rows(40, 5))
    model = f"--model={catalogue.export()}"
    (disk / "there").mkdir()
    export_model(
        catalogue.data_set(), catalogue.model("none"), str(disk / "model"), "none"
    )
    make_read_only(disk)
    before = entries(disk)
    for name in ("there", "new", "new/below"):
        output = disk / name
        flags = [f"--input={reviews}", f"--output={output}", "--quiet"]
        for program, more in ((main, []), (recommend, [model])):
            assert program([*flags, *more]) == 1
            line = sentence(capfd.readouterr().err, f"cannot write to {output}: ")
            assert "Read-only file system" in line
    with pytest.raises(UserError, match=r"model cannot be written \(.*Read-only file"):
        export_model(
            catalogue.data_set(), catalogue.model("none"), str(disk / "model"), "none"
        )
    assert entries(disk) == before


def test_a_complete_output_on_a_read_only_disk_is_refused_and_can_be_read(
    tmp_path, disk, capfd
):
    reviews = write(tmp_path / "reviews.csv", rows(40, 5))
    flags = [f"--input={reviews}", f"--output={disk}/data", "--quiet"]
    assert main(flags) == 0
    make_read_only(disk)
    assert main(flags) == 1
    assert "already holds a complete data set" in capfd.readouterr().err
    assert main([*flags, "--overwrite"]) == 1
    assert "Read-only file system" in sentence(capfd.readouterr().err)
    assert (disk / "data" / "manifest.json").exists()


@pytest.mark.parametrize("program", [main, recommend])
def test_a_folder_without_leave_to_write_is_one_sentence(tmp_path, program, capfd):
    if os.geteuid() == 0:
        pytest.skip("permissions do not hold for root, who has the read-only disk")
    reviews = write(tmp_path / "reviews.csv", rows(40, 5))
    (tmp_path / "locked").mkdir(mode=0o555)
    flags = [f"--input={reviews}", f"--output={tmp_path}/locked/out", "--quiet"]
    if program is recommend:
        flags.append(f"--model={catalogue.export()}")
    assert program(flags) == 1
    assert "Permission denied" in sentence(capfd.readouterr().err)
