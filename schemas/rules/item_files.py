"""Files of item ids that users name, and which of a model's items they leave."""

import gzip
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import BinaryIO, cast

from schemas.digests import of_stream
from schemas.errors import UserError
from schemas.vocabulary import vocabulary_lines

# Far more than an id; a file without line breaks is none of ids.
_LONGEST_LINE_BYTES = 1 << 20
_GZIP_MAGIC = b"\x1f\x8b"


@dataclass(frozen=True)
class ItemFile:
    """The items that a file names.

    Attributes:
      flag: the flag that named the file, without its dashes.
      path: the file.
      items: each of its items once.
      digest: SHA-256 of the file, as it is stored.
    """

    flag: str
    path: str
    items: frozenset[str]
    digest: str


def read_item_file(stream: BinaryIO, flag: str, path: str) -> ItemFile:
    """Reads item ids, one a line, in UTF-8; empty lines are passed over.

    Args:
      stream: the file as it is stored, plain or gzip.
      flag: the flag that named it, without its dashes.
      path: its path, for messages.

    Raises:
      UserError: it is damaged, or holds a line that is no id.
    """
    stored = BytesIO()
    digest = of_stream(stream, stored.write)
    # By its first bytes: a name does not say what a file holds.
    is_gzip = stored.getvalue()[: len(_GZIP_MAGIC)] == _GZIP_MAGIC
    stored.seek(0)
    lines = cast(BinaryIO, gzip.GzipFile(fileobj=stored)) if is_gzip else stored
    try:
        items = frozenset(_ids(lines, f"--{flag} {path}"))
    except (EOFError, OSError, zlib.error) as error:
        raise UserError(
            f"--{flag} {path} is not a whole gzip file ({error}); fetch or compress it "
            "again."
        ) from error
    return ItemFile(flag, path, items, digest)


def _ids(lines: BinaryIO, name: str) -> Iterator[str]:
    number = 0
    while line := lines.readline(_LONGEST_LINE_BYTES + 1):
        number += 1
        if len(line) > _LONGEST_LINE_BYTES:
            raise UserError(
                f"{name}, line {number}, has more than {_LONGEST_LINE_BYTES:,} bytes; "
                "give one item id a line."
            )
        try:
            # Some editors begin a file by a mark of its encoding.
            item = line.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError as error:
            raise UserError(
                f"{name}, line {number}, is not UTF-8 ({error.reason}); write the file "
                "again."
            ) from error
        if item := item.rstrip("\r\n"):
            yield item


def vocabulary_items(text: bytes) -> list[str]:
    """Returns the items of a vocabulary file, one a line, by id from 1."""
    return [line.decode() for line in vocabulary_lines(text)]


def blocked_items(
    vocabulary: Sequence[str], exclude: ItemFile | None, only: ItemFile | None
) -> tuple[bytes, list[str]]:
    """Marks the items of a model that may not be recommended.

    Args:
      vocabulary: the N items, by id from 1.
      exclude: items that are never recommended, or None.
      only: items beside which no other is, or None.

    Returns:
      bytes [N], 1 where an item may not be recommended and 0 elsewhere; and a sentence
      for each file that holds items which the model does not know.

    Raises:
      UserError: the model knows no item of `only`.
    """
    columns = {item: column for column, item in enumerate(vocabulary)}
    blocked = bytearray(len(vocabulary))
    warnings = []
    # `exclude` comes last: an item in both files is not recommended.
    for file, mark in ((only, 0), (exclude, 1)):
        if file is None:
            continue
        known = [columns[item] for item in file.items if item in columns]
        if file is only:
            if not known:
                raise UserError(
                    f"none of {len(file.items)} items of --only {file.path} is known "
                    "to the model; give ids as they stand in the training data, or "
                    "leave --only out."
                )
            blocked = bytearray(b"\1" * len(vocabulary))
        for column in known:
            blocked[column] = mark
        if missing := len(file.items) - len(known):
            warnings.append(
                f"{missing} of {len(file.items)} items of {file.path} are not known to "
                "the model"
            )
    return bytes(blocked), warnings
