"""Runs `recommend`: checks everything first, then builds, runs and reports."""

import argparse
import json
import logging
import time
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from pipeline.contents import REJECTS_FILES, Contents
from pipeline.execution import filled
from pipeline.input.input_files import input_bytes, list_files
from pipeline.options import PARTITION_BYTES
from pipeline.output import Output
from pipeline.progress import RECOMMEND_STAGES
from pipeline.recommend.export_files import read_description
from pipeline.recommend.flags import PROG, to_options
from pipeline.recommend.graph import build
from pipeline.recommend.item_rules import read_item_rules
from pipeline.recommend.manifest import KIND
from pipeline.recommend.users_file import check_users
from pipeline.recommend.write import FOLDER
from pipeline.runners.beam_flags import beam_options, new_pipeline
from pipeline.runners.jobs import is_dry_run, run_job
from pipeline.steps.publish import publish_output
from pipeline.storage.files import open_raw
from schemas.layout import MANIFEST, REJECTS, join

_logger = logging.getLogger(__name__)

# Of inputs of so many MB or more.
_FEWEST_PARTS = 16

CONTENTS = Contents(
    f"folder of {KIND}",
    {FOLDER: r"recommendations-\d+-of-\d+\..+", REJECTS: REJECTS_FILES},
)


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
        {
            "--input": args.input,
            "--output": [args.output],
            "--model": [args.model],
            "--users": [args.users] if args.users else [],
        },
    )
    files = list_files(args.input)
    options = to_options(args, num_partitions(input_bytes(files, args.input_format)))
    description = read_description(options.model)
    if options.users is not None:
        check_users(options.users)
    items = read_item_rules(options.model, description, options.rules)
    for warning in items.warnings:
        _logger.warning("%s", warning)
    output = Output(args.output, args.overwrite, CONTENTS)
    with filled(output, untouched=is_dry_run(pipeline)):
        written = build(
            pipeline, args.input, output.folder, options, description, items
        )
        publish_output(written, output, args.output)
        is_complete = run_job(pipeline, RECOMMEND_STAGES, quiet=args.quiet)
    if is_complete:
        with open_raw(join(args.output, MANIFEST)) as stream:
            manifest = json.loads(stream.read())
        if not args.quiet:
            print_summary(manifest, args.output, time.monotonic() - started)
        _warn_of_unknown_items(manifest["events"])
    return 0


def _warn_of_unknown_items(events: dict[str, int]) -> None:
    """Warns where the model knows the items of less than half of the events."""
    shown, unknown = events["all"] - events["later"], events["of_unknown_items"]
    if unknown > shown / 2:
        _logger.warning(
            "the model does not know the items of %s of %s events; check --item_field, "
            "and that the model was trained on these items.",
            f"{unknown:,}",
            f"{shown:,}",
        )


def num_partitions(size: int) -> int:
    """Returns in how many parts the users of an input of `size` bytes are sorted.

    A small input is divided too, so that sorting one of 100,000 users takes little more
    memory than one of 10,000.
    """
    return max(1, -(-size // PARTITION_BYTES), min(_FEWEST_PARTS, size >> 20))


def print_summary(manifest: dict[str, Any], output: str, seconds: float) -> None:
    """Prints what was read, who was answered, and how long it took."""
    rows, users = manifest["rows"], manifest["users"]
    table = Table(show_header=False, box=None, pad_edge=False)
    table.add_column(no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    lines = [
        ("rows read", rows["read"]),
        ("  accepted", rows["accepted"]),
        ("  rejected", sum(rows["rejected"].values())),
        ("events of unknown items", manifest["events"]["of_unknown_items"]),
        ("users", users["all"]),
        ("  answered by the model", users["answered"]),
        ("  given the popular items", users["popular"]),
        ("  with too few events", users["too_few_events"]),
        ("  not named by --users", users["not_asked"]),
    ]
    for name, count in lines:
        table.add_row(name, f"{count:,}")
    table.add_row("seconds", f"{seconds:.1f}")
    answered = users["answered"] + users["popular"]
    table.add_row("users a second", f"{answered / max(seconds, 1e-9):,.0f}")
    console = Console(stderr=True, highlight=False, markup=False)
    console.print(table)
    console.print(f"\n{join(output, FOLDER)} is complete.", soft_wrap=True)
