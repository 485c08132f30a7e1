"""A kill between any two renames or removals loses neither the old nor the new."""

import shutil

import pytest

from pipeline.output import Output
from schemas.layout import MANIFEST
from schemas.storage.replacement import recover
from tests.faults.kill import stopped_at
from tests.support.programs import run_module
from tests.support.small_reviews import entries
from trainer.run_files import CONFIG, METRICS, MODEL, best_weights
from trainer.serving.exchange import recover_folder

pytestmark = pytest.mark.slow

OLD_SET = {
    MANIFEST: "old",
    "train/old": "old",
    "train/new": "old",
    "rejects/old": "old",
}
OLD_RUN = {
    METRICS: "old",
    CONFIG: '{"data": 0, "model": 0, "units": 0}',
    MODEL: "old",
    best_weights(2): "old",
    "evaluation-test.json": "old",
}
OLD_EXPORT = {"saved_model.pb": "old", "variables": "old", "assets": "old"}


def fill(folder, files):
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return {name: text.encode() for name, text in files.items()}


def killed(name, folder):
    """Runs the work with a kill at each step; returns the folders that are left."""
    done = run_module("tests.faults.kill.stopped_at", name, str(folder))
    assert done.returncode == 0, done.stderr
    steps = int(done.stdout)
    # Fewer would mean that the kills missed the code at test.
    assert steps > 3
    return [folder / str(n) / "out" for n in range(steps)]


def shown(output):
    """What a reader finds: the entries beside those whose names begin with a dot."""
    return {
        name: content
        for name, content in entries(output).items()
        if not name.startswith(".")
    }


@pytest.fixture(scope="module")
def sets(tmp_path_factory):
    """The old set, the new one, and what each kill left."""
    folder = tmp_path_factory.mktemp("sets")
    old = fill(folder / "before" / "out", OLD_SET)
    # And what an earlier kill left.
    fill(folder / "before" / "out", {".partial/dead/train/dead": "dead"})
    left = killed("replaces_an_output", folder)
    new = entries(folder / "undisturbed" / "out")
    assert set(new) == {MANIFEST, "train/new", "eval/new"}
    return old, new, left


def test_a_manifest_stands_beside_its_own_files_alone(sets):
    old, new, left = sets
    seen = [shown(output) for output in left]
    whole = [files for files in seen if MANIFEST in files]
    assert all(files in (old, new) for files in whole)
    assert old in whole
    assert new in whole
    # In between there is none: a reader says that there is no data set.
    assert len(whole) < len(seen)


def test_whoever_looks_next_finds_one_of_them_whole(sets, tmp_path):
    old, new, left = sets
    for output in left:
        copy = shutil.copytree(output, tmp_path / output.parent.name)
        before = shown(copy)
        recover(str(copy))
        assert shown(copy) in (old, new)
        if MANIFEST in before:
            assert shown(copy) == before


def test_the_next_run_finds_it_too_and_replaces_it(sets, tmp_path):
    old, new, left = sets
    for output in left:
        copy = shutil.copytree(output, tmp_path / output.parent.name)
        # It fails: what was there stays.
        failing = Output(str(copy), overwrite=True)
        failing.prepare()
        failing.abandon()
        assert entries(copy) in (old, new)
        # It succeeds.
        good = Output(str(copy), overwrite=True)
        good.prepare()
        third = fill(tmp_path / good.folder, {MANIFEST: "third", "test/third": "third"})
        good.complete()
        assert entries(copy) == third


def test_a_first_output_is_there_as_a_whole_or_not_at_all(tmp_path):
    (tmp_path / "before").mkdir()
    left = killed("replaces_an_output", tmp_path)
    new = entries(tmp_path / "undisturbed" / "out")
    for output in left:
        if (output / MANIFEST).exists():
            assert shown(output) == new
        again = Output(str(output), overwrite=(output / MANIFEST).exists())
        again.prepare()
        fill(tmp_path / again.folder, {MANIFEST: "again"})
        again.complete()
        assert entries(output) == {MANIFEST: b"again"}


def test_an_export_is_there_at_every_moment(tmp_path):
    old = fill(tmp_path / "before" / "out", OLD_EXPORT)
    left = killed("replaces_a_folder", tmp_path)
    new = entries(tmp_path / "undisturbed" / "out")
    found = [entries(output) for output in left]
    assert all(files in (old, new) for files in found)
    assert old in found
    assert new in found


def test_an_export_comes_back_where_names_cannot_be_exchanged(tmp_path):
    old = fill(tmp_path / "before" / "out", OLD_EXPORT)
    left = killed("replaces_a_folder_by_renames", tmp_path)
    new = entries(tmp_path / "undisturbed" / "out")
    assert not all(output.exists() for output in left)
    for output in left:
        recover_folder(output)
        assert entries(output) in (old, new)


def test_a_run_is_never_a_mixture_and_never_lost(tmp_path):
    old = fill(tmp_path / "before" / "out", OLD_RUN)
    left = killed("replaces_a_run", tmp_path)
    new = entries(tmp_path / "undisturbed" / "out")
    assert set(new) == {CONFIG, best_weights(1), METRICS}
    whole = [files for output in left if METRICS in (files := shown(output))]
    assert all(files in (old, new) for files in whole)
    assert old in whole
    assert new in whole
    for output in left:
        # What `train` and whoever reads a run do first.
        recover(str(output), METRICS)
        assert shown(output) in (old, new)
        # The same command again ends with the same run.
        stopped_at.replaces_a_run(output.parent)
        assert entries(output) == new
