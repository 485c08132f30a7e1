"""A file that appears when it is whole: a reader never sees half of it."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Yields a path beside `path`, whose file takes its place if the block ends well.

    What was at `path` stays as it is until then.

    Raises:
      OSError: the file cannot be put there.
    """
    partial = path.with_name(f"{path.name}.partial")
    yield partial
    os.replace(partial, path)


def write_whole(path: Path, text: str) -> None:
    """Writes a file of UTF-8 text, in place of an earlier one.

    Raises:
      OSError: it cannot be written.
    """
    with whole_file(path) as partial:
        partial.write_text(text, encoding="utf-8")
