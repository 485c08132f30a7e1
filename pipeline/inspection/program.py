"""Runs `python -m pipeline inspect`."""

from collections.abc import Sequence

from pipeline.inspection.flags import make_inspect_parser
from pipeline.inspection.words import data_set_rows
from schemas.cli.command_line import unknown_argument
from schemas.inspection.data_set_view import choose_split, open_manifest, read_windows
from schemas.inspection.window_flags import check_window_flags
from schemas.inspection.window_words import aligned, window_lines
from schemas.layout import MANIFEST
from schemas.storage.folders import local_folder


def run(argv: Sequence[str], prog: str) -> int:
    """Prints what a data set holds and some of its windows.

    Args:
      argv: the arguments behind the command's name.
      prog: the program, for messages.

    Returns:
      The exit status, 0.

    Raises:
      UsageError: a flag or its value is wrong.
      UserError: there is no data set, or it is unfinished or damaged.
    """
    parser = make_inspect_parser(prog)
    args, rest = parser.parse_known_args(argv)
    check_window_flags(args)
    if "://" not in args.data:
        if rest:
            raise unknown_argument(rest[0], parser.flags(), parser.prog)
        folder = local_folder(args.data, MANIFEST)
    else:
        # Only now: Beam takes seconds to import.
        from pipeline.quiet import load_libraries

        load_libraries(with_transform=False)
        from pipeline.inspection.remote import remote_folder

        folder = remote_folder(args.data, rest, parser.flags(), parser.prog)
    manifest = open_manifest(folder)
    split = choose_split(manifest, args.split, args.data)
    windows = read_windows(folder, manifest, split, args.windows)
    lines = aligned(data_set_rows(manifest, folder))
    lines += window_lines(windows, split, manifest.num_items, args.show_users)
    print("\n".join(lines))
    return 0
