"""What arrives where a job is submitted, and what the launcher says."""

import io
import signal
import tarfile

import pytest
from apache_beam.portability import common_urns
from apache_beam.portability.api import beam_runner_api_pb2
from google.cloud.dataflow_v1beta3 import (
    FlexResourceSchedulingGoal,
    WorkerIPAddressConfiguration,
)

from tests.support import buckets
from tests.support.google_cloud.cloud import BUCKET
from tests.support.google_cloud.credentials import PROJECT
from tests.support.programs import ROOT
from tests.support.surroundings import local_folders

pytestmark = pytest.mark.slow

OUTPUT = f"{BUCKET}/submitted"
ACCOUNT = f"worker@{PROJECT}.iam.gserviceaccount.com"
NETWORK = "regions/europe-west1/subnetworks/private"


@pytest.fixture(scope="module")
def submission(cloud, service, reviews):
    """The finished launcher, and the job that arrived."""
    done = cloud.submit(
        service,
        f"--input={reviews}",
        f"--output={OUTPUT}",
        "--no_wait_until_finish",
        "--machine_type=n2-highmem-4",
        "--num_workers=3",
        "--max_num_workers=20",
        "--disk_size_gb=60",
        "--flexrs_goal=COST_OPTIMIZED",
        f"--service_account_email={ACCOUNT}",
        "--network=private",
        f"--subnetwork={NETWORK}",
        "--no_use_public_ips",
        "--experiments=no_use_multiple_sdk_containers",
        "--labels=team=recommendations",
    )
    assert done.returncode == 0, done.stderr
    (job,) = service.jobs.values()
    return done, job


@pytest.fixture(scope="module")
def staged(submission):
    """The bytes of the staged graph and, by name, of what the workers install."""
    _, job = submission
    options = job["environment"]["sdkPipelineOptions"]["options"]
    files = buckets.files_in(options["staging_location"])
    return files.pop("pipeline.pb"), files


def test_the_launcher_says_where_the_job_is_and_how_to_cancel_it(submission):
    done, job = submission
    assert "gcloud dataflow jobs cancel " in done.stderr
    assert "https://console.cloud.google.com/dataflow/jobs/europe-west1/" in done.stderr
    assert "is complete" not in done.stderr
    assert job["name"].startswith("seamstress-")
    assert job["labels"] == {"team": "recommendations"}


def test_the_output_is_not_there_before_the_job_has_made_it(submission):
    assert buckets.files_in(OUTPUT) == {}


def test_the_workers_are_those_that_were_asked_for(submission):
    environment = submission[1]["environment"]
    (pool,) = environment["workerPools"]
    assert pool["machineType"] == "n2-highmem-4"
    assert pool["numWorkers"] == 3
    assert pool["autoscalingSettings"]["maxNumWorkers"] == 20
    assert pool["diskSizeGb"] == 60
    assert pool["network"] == "private"
    assert pool["subnetwork"] == NETWORK
    private = WorkerIPAddressConfiguration.WORKER_IP_PRIVATE
    assert pool["ipConfiguration"] == private
    assert environment["serviceAccountEmail"] == ACCOUNT
    saving = FlexResourceSchedulingGoal.FLEXRS_COST_OPTIMIZED
    assert environment["flexResourceSchedulingGoal"] == saving
    assert {"use_runner_v2", "no_use_multiple_sdk_containers"} <= set(
        environment["experiments"]
    )
    image = "gcr.io/cloud-dataflow/v1beta3/beam_python3."
    assert pool["workerHarnessContainerImage"].startswith(image)


def test_the_source_distribution_is_staged_whole(submission, staged):
    _, files = staged
    (pool,) = submission[1]["environment"]["workerPools"]
    assert "workflow.tar.gz" in {package["name"] for package in pool["packages"]}
    with tarfile.open(fileobj=io.BytesIO(files["workflow.tar.gz"])) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    for package in ("pipeline", "schemas", "trainer"):
        sources = {
            str(path.relative_to(ROOT))
            for path in (ROOT / package).rglob("*")
            if path.suffix in (".py", ".pbtxt", ".json")
        }
        assert sources <= names


def test_the_graph_asks_for_the_staged_distribution_alone(staged):
    graph = beam_runner_api_pb2.Pipeline.FromString(staged[0])
    (environment,) = graph.components.environments.values()
    assert environment.urn == common_urns.environments.DOCKER.urn
    urls = {
        beam_runner_api_pb2.ArtifactUrlPayload.FromString(entry.type_payload).url
        for entry in environment.dependencies
    }
    assert {url.rpartition("/")[2] for url in urls} == {
        "workflow.tar.gz",
        "submission_environment_dependencies.txt",
    }
    assert all(url.startswith(f"{BUCKET}/temp/") for url in urls)


def test_a_launcher_that_is_stopped_does_not_ask_to_be_run_again(
    cloud, service, reviews
):
    output = f"--output={BUCKET}/followed"
    with cloud.start(service, f"--input={reviews}", output) as launcher:
        said = iter(launcher.stderr.readline, "")
        assert any("Cancel it with: gcloud dataflow jobs" in line for line in said)
        launcher.terminate()
        rest = launcher.stderr.read().splitlines()
    assert launcher.returncode == 128 + signal.SIGTERM
    assert rest[-1].endswith(": stopped by SIGTERM; follow the job, or cancel it")
    assert any(
        line.startswith("The job goes on without this process.") for line in rest
    )


def test_no_local_path_and_no_main_session_is_in_the_graph(staged):
    graph, files = staged
    for folder in local_folders():
        assert f"{folder}/".encode() not in graph
    assert b"__main__" not in graph
    assert "pickled_main_session" not in files


def test_the_graph_does_not_grow_with_the_data(cloud, service, staged):
    url = f"{BUCKET}/reviews/large.jsonl"
    buckets.put(url, buckets.files_in(f"{BUCKET}/reviews")["sample.jsonl"] * 20)
    before = set(service.jobs)
    done = cloud.submit(
        service, f"--input={url}", f"--output={OUTPUT}", "--no_wait_until_finish"
    )
    assert done.returncode == 0, done.stderr
    (name,) = set(service.jobs) - before
    options = service.jobs[name]["environment"]["sdkPipelineOptions"]["options"]
    large = buckets.files_in(options["staging_location"])["pipeline.pb"]
    assert abs(len(large) - len(staged[0])) < 1000
