"""The pipeline as the launcher of a Dataflow Flex Template starts it."""

import json
import os
import socket
import subprocess
import sys

import pytest
import requests
from apache_beam.portability.api import beam_runner_api_pb2

from pipeline.flags import make_parser
from pipeline.flex_template import main, to_arguments
from schemas.errors import UsageError
from tests.support.programs import ROOT

IMAGE = "europe-west1-docker.pkg.dev/my-project/seamstress/seamstress-pipeline:1"


@pytest.mark.parametrize(
    ("parameter", "arguments"),
    [
        ("--overwrite=true", ["--overwrite"]),
        ("--overwrite=True", ["--overwrite"]),
        ("--overwrite=false", []),
        ("--overwrite=", []),
        ("--overwrite", ["--overwrite"]),
        ("--user_field=", []),
        ("--user_field=customer", ["--user_field=customer"]),
        ("--date_format=%Y=%m", ["--date_format=%Y=%m"]),
        ("--experiments=a=b", ["--experiments=a=b"]),
        ('--labels={"a": "b"}', ['--labels={"a": "b"}']),
    ],
)
def test_parameter_becomes_an_argument(parameter, arguments):
    assert to_arguments([parameter], make_parser()) == arguments


def test_switch_that_is_neither_true_nor_false_is_refused():
    with pytest.raises(UsageError, match="--overwrite must be true or false, got 'y'"):
        to_arguments(["--overwrite=y"], make_parser())


def test_wrong_parameter_is_one_sentence(capsys):
    assert main(["--quiet=no", "--input=x", "--output=y"]) == 2
    assert capsys.readouterr().err == (
        "python -m pipeline: --quiet must be true or false, got 'no'\n"
    )


def test_parameters_run_the_pipeline(sample_reviews, tmp_path, capfd):
    output = tmp_path / "data"
    status = main(
        [
            f"--input={sample_reviews}",
            f"--output={output}",
            "--schema=rent_the_runway",
            "--quiet=true",
            "--overwrite=false",
            "--reference_date=",
        ]
    )
    assert (status, capfd.readouterr().err) == (0, "")
    assert (output / "manifest.json").exists()


@pytest.fixture
def bucket():
    """An emulated gs://bucket: the address of its server."""
    server_module = pytest.importorskip("gcp_storage_emulator.server")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = server_module.create_server(
        "127.0.0.1", port, in_memory=True, default_bucket="bucket"
    )
    server.start()
    yield f"http://127.0.0.1:{port}"
    server.stop()


@pytest.mark.slow
def test_launch_hands_a_job_to_dataflow_that_installs_nothing(
    bucket, sample_reviews, tmp_path
):
    uploaded = requests.post(
        f"{bucket}/upload/storage/v1/b/bucket/o?uploadType=media&name=reviews.jsonl",
        data=sample_reviews.read_bytes(),
        timeout=60,
    )
    assert uploaded.ok
    # tf.Transform makes its scratch folder through TensorFlow, which knows no emulator:
    # the output alone is here. The rest is what the launcher says.
    output = tmp_path / "data"
    done = subprocess.run(
        [
            sys.executable,
            str(ROOT / "containers" / "flex_template" / "launch.py"),
            "--input=gs://bucket/review*.jsonl",
            f"--output={output}",
            "--schema=rent_the_runway",
            "--overwrite=true",
            "--user_field=",
            f"--sdk_container_image={IMAGE}",
            "--runner=DataflowRunner",
            "--project=my-project",
            "--region=europe-west1",
            "--job_name=windows",
            "--template_location=gs://bucket/launches/job_object",
            "--staging_location=gs://bucket/staging",
            "--temp_location=gs://bucket/temp",
            '--labels={"from": "template"}',
        ],
        env={**os.environ, "STORAGE_EMULATOR_HOST": bucket, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    job = json.loads(download(bucket, "launches/job_object"))
    (harness,) = job["environment"]["workerPools"][0]["sdkHarnessContainerImages"]
    assert harness["containerImage"] == IMAGE
    assert job["labels"] == {"from": "template"}
    (graph,) = [name for name in names(bucket) if name.endswith("/pipeline.pb")]
    pipeline = beam_runner_api_pb2.Pipeline.FromString(download(bucket, graph))
    labels = {of.unique_name for of in pipeline.components.transforms.values()}
    assert any("Analyze" in label for label in labels)
    # A note of what the launcher has installed, and no package.
    staged = {name.rsplit("/", 1)[1] for name in names(bucket, "staging/")}
    assert staged == {"pipeline.pb", "submission_environment_dependencies.txt"}
    # The job writes it when it is done.
    assert not (output / "manifest.json").exists()


def names(bucket: str, prefix: str = "") -> list[str]:
    listed = requests.get(f"{bucket}/storage/v1/b/bucket/o", timeout=60).json()
    return [of["name"] for of in listed["items"] if of["name"].startswith(prefix)]


def download(bucket: str, name: str) -> bytes:
    path = name.replace("/", "%2F")
    found = requests.get(
        f"{bucket}/download/storage/v1/b/bucket/o/{path}?alt=media", timeout=60
    )
    assert found.ok, found.text
    return found.content
