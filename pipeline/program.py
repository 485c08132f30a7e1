"""Runs the pipeline: checks everything first, then builds, runs and reports."""

import argparse
import logging
import re
import time
from collections.abc import Sequence

from pipeline.beam_flags import beam_options, new_pipeline, start
from pipeline.flags import PROG, to_options
from pipeline.graph import build
from pipeline.input_files import input_bytes, list_files
from pipeline.options import PARTITION_BYTES
from pipeline.output import Output
from pipeline.progress import stage_display
from pipeline.storage import open_raw
from pipeline.summary import print_summary
from schemas.errors import UserError
from schemas.layout import MANIFEST, join
from schemas.manifest import Manifest

_logger = logging.getLogger(__name__)

# How Beam shows an error of a step, from this process or from a worker, whose traceback
# goes on after a blank line.
_WORKER_ERROR = re.compile(
    r"schemas\.errors\.UserError: (.*?)(?: \[while running|\n\n|\Z)", re.DOTALL
)
_STEP_NOTE = re.compile(r" \[while running '[^']*'\].*\Z", re.DOTALL)


def run(
    args: argparse.Namespace, beam_arguments: Sequence[str], own_flags: Sequence[str]
) -> int:
    """Runs the pipeline.

    Args:
      args: the program's own flags.
      beam_arguments: what is left, for Beam.
      own_flags: the names of the program's own flags.

    Returns:
      The exit status, 0.

    Raises:
      UserError: what the user can mend; nothing complete was written.
    """
    started = time.monotonic()
    pipeline = new_pipeline(beam_options(beam_arguments, own_flags, PROG))
    files = list_files(args.input)
    options = to_options(args, max(1, -(-input_bytes(files) // PARTITION_BYTES)))
    output = Output(args.output, args.overwrite)
    output.prepare()
    try:
        build(pipeline, args.input, output.folder, options)
        with stage_display(quiet=args.quiet):
            start(pipeline).wait_until_finish()
    except KeyboardInterrupt:
        output.abandon()
        raise
    except Exception as error:
        output.abandon()
        sentence = user_sentence(error)
        if sentence is None:
            raise
        raise UserError(sentence) from error
    output.complete()
    if not args.quiet:
        manifest = read_manifest(args.output)
        print_summary(manifest, args.output, time.monotonic() - started)
    return 0


def user_sentence(error: Exception) -> str | None:
    """Returns the sentence of a `UserError` that a step raised; None for any other."""
    if isinstance(error, UserError):
        return _STEP_NOTE.sub("", str(error))
    found = _WORKER_ERROR.search(str(error))
    return found.group(1).strip() if found else None


def read_manifest(output: str) -> Manifest:
    """Reads the manifest of a data set that was just written."""
    path = join(output, MANIFEST)
    with open_raw(path) as stream:
        return Manifest.from_json(stream.read().decode(), path)
