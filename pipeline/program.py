"""Runs the pipeline: checks everything first, then builds, runs and reports."""

import argparse
import time
from collections.abc import Sequence

from pipeline.execution import filled
from pipeline.flags import PROG, to_options
from pipeline.graph import build
from pipeline.input.input_files import input_bytes, list_files
from pipeline.options import PARTITION_BYTES
from pipeline.output import Output
from pipeline.progress import DATA_SET_STAGES
from pipeline.runners.beam_flags import beam_options, new_pipeline
from pipeline.runners.jobs import is_dry_run, run_job
from pipeline.runners.transform_temp import transform_temp
from pipeline.steps.publish import publish_output
from pipeline.storage.files import open_raw
from pipeline.summary import print_summary
from schemas.layout import MANIFEST, join
from schemas.manifest import Manifest


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
    pipeline = new_pipeline(
        beam_options(beam_arguments, own_flags, PROG),
        {"--input": args.input, "--output": [args.output]},
    )
    files = list_files(args.input)
    size = input_bytes(files, args.input_format)
    options = to_options(args, max(1, -(-size // PARTITION_BYTES)))
    output = Output(args.output, args.overwrite)
    with (
        transform_temp(output, pipeline) as temp_folder,
        filled(output, untouched=is_dry_run(pipeline)),
    ):
        written = build(pipeline, args.input, output.folder, temp_folder, options)
        publish_output(written, output, args.output)
        is_complete = run_job(pipeline, DATA_SET_STAGES, quiet=args.quiet)
    if is_complete and not args.quiet:
        manifest = read_manifest(args.output)
        print_summary(manifest, args.output, time.monotonic() - started)
    return 0


def read_manifest(output: str) -> Manifest:
    """Reads the manifest of a data set that was just written."""
    path = join(output, MANIFEST)
    with open_raw(path) as stream:
        return Manifest.from_json(stream.read().decode(), path)
