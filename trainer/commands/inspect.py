"""`python -m trainer inspect`: what a run holds, in words.

Usage:
    python -m trainer inspect RUN
    python -m trainer inspect RUN --windows 5 --split test
"""

import argparse

from schemas.data_set_view import choose_split, open_manifest, read_windows
from schemas.errors import UserError
from schemas.layout import MANIFEST, SPLIT_FOLDERS
from schemas.window_flags import add_window_flags, check_window_flags
from schemas.window_words import aligned, window_lines
from trainer import runs
from trainer.inspection.folders import open_folder
from trainer.inspection.run_view import RunView, view_run
from trainer.inspection.words import run_rows
from trainer.learned_from import difference
from trainer.storage.paths import check_path

EXAMPLE = "inspect run --windows 5"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the run and the flags of `inspect`."""
    parser.add_argument(
        "run",
        metavar="RUN",
        help="the folder that `train --output` wrote, finished or not",
    )
    add_window_flags(parser)


def run(args: argparse.Namespace) -> int:
    """Prints what a run holds, what it learned from, and windows of that.

    Args:
      args: what the flags of `add_arguments` gave.

    Returns:
      The exit status, 0.

    Raises:
      UsageError: a flag's value is wrong.
      UserError: there is no run, or it or its data set is damaged.
    """
    check_path("run", args.run)
    check_window_flags(args)
    folder = open_folder(args.run, runs.METRICS)
    view = view_run(folder)
    try:
        rows = run_rows(view, folder)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UserError(
            f"{args.run} is damaged or of another version ({error!r}); train it again "
            "with --overwrite."
        ) from error
    data, shown = _data_set(view, args)
    print("\n".join([*aligned([*rows, data]), *shown]))
    return 0


def _data_set(
    view: RunView, args: argparse.Namespace
) -> tuple[tuple[str, str], list[str]]:
    """Returns the line on the data set of a run, and windows of it."""
    path = str(view.config["data"])
    try:
        folder = open_folder(path, MANIFEST)
        manifest = open_manifest(folder)
    except UserError as error:
        # A run is complete without it: this is news and no failure.
        return ("learned from", f"{path}, which cannot be shown: {error}"), []
    if differs := difference(view.metrics, manifest):
        text = f"{path}, where a data set of other {differs} is now"
        return ("learned from", text), []
    windows = ", ".join(
        f"{manifest.num_records(split):,} {split}"
        for split in SPLIT_FOLDERS
        if manifest.num_records(split)
    )
    text = f"{path}: {windows} windows, --split {manifest.split.name}"
    split = choose_split(manifest, args.split, path)
    shown = read_windows(folder, manifest, split, args.windows)
    return (
        ("learned from", text),
        window_lines(shown, split, manifest.num_items, args.show_users),
    )
