"""Which files an input names, in what format, and in which ranges they are read."""

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import get_args

from apache_beam.io.filesystem import FileSystem
from apache_beam.io.filesystems import FileSystems

from pipeline.formats.parquet import group_ranges, open_parquet
from pipeline.options import RANGE_BYTES, InputFormat, ReadOptions
from pipeline.storage.files import (
    is_compressed,
    is_remote,
    open_raw,
    open_text,
    path_bytes,
)
from schemas.errors import UserError
from schemas.json_values import parse_json

_BY_NAME: dict[str, InputFormat] = {
    "jsonl": "jsonl",
    "ndjson": "jsonl",
    "csv": "csv",
    "tsv": "tsv",
    "tab": "tsv",
    "parquet": "parquet",
    "pq": "parquet",
}
# How pandas begins a file of columns: the name of the first and its first entry.
_COLUMNS_START = re.compile(rb'\s*\{\s*"(?:[^"\\]|\\.)*"\s*:\s*\{')
_SNIFFED_BYTES = 1 << 20
DELIMITERS = {"csv": ",", "tsv": "\t"}


@dataclass(frozen=True)
class InputFile:
    """A file of the input.

    Attributes:
      ordinal: its place among all files of the input, by the bytes of their paths.
      path: where it is.
      size: in bytes, as stored.
    """

    ordinal: int
    path: str
    size: int


@dataclass(frozen=True)
class FileRange:
    """A part of a file that one worker reads.

    Attributes:
      ordinal: the file's place among all files of the input.
      path: where the file is.
      format: how to read it.
      start: the first byte, or the first row group of a Parquet file.
      stop: the byte or row group after the last; lines belong to the range in which
        they start. None reads a text file from `start` to its end, block by block.
    """

    ordinal: int
    path: str
    format: InputFormat
    start: int
    stop: int | None


def list_files(patterns: Sequence[str]) -> list[InputFile]:
    """Returns the files that match any of `patterns`, by the bytes of their paths.

    Raises:
      UserError: a pattern matches nothing, a folder, or what can't be read as a file.
    """
    found: dict[str, int] = {}
    for pattern in patterns:
        place = _with_folder(pattern)
        try:
            matched = FileSystems.match([place])[0].metadata_list
        except Exception as error:  # Each remote storage raises errors of its own.
            raise UserError(
                f"cannot look up the input {pattern}: {error}; check the path, and "
                "that you may read it."
            ) from error
        # A local folder matches as if it were a file.
        if os.path.isdir(pattern) or pattern.endswith("/"):
            raise UserError(
                f"the input {pattern} is a folder; name its files, for instance "
                f"'{pattern.rstrip('/')}/*.jsonl'."
            )
        added = place.removesuffix(pattern)
        files = {
            entry.path.removeprefix(added): entry.size_in_bytes
            for entry in matched
            # What consoles make where somebody creates a folder in a bucket.
            if not entry.path.endswith("/")
        }
        if not is_remote(pattern):
            _check_local(place, files)
        if not files:
            raise UserError(
                f"the input {pattern} matches no file; check the path, and put a glob "
                "in quotes."
            )
        found |= files
    ordered = sorted(found, key=path_bytes)
    _check_once(ordered)
    return [InputFile(i, path, found[path]) for i, path in enumerate(ordered)]


def _check_once(paths: Iterable[str]) -> None:
    """Raises `UserError` where two local paths lead to one file."""
    seen: dict[str, str] = {}
    for path in paths:
        if is_remote(path):
            continue
        before = seen.setdefault(os.path.realpath(path), path)
        if before != path:
            raise UserError(
                f"the inputs {before} and {path} are one file, whose rows would count "
                "twice; name it once."
            )


def _with_folder(pattern: str) -> str:
    """Returns a pattern in whose folder Beam looks: in none it would find nothing."""
    if is_remote(pattern) or os.path.dirname(_before_glob(pattern)):
        return pattern
    return os.path.join(os.curdir, pattern)


def _before_glob(pattern: str) -> str:
    return re.split(r"[*?\[]", pattern, maxsplit=1)[0]


