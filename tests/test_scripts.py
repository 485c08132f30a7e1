"""The scripts a new user starts with."""

import contextlib
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import buckets
from tests.support.clones import make_clone, needs_venv
from tests.support.google_cloud.cloud import BUCKET, google_cloud
from tests.support.google_cloud.dataflow import DataflowService
from tests.support.programs import ROOT

BASH = shutil.which("bash") or "bash"


def run_bash(*arguments: str, cwd: Path = ROOT, **environment: str):
    return subprocess.run(
        [BASH, *arguments],
        cwd=cwd,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def find_python(*commands: str, folder: Path, **environment: str):
    """Calls find_python with a PATH of nothing but `commands`, each `name=body`."""
    for command in commands:
        name, _, body = command.partition("=")
        path = folder / name
        path.write_text(f"#!{BASH}\n{body}\n")
        path.chmod(0o755)
    script = f"source {ROOT}/.ci/environment.sh; find_python"
    return run_bash("-c", script, PATH=str(folder), **{"PYTHON": "", **environment})


WORKS = f'exec {sys.executable} "$@"'


@pytest.mark.parametrize(
    "name", ["run_local.sh", "submit_dataflow.sh", "tests/run.sh", ".ci/run"]
)
def test_script_is_executable_and_stops_at_errors(name):
    path = ROOT / name
    assert path.stat().st_mode & stat.S_IXUSR
    assert "set -euo pipefail" in path.read_text()
    assert run_bash("-n", str(path)).returncode == 0


def test_python_on_the_path_that_does_not_run_is_passed_over(tmp_path):
    done = find_python("python3=exit 127", f"python3.13={WORKS}", folder=tmp_path)
    assert (done.returncode, done.stdout) == (0, "python3.13\n")


def test_python3_is_preferred(tmp_path):
    done = find_python(f"python3={WORKS}", f"python3.13={WORKS}", folder=tmp_path)
    assert (done.returncode, done.stdout) == (0, "python3\n")


def test_python_may_be_named(tmp_path):
    done = find_python(f"python3={WORKS}", folder=tmp_path, PYTHON=sys.executable)
    assert (done.returncode, done.stdout) == (0, f"{sys.executable}\n")


def test_no_python_is_one_sentence(tmp_path):
    done = find_python("python3=exit 1", folder=tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith("Seamstress needs Python 3.11, 3.12 or 3.13")
    assert done.stderr.count("\n") == 1


def test_python_without_venv_is_one_sentence(tmp_path):
    body = f'[[ "$2" == *ensurepip* ]] && exit 1\n{WORKS}'
    done = find_python(f"python3={body}", folder=tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith("python3 has no venv module; install it")
    assert done.stderr.count("\n") == 1


def test_run_local_explains_itself():
    done = run_bash("run_local.sh", "--help")
    assert done.returncode == 0
    assert "./run_local.sh REVIEWS [OUTPUT] [FLAGS]" in done.stdout
    assert "set -" not in done.stdout


def test_run_local_names_a_missing_file():
    done = run_bash("run_local.sh", "nowhere/reviews.csv")
    assert done.returncode == 2
    assert done.stderr == (
        "run_local.sh: there is no file nowhere/reviews.csv; name a file of reviews, "
        "or nothing to use a sample.\n"
    )


def test_run_local_says_where_a_file_behind_the_flags_belongs():
    done = run_bash("run_local.sh", "--schema", "plain", "setup.py")
    assert done.returncode == 2
    assert done.stderr == (
        "run_local.sh: REVIEWS and OUTPUT stand before the flags, and setup.py stands "
        "behind a value: name it first.\n"
    )


def test_run_local_takes_two_arguments_before_flags():
    done = run_bash("run_local.sh", "setup.py", "out", "more", "--schema", "plain")
    assert done.returncode == 2
    assert "got 3 arguments" in done.stderr


@pytest.fixture
def clone(tmp_path):
    return make_clone(tmp_path / "a clone")


@pytest.mark.slow
@pytest.mark.timeout(900)
@needs_venv
def test_run_local_goes_from_a_sample_to_recommendations(clone):
    done = run_bash("run_local.sh", cwd=clone)
    assert done.returncode == 0, done.stderr
    for path in ("sample.jsonl", "data/manifest.json", "run/model/saved_model.pb"):
        assert (clone / "run_local" / path).exists()
    commands = [line for line in done.stderr.splitlines() if line.startswith("$ ")]
    assert [command.split()[3:5] for command in commands] == [
        ["pipeline.sample", "--reviews"],
        ["pipeline", "--input"],
        ["trainer", "train"],
        ["trainer", "evaluate"],
        ["trainer", "predict"],
    ]
    summary = done.stdout[done.stdout.index("Done in ") :]
    assert "60,000 rows, 60,000 accepted" in summary
    factor = summary.partition("finds the next item ")[2].partition(" times")[0]
    assert float(factor) > 2.0


@pytest.mark.slow
@pytest.mark.timeout(900)
@needs_venv
def test_run_local_takes_reviews_and_flags_and_replaces_what_it_made(
    clone, sample_reviews, tmp_path
):
    shutil.copy(sample_reviews, tmp_path / "my reviews.jsonl")
    (tmp_path / "pipeline").mkdir()
    (tmp_path / "pipeline" / "__init__.py").write_text("raise SystemExit(99)")
    for split in ("leave_one_out", "none"):
        done = run_bash(
            str(clone / "run_local.sh"),
            *("my reviews.jsonl", "my output", "--schema", "rent_the_runway"),
            *("--split", split),
            cwd=tmp_path,
        )
        assert done.returncode == 0, done.stderr
        assert f"--split {split}" in done.stdout[done.stdout.index("Done in ") :]
    assert "nothing was measured" in done.stdout
    assert not (clone / "run_local").exists()


DATAFLOW = {"PROJECT": "loopback-project", "REGION": "europe-west1", "BUCKET": "b"}
PLACES = ("gs://b/reviews.jsonl", "gs://b/data")


@pytest.mark.parametrize(
    ("unset", "arguments", "sentence"),
    [
        ("PROJECT", PLACES, "PROJECT is not set; see ./submit_dataflow.sh --help"),
        ("REGION", PLACES, "REGION is not set; see"),
        ("BUCKET", PLACES, "BUCKET is not set; see"),
        ("", (), "takes REVIEWS and OUTPUT, both on Cloud Storage; flags go behind"),
        ("", PLACES[:1], "takes REVIEWS and OUTPUT"),
        ("", (PLACES[0], "--schema", "movielens"), "takes REVIEWS and OUTPUT"),
    ],
)
def test_submission_without_what_it_needs_is_one_sentence(unset, arguments, sentence):
    variables = {name: "" if name == unset else DATAFLOW[name] for name in DATAFLOW}
    done = run_bash("submit_dataflow.sh", *arguments, **variables)
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"submit_dataflow.sh: {sentence}")


def test_help_of_the_submission_is_its_comment():
    done = run_bash("submit_dataflow.sh", "--help")
    assert done.returncode == 0
    assert done.stdout.startswith("From reviews to windows on Google Dataflow.")
    assert "--flexrs_goal COST_OPTIMIZED" in done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("image", ["", "europe-docker.pkg.dev/p/r/seamstress:1"])
def test_submission_from_another_folder(image, tmp_path, sample_reviews):
    with (
        google_cloud(tmp_path) as cloud,
        contextlib.closing(DataflowService()) as service,
    ):
        buckets.put(f"{BUCKET}/reviews.jsonl", sample_reviews.read_bytes())
        done = run_bash(
            str(ROOT / "submit_dataflow.sh"),
            f"{BUCKET}/*.jsonl",
            f"{BUCKET}/data",
            "--schema=rent_the_runway",
            f"--dataflow_endpoint={service.endpoint}",
            "--no_wait_until_finish",
            cwd=tmp_path,
            **{**DATAFLOW, "BUCKET": buckets.BUCKET, "IMAGE": image},
            **cloud.environment,
        )
        assert done.returncode == 0, done.stderr
        (job,) = service.jobs.values()
    (pool,) = job["environment"]["workerPools"]
    staged = {package["name"] for package in pool["packages"]}
    assert ("workflow.tar.gz" in staged) == (not image)
    if image:
        assert pool["workerHarnessContainerImage"] == image
    assert " -m pipeline --input " in done.stderr
