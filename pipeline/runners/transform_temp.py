"""Where tf.Transform keeps its scratch files while the pipeline runs."""

import contextlib
import tempfile
import uuid
from collections.abc import Iterator

import apache_beam as beam
import tensorflow as tf
from apache_beam.options.pipeline_options import GoogleCloudOptions
from apache_beam.runners.portability.fn_api_runner import FnApiRunner

from pipeline.contents import TRANSFORM_TEMP
from pipeline.output import Output
from pipeline.runners.jobs import is_dry_run
from pipeline.storage.files import delete_folder, is_remote
from pipeline.storage.paths import check_no_glob
from schemas.errors import UsageError, UserError
from schemas.layout import join


@contextlib.contextmanager
def transform_temp(output: Output, pipeline: beam.Pipeline) -> Iterator[str]:
    """Yields a folder that all workers and TensorFlow can write.

    TensorFlow itself writes there, and knows `gs://` but not `s3://`: so a run on this
    machine keeps its scratch files on it, whatever the output's storage is. What is
    left at `--temp_location` is deleted by the pipeline's last step, since whoever
    started it may be gone by then.

    Args:
      output: where the data set goes.
      pipeline: tells the engine, and Beam's own flags.

    Raises:
      UsageError: the workers share no folder with TensorFlow.
    """
    if not is_remote(output.folder):
        # Inside the output, so that no other disk needs room.
        yield join(output.folder, TRANSFORM_TEMP)
    elif isinstance(pipeline.runner, FnApiRunner):
        with tempfile.TemporaryDirectory() as folder:
            yield folder
    else:
        shared = pipeline.options.view_as(GoogleCloudOptions).temp_location
        check_no_glob("temp_location", shared or "")
        if shared is None or not shared.startswith("gs://"):
            raise UsageError(
                f"--runner {type(pipeline.runner).__name__} with --output "
                f"{output.folder} needs --temp_location gs://BUCKET/FOLDER, where "
                "tf.Transform's workers meet"
            )
        folder = join(shared, f"transform-{uuid.uuid4().hex}")
        _make(folder)
        # An error is no reason to delete it: a job may go on that can't be followed.
        yield folder
        if is_dry_run(pipeline):
            delete_folder(folder)


def _make(folder: str) -> None:
    try:
        tf.io.gfile.makedirs(folder)
    except tf.errors.OpError as error:
        raise UserError(
            f"TensorFlow cannot write to --temp_location: {error.message}; check the "
            "path, and that you may write there."
        ) from error
