"""What Dataflow needs, checked before anything is submitted."""

import os
import time
from collections.abc import Mapping, Sequence

from apache_beam.options.pipeline_options import (
    GoogleCloudOptions,
    PipelineOptions,
    SetupOptions,
    WorkerOptions,
)
from apache_beam.runners.runner import PipelineRunner

from pipeline.runners.images import check_image
from pipeline.storage.files import is_remote
from schemas.errors import UsageError

# Flags that name a place on Cloud Storage.
_PLACES = ("temp_location", "staging_location")


def is_dataflow(runner: PipelineRunner) -> bool:
    """Whether a runner is Dataflow's; its class costs a second to import."""
    return type(runner).__name__ in ("DataflowRunner", "TestDataflowRunner")


def check_dataflow(
    options: PipelineOptions,
    runner: PipelineRunner,
    paths: Mapping[str, Sequence[str]],
) -> None:
    """Checks the settings of a job, and completes those that follow from others.

    Args:
      options: Beam's options.
      runner: Dataflow's.
      paths: what the workers read and write, by the flag that names it.

    Raises:
      UsageError: a setting is missing, or no worker could follow it.
    """
    cloud = options.view_as(GoogleCloudOptions)
    if not cloud.project:
        raise UsageError("--runner DataflowRunner needs --project, the project's id")
    if not cloud.region:
        # As Beam itself looks for it; it does not look where it talks to localhost.
        cloud.region = runner.get_default_gcp_region()
    if not cloud.region:
        raise UsageError(
            "--runner DataflowRunner needs --region, for instance --region europe-west1"
        )
    if not any(getattr(cloud, place) for place in _PLACES):
        raise UsageError(
            "--runner DataflowRunner needs --temp_location gs://BUCKET/FOLDER, in a "
            "bucket of the job's region"
        )
    cloud.job_name = cloud.job_name or f"seamstress-{time.strftime('%Y%m%d-%H%M%S')}"
    # Beam fills in the staging location; tf.Transform needs the other one.
    cloud.temp_location = cloud.temp_location or cloud.staging_location
    for place in _PLACES:
        value = getattr(cloud, place)
        if value and not value.startswith("gs://"):
            raise UsageError(
                f"--{place} {value} is not on Cloud Storage; give gs://BUCKET/FOLDER"
            )
    for flag, named in paths.items():
        local = next((path for path in named if not is_remote(path)), None)
        if local is not None:
            copy = (
                "" if flag == "--output" else "copy it with `gcloud storage cp`, and "
            )
            raise UsageError(
                f"{flag} {local} is on this machine, where Dataflow's workers can't "
                f"reach it; {copy}name a place such as gs://BUCKET/FOLDER"
            )
    _check_code(options)


def _check_code(options: PipelineOptions) -> None:
    """Checks that the workers will have this package, of the same versions."""
    setup = options.view_as(SetupOptions)
    image = options.view_as(WorkerOptions).sdk_container_image
    if image:
        check_image(image)
    elif not setup.setup_file and not setup.extra_packages:
        raise UsageError(
            "--runner DataflowRunner needs --sdk_container_image IMAGE, which holds "
            "this package (see containers/README.md), or --setup_file ./setup.py, "
            "which installs it when a worker starts"
        )
    if setup.setup_file:
        if not os.path.isfile(setup.setup_file):
            raise UsageError(
                f"there is no file --setup_file {setup.setup_file}; give the setup.py "
                "of this project's folder"
            )
        # Beam changes to the folder that the path names, and a bare name names none.
        if not os.path.dirname(setup.setup_file):
            setup.setup_file = os.path.join(".", setup.setup_file)
