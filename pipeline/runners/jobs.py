"""Runs a pipeline that was built: here, or as a job that a service runs."""

import sys

import apache_beam as beam
from apache_beam.options.pipeline_options import (
    GoogleCloudOptions,
    StandardOptions,
    TestOptions,
)
from apache_beam.runners.portability.fn_api_runner import FnApiRunner
from apache_beam.runners.runner import PipelineResult

from pipeline.execution import user_sentence
from pipeline.progress import Stages, stage_display
from pipeline.runners.dataflow import is_dataflow
from schemas.cli import stop_signals
from schemas.errors import UsageError, UserError


def is_dry_run(pipeline: beam.Pipeline) -> bool:
    """Whether Beam's `--dry_run=True` asks to check everything and submit nothing.

    Raises:
      UsageError: the engine submits nothing anyway.
    """
    if not pipeline.options.view_as(TestOptions).dry_run:
        return False
    if not is_dataflow(pipeline.runner):
        raise UsageError(
            "--dry_run=True checks a job of --runner DataflowRunner; "
            f"{type(pipeline.runner).__name__} submits none"
        )
    return True


def run_job(pipeline: beam.Pipeline, stages: Stages, *, quiet: bool = False) -> bool:
    """Runs a pipeline.

    Args:
      pipeline: with all its steps.
      stages: what its steps are called while they run.
      quiet: shows nothing.

    Returns:
      Whether the pipeline has run to its end; False where it was only submitted
      (Beam's `--no_wait_until_finish`), or only checked (`--dry_run=True`).

    Raises:
      UsageError: there is no job that could go on without this process.
      UserError: another engine could not be reached or started, or the job failed.
    """
    waits = not pipeline.options.view_as(StandardOptions).no_wait_until_finish
    if not waits and not is_dataflow(pipeline.runner):
        raise UsageError(
            "--no_wait_until_finish is for --runner DataflowRunner; "
            f"{type(pipeline.runner).__name__} ends with this process"
        )
    dry = is_dry_run(pipeline)
    with stage_display(stages, quiet):
        result = start(pipeline)
        if dry:
            print("The settings are good; nothing was submitted.", file=sys.stderr)
            return False
        if not is_dataflow(pipeline.runner):
            result.wait_until_finish()
            return True
        if not result.has_job:
            print("The template was written; nothing was submitted.", file=sys.stderr)
            return False
        return _follow(result, _job_notes(pipeline, result.job_id()), waits, quiet)


def _follow(result: PipelineResult, notes: str, waits: bool, quiet: bool) -> bool:
    """Waits for a job's end, if asked to; returns whether it has come."""
    if not quiet:
        print(notes, file=sys.stderr)
    if not waits:
        return False
    # A second one would write to the same output.
    stop_signals.advise("follow the job, or cancel it")
    try:
        result.wait_until_finish()
    except KeyboardInterrupt:
        _say_it_goes_on(notes)
        raise
    except Exception as error:  # Beam's class of it costs a second to import.
        # Libraries may make an error of their own of a signal's exception.
        if stop_signals.received():
            _say_it_goes_on(notes)
            raise
        raise UserError(
            user_sentence(error) or f"{str(error).strip()}\n{notes}"
        ) from error
    stop_signals.advise("")
    return True


def _say_it_goes_on(notes: str) -> None:
    print(f"\nThe job goes on without this process. {notes}", file=sys.stderr)


def start(pipeline: beam.Pipeline) -> PipelineResult:
    """Starts a pipeline; on the engine in this process, runs it to its end.

    Raises:
      UserError: another engine could not be reached or started.
    """
    if isinstance(pipeline.runner, FnApiRunner):
        return pipeline.run()
    try:
        return pipeline.run()
    except Exception as error:  # Each engine raises errors of its own.
        raise UserError(
            f"--runner {type(pipeline.runner).__name__} could not be started: "
            f"{' '.join(str(error).split()).rstrip('.')}; check the flags that it "
            "needs, or use DirectRunner."
        ) from error


def _job_notes(pipeline: beam.Pipeline, job_id: str) -> str:
    cloud = pipeline.options.view_as(GoogleCloudOptions)
    return (
        f"Job {job_id}: https://console.cloud.google.com/dataflow/jobs/"
        f"{cloud.region}/{job_id}?project={cloud.project}\n"
        f"Cancel it with: gcloud dataflow jobs cancel {job_id} "
        f"--project={cloud.project} --region={cloud.region}"
    )
