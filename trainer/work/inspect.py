"""The work of `python -m trainer inspect`, without TensorFlow."""

from schemas.errors import UserError
from schemas.inspection.data_set_view import choose_split, open_manifest, read_windows
from schemas.inspection.window_words import aligned, window_lines
from schemas.layout import MANIFEST, SPLIT_FOLDERS
from trainer import run_files
from trainer.commands.inspect import InspectOptions
from trainer.inspection.folders import open_folder
from trainer.inspection.run_view import RunView, view_run
from trainer.inspection.words import run_rows
from trainer.learned_from import difference


def run(options: InspectOptions) -> None:
    """Prints what a run holds, what it learned from, and windows of that.

    Raises:
      UserError: there is no run, or it or its data set is damaged.
    """
    folder = open_folder(options.run, run_files.METRICS)
    view = view_run(folder)
    try:
        rows = run_rows(view, folder)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UserError(
            f"{options.run} is damaged or of another version ({error!r}); train it "
            "again with --overwrite."
        ) from error
    data, shown = _data_set(view, options)
    print("\n".join([*aligned([*rows, data]), *shown]))


def _data_set(
    view: RunView, options: InspectOptions
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
    split = choose_split(manifest, options.split, path)
    shown = read_windows(folder, manifest, split, options.windows)
    return (
        ("learned from", text),
        window_lines(shown, split, manifest.num_items, options.show_users),
    )
