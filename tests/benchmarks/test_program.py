"""The command line, and what it may import."""

import pytest

from benchmarks.__main__ import FOLDERS, main
from tests.support.programs import ROOT
from tests.test_imports import BEAM_SIDE, HEAVY, imported_packages, loaded_by


def test_a_subject_must_be_named(capsys):
    assert main([]) == 2
    assert "a subject is missing; choose one of targets, ablation" in (
        capsys.readouterr().err
    )


def test_every_subject_is_a_file_and_in_the_readme():
    text = (ROOT / "benchmarks" / "README.md").read_text()
    for name, folder in FOLDERS.items():
        assert (ROOT / "benchmarks" / folder / f"{name}.py").exists()
        assert f"python -m benchmarks {name}" in text


@pytest.mark.parametrize(
    ("flags", "sentence"),
    [
        (["targets"], "required: --output"),
        (["targets", "--output=o", "--onyl=x"], "did you mean --only?"),
        (["targets", "--output=o", "--only=beauty-grus"], "did you mean beauty-gru?"),
        (["targets", "--output=o", "--seeds=0,x"], "must be whole numbers with"),
        (["ablation", "--output=o", "--only=attention"], "did you mean attention-on?"),
        (["ablation", "--output=o", "--base=none"], "--config none cannot be read"),
        (["logits", "--output=o", "--rounds=3"], "--rounds must be at least 5, got 3"),
        (["scale", "--output=o", "--events=0"], "--events must be at least 1, got 0"),
        (["scale", "--output=o", "--events=5", "--hot=6"], "in 0 ... --events (5)"),
        (["scale", "--output=o", "--split=tiem"], "invalid choice: 'tiem'"),
    ],
)
def test_a_wrong_call_ends_in_one_sentence(
    tmp_path, monkeypatch, capsys, flags, sentence
):
    monkeypatch.chdir(tmp_path)
    assert main(flags) == 2
    printed = capsys.readouterr()
    assert sentence in printed.err
    assert len(printed.err.splitlines()) == 1
    assert not list(tmp_path.iterdir())


# They make what they measure on.
NO_PUBLIC_DATA = {
    *("catalogue", "pipeline_speed", "recommend", "scale", "serving", "throughput")
}


@pytest.mark.parametrize("subject", sorted(set(FOLDERS) - NO_PUBLIC_DATA))
def test_reviews_that_are_missing_are_one_sentence(
    tmp_path, monkeypatch, capsys, subject
):
    monkeypatch.setenv("REAL_DATA", str(tmp_path))
    assert main([subject, f"--output={tmp_path / 'out'}"]) == 1
    printed = capsys.readouterr()
    assert f"REAL_DATA names {tmp_path}, which holds no" in printed.err
    assert len(printed.err.splitlines()) == 1
    assert not list(tmp_path.iterdir())


def test_help_loads_neither_beam_nor_tensorflow():
    subjects = [f"benchmarks.{folder}.{name}" for name, folder in FOLDERS.items()]
    loaded = loaded_by(
        f"import {', '.join(subjects)}\n"
        "import benchmarks.quality.notebook_loss, benchmarks.__main__"
    )
    assert not loaded & HEAVY


def test_benchmarks_use_the_pipeline_as_a_program_alone():
    # But for programs of their own: the weights of what it shuffles, a run of it
    # without its imports, and what a user of Beam would write.
    folder = ROOT / "benchmarks"
    own = {
        folder / "data" / "scale_weights.py",
        folder / "data" / "pipeline_once.py",
        folder / "peers" / "element_pipeline.py",
    }
    for path in set(folder.rglob("*.py")) - own:
        assert not imported_packages(path) & BEAM_SIDE, path


def test_no_package_imports_the_benchmarks():
    for package in ("pipeline", "schemas", "trainer"):
        for path in (ROOT / package).rglob("*.py"):
            assert "benchmarks" not in imported_packages(path), path
