"""The users named by --users, by partition."""

import os
from collections.abc import Iterator
from typing import BinaryIO

import numpy as np
import pyarrow as pa
from apache_beam.io.filesystems import FileSystems

from pipeline.arrays.text_digests import partitions_of
from pipeline.formats.long_lines import LONGEST_LINE_BYTES
from pipeline.parse.ids import check_ids
from pipeline.storage.files import open_text, read_line
from schemas.errors import UserError

_USERS_A_PART = 1 << 16


def check_users(path: str) -> None:
    """Checks that there is a file of users, before anything runs.

    Raises:
      UserError: there is none, or it can't be looked up.
    """
    try:
        found = FileSystems.exists(path)
    except Exception as error:  # Each remote storage raises errors of its own.
        raise UserError(
            f"cannot look up --users {path}: {error}; check the path, and that you may "
            "read it."
        ) from error
    if not found or os.path.isdir(path):
        raise UserError(
            f"there is no file {path}; give --users a file of ids, one a line."
        )


def read_users(path: str, num_partitions: int) -> Iterator[tuple[int, list[str]]]:
    """Yields (partition, some of its users) of a file of ids, one a line.

    Args:
      path: plain or .gz; empty lines are passed over.
      num_partitions: parts into which users are divided, as `partition_events` does.

    Raises:
      UserError: the file can't be read, is not UTF-8, holds a line that is no id, or
        names nobody.
    """
    found = False
    with open_text(path) as stream:
        for users in _parts(stream, path):
            found = True
            by_partition: dict[int, list[str]] = {}
            for user, part in zip(
                users, _partitions(users, num_partitions), strict=True
            ):
                by_partition.setdefault(part, []).append(user)
            yield from by_partition.items()
    if not found:
        raise UserError(f"--users {path} names no user; give one id a line.")


def _partitions(users: list[str], num_partitions: int) -> list[int]:
    partitions = partitions_of(pa.array(users, pa.string()), num_partitions)
    return [int(partition) for partition in partitions]


def _parts(stream: BinaryIO, path: str) -> Iterator[list[str]]:
    users: list[str] = []
    lines: list[int] = []
    number = 0
    while line := read_line(stream, LONGEST_LINE_BYTES + 1):
        number += 1
        if len(line) > LONGEST_LINE_BYTES:
            raise UserError(
                f"--users {path}, line {number}, has more than {LONGEST_LINE_BYTES:,} "
                "bytes; give one id a line."
            )
        try:
            user = line.decode("utf-8-sig" if number == 1 else "utf-8").rstrip("\r\n")
        except UnicodeDecodeError as error:
            raise UserError(
                f"--users {path}, line {number}, is not UTF-8 ({error.reason}); write "
                "the file again."
            ) from error
        if user:
            users.append(user)
            lines.append(number)
        if len(users) == _USERS_A_PART:
            _check_ids(users, lines, path)
            yield users
            users, lines = [], []
    if users:
        _check_ids(users, lines, path)
        yield users


def _check_ids(users: list[str], lines: list[int], path: str) -> None:
    """Raises `UserError` for the first line that is no id, as rows of reviews are."""
    blank, invalid = check_ids(pa.array(users, pa.string()))
    wrong = np.flatnonzero(blank | invalid)
    if not len(wrong):
        return
    first = int(wrong[0])
    what = "is blank" if blank[first] else "holds a control character, such as a tab"
    raise UserError(f"--users {path}, line {lines[first]}, {what}; give one id a line.")