def _check_local(pattern: str, files: Iterable[str]) -> None:
    """Raises `UserError` where a local pattern names what is no file."""
    for path in files:
        if os.path.exists(path) and not os.path.isfile(path):
            raise UserError(
                f"the input {path} is a pipe or a device, which can't be read more "
                "than once; write what it gives to a file."
            )
    # Beam passes over links that lead to nothing, and so over the rows behind them.
    for path in _named(pattern):
        if os.path.lexists(path) and not os.path.exists(path):
            raise UserError(
                f"the input {path} is a link that leads to no file; mend it, or take "
                "it away."
            )


def _named(pattern: str) -> Iterator[str]:
    """Yields what a local pattern matches, links that lead to nothing included."""
    before = _before_glob(pattern)
    if before == pattern:
        yield pattern
        return
    matches = re.compile(FileSystem.translate_pattern(pattern)).match
    for folder, _, names in os.walk(os.path.dirname(before)):
        yield from filter(matches, (os.path.join(folder, name) for name in names))


def split_file(file: InputFile, options: ReadOptions) -> Iterator[FileRange]:
    """Yields the ranges in which a file is read."""
    kind = format_of(file.path, options.input_format)

    def part(start: int, stop: int | None) -> FileRange:
        return FileRange(file.ordinal, file.path, kind, start, stop)

    if kind == "parquet":
        with open_raw(file.path) as stream:
            opened = open_parquet(stream, file.path)
            groups = list(group_ranges(opened, file.path, RANGE_BYTES))
        for start, stop in groups:
            yield part(start, stop)
    elif is_cuttable(file, kind, options):
        starts = range(0, file.size, RANGE_BYTES)
        for start in starts:
            yield part(start, min(start + RANGE_BYTES, file.size))
    else:
        yield part(0, None)


def is_cuttable(file: InputFile, kind: InputFormat, options: ReadOptions) -> bool:
    """Whether the file's lines can be found without reading it from its start."""
    if is_compressed(file.path) or kind in ("json", "columns"):
        return False
    if kind == "jsonl" or options.quoted_line_breaks == "no":
        return True
    if options.quoted_line_breaks == "yes":
        return False
    return b'"' not in read_start(file.path)


def format_of(path: str, chosen: str = "auto") -> InputFormat:
    """Returns a file's format: the chosen one, or what its name and start say.

    Raises:
      UserError: the name says nothing.
    """
    if chosen != "auto":
        return chosen  # type: ignore[return-value]
    name = path.lower().removesuffix(".gz").rsplit("/", 1)[-1]
    extension = name.rsplit(".", 1)[-1] if "." in name else ""
    if extension == "json":
        start = read_start(path).removeprefix(b"\xef\xbb\xbf").lstrip()
        if start.startswith(b"["):
            return "json"
        if _COLUMNS_START.match(start) and not _are_lines(start):
            return "columns"
        return "jsonl"
    if extension not in _BY_NAME:
        raise UserError(
            f"cannot tell the format of {path} from its name; say it with "
            f"--input_format, one of {', '.join(get_args(InputFormat))}."
        )
    return _BY_NAME[extension]


def _are_lines(start: bytes) -> bool:
    """Whether JSON that may be pandas' columns has an object a line, by its start.

    mongoexport writes such lines into .json, each with an object for its first value.
    """
    first, _, rest = start.partition(b"\n")
    try:
        record = parse_json(first)
    except (ValueError, RecursionError):
        return False
    if rest.lstrip().startswith(b"{"):
        return True
    # A column is no text and no number.
    return not all(isinstance(value, (dict, list)) for value in record.values())


def read_start(path: str, num_bytes: int = _SNIFFED_BYTES) -> bytes:
    """Returns the first part of a file, decompressed."""
    with open_text(path) as stream:
        return stream.read(num_bytes)


def input_bytes(files: Sequence[InputFile], chosen: str = "auto") -> int:
    """Returns about how many bytes the files would have as lines of plain text.

    Parquet is dense too: the same events took a sixth of the bytes of JSON lines.

    Args:
      files: the input.
      chosen: the format of all files, `auto` for what their names say.
    """
    return sum(f.size * (5 if _is_dense(f.path, chosen) else 1) for f in files)


def _is_dense(path: str, chosen: str) -> bool:
    if chosen != "auto":
        return chosen == "parquet" or is_compressed(path)
    return is_compressed(path) or path.lower().endswith((".parquet", ".pq"))
