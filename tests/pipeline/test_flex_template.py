"""The pipeline as the launcher of a Dataflow Flex Template starts it."""

import json

import pytest
from apache_beam.portability.api import beam_runner_api_pb2

from pipeline.flags import make_parser
from pipeline.flex_template import main, to_arguments
from schemas.errors import UsageError
from tests.support import buckets
from tests.support.google_cloud.cloud import BUCKET, google_cloud
from tests.support.programs import ROOT, run_python

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


@pytest.mark.slow
def test_launch_hands_a_job_to_dataflow_that_installs_nothing(sample_reviews, tmp_path):
    with google_cloud(tmp_path) as cloud:
        buckets.put(f"{BUCKET}/reviews.jsonl", sample_reviews.read_bytes())
        done = run_python(
            str(ROOT / "containers" / "flex_template" / "launch.py"),
            f"--input={BUCKET}/review*.jsonl",
            f"--output={BUCKET}/data",
            "--schema=rent_the_runway",
            "--overwrite=true",
            "--user_field=",
            f"--sdk_container_image={IMAGE}",
            # The rest is what the launcher says.
            "--runner=DataflowRunner",
            "--project=my-project",
            "--region=europe-west1",
            "--job_name=windows",
            f"--template_location={BUCKET}/launches/job_object",
            f"--staging_location={BUCKET}/staging",
            f"--temp_location={BUCKET}/temp",
            '--labels={"from": "template"}',
            PYTHONPATH=str(ROOT),
            **cloud.environment,
        )
        assert done.returncode == 0, done.stderr
        files = buckets.files_in(BUCKET)
    job = json.loads(files["launches/job_object"])
    (harness,) = job["environment"]["workerPools"][0]["sdkHarnessContainerImages"]
    assert harness["containerImage"] == IMAGE
    assert job["labels"] == {"from": "template"}
    (graph,) = [name for name in files if name.endswith("/pipeline.pb")]
    pipeline = beam_runner_api_pb2.Pipeline.FromString(files[graph])
    labels = {of.unique_name for of in pipeline.components.transforms.values()}
    assert any("Analyze" in label for label in labels)
    # A note of what the launcher has installed, and no package.
    staged = {name.rsplit("/", 1)[1] for name in files if name.startswith("staging/")}
    assert staged == {"pipeline.pb", "submission_environment_dependencies.txt"}
    # The job writes it when it is done.
    assert not [name for name in files if name.startswith("data/")]
