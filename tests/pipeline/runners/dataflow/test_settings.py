"""Wrong settings are found before anything is submitted."""

import sys

import apache_beam as beam
import pytest

from pipeline.__main__ import main
from tests.support import buckets
from tests.support.google_cloud.cloud import BUCKET

PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
GOOD = {
    "--runner": "DataflowRunner",
    "--input": "gs://bucket/reviews.jsonl",
    "--output": "gs://bucket/data",
    "--project": "some-project",
    "--region": "europe-west1",
    "--temp_location": "gs://bucket/temp",
    "--setup_file": "./setup.py",
}


@pytest.fixture
def refused(capfd, monkeypatch, tmp_path):
    """Runs the pipeline with flags; returns what it closes with."""
    # No region of whoever runs the tests.
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(tmp_path))
    monkeypatch.delenv("CLOUDSDK_COMPUTE_REGION", raising=False)
    monkeypatch.delenv("GOOGLE_APPLICATION_CREDENTIALS", raising=False)
    monkeypatch.setenv("NO_GCE_CHECK", "true")

    def call(**changed):
        flags = GOOD | {f"--{name}": value for name, value in changed.items()}
        status = main([f"{k}={v}" for k, v in flags.items() if v is not None])
        shown = capfd.readouterr().err
        assert "Traceback" not in shown
        return status, shown.splitlines()[-1].removeprefix("python -m pipeline: ")

    return call


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        (
            {"project": None},
            "--runner DataflowRunner needs --project, the project's",
        ),
        ({"region": None}, "--runner DataflowRunner needs --region, for instance"),
        ({"temp_location": None}, "needs --temp_location gs://BUCKET/FOLDER"),
        ({"temp_location": "/tmp/x"}, "--temp_location /tmp/x is not on Cloud"),
        (
            {"staging_location": "s3://b/x"},
            "--staging_location s3://b/x is not on",
        ),
        ({"input": "reviews.jsonl"}, "--input reviews.jsonl is on this machine, where"),
        ({"output": "data"}, "--output data is on this machine, where Dataflow's work"),
        ({"setup_file": None}, "needs --sdk_container_image IMAGE, which holds this p"),
        ({"setup_file": "other/setup.py"}, "there is no file --setup_file other/setup"),
    ],
)
def test_setting_that_is_missing_or_wrong(refused, changed, sentence):
    status, line = refused(**changed)
    assert status == 2
    assert sentence in line


@pytest.mark.parametrize(
    ("image", "sentence"),
    [
        ("apache/beam_python3.11_sdk:2.60.0", "is of Beam 2.60.0, but this machine"),
        ("eu-docker.pkg.dev/p/r/seamstress:1-beam2.60.0", "is of Beam 2.60.0, but"),
        (f"apache/beam_python3.9_sdk:{beam.__version__}", "is of Python 3.9, but this"),
    ],
)
def test_image_of_another_beam_or_python(refused, image, sentence):
    status, line = refused(sdk_container_image=image)
    assert status == 2
    assert f"--sdk_container_image {image} {sentence}" in line


@pytest.mark.parametrize(
    "image",
    [
        f"apache/beam_python{PYTHON}_sdk:{beam.__version__}",
        f"eu-docker.pkg.dev/p/r/seamstress:1-beam{beam.__version__}-py{PYTHON}",
        "eu-docker.pkg.dev/p/r/seamstress@sha256:0123",
    ],
)
def test_image_that_fits_goes_on_to_the_credentials(refused, image):
    status, line = refused(sdk_container_image=image)
    assert status == 1
    assert line.startswith("there are no Google Cloud credentials for gs://bucket/")
    assert "gcloud auth application-default login" in line


@pytest.mark.parametrize("flag", ["--no_wait_until_finish", "--dry_run=True"])
def test_flags_of_jobs_need_a_service_that_runs_them(flag, tmp_path, capsys):
    reviews = tmp_path / "reviews.csv"
    reviews.write_text("user_id,item_id,date\n")
    assert main([f"--input={reviews}", f"--output={tmp_path / 'data'}", flag]) == 2
    assert "--runner DataflowRunner; FnApiRunner " in capsys.readouterr().err
    assert not (tmp_path / "data").exists()


@pytest.mark.slow
class TestDryRun:
    """Beam's own checks, which are off where it speaks to localhost."""

    def test_good_settings_submit_nothing(self, cloud, reviews):
        done = cloud.run(
            f"--input={reviews}",
            f"--output={BUCKET}/dry",
            "--setup_file=setup.py",
            "--schema=rent_the_runway",
            "--dry_run=True",
        )
        assert done.returncode == 0, done.stderr
        assert "The settings are good; nothing was submitted." in done.stderr

    def test_what_beam_finds_is_one_sentence(self, cloud, reviews):
        done = cloud.run(
            f"--input={reviews}",
            f"--output={BUCKET}/dry",
            "--setup_file=./setup.py",
            "--job_name=Not_A_Name",
            "--dry_run=True",
        )
        assert done.returncode == 2
        (line,) = done.stderr.splitlines()
        assert "--runner DataflowRunner can't be used: " in line
        assert "Invalid job_name (Not_A_Name)" in line

    def test_an_output_that_exists_stays(self, cloud, reviews):
        buckets.put(f"{BUCKET}/old/manifest.json", b"{}")
        for flags in ([], ["--overwrite"]):
            done = cloud.run(
                f"--input={reviews}",
                f"--output={BUCKET}/old",
                "--setup_file=./setup.py",
                "--schema=rent_the_runway",
                "--dry_run=True",
                *flags,
            )
            assert done.returncode == (0 if flags else 1), done.stderr
            if not flags:
                assert "already holds a complete data set" in done.stderr
            assert buckets.files_in(f"{BUCKET}/old") == {"manifest.json": b"{}"}
