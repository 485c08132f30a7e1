"""What may stand in the text of a manifest or a description, beyond what types say."""

import datetime
import re
import reprlib
from collections.abc import Iterable, Mapping
from typing import Any

from schemas.layout import SPLIT_FOLDERS, join, shard_name

# Ids, sizes and counts are int32 in the trainer.
_MOST = 2**31 - 2
_DIGEST = re.compile(r"[0-9a-f]{64}")
# Days since 1970-01-01 of the years 1 ... 9999, which dates can be of.
FIRST_DAY = datetime.date.min.toordinal() - datetime.date(1970, 1, 1).toordinal()
LAST_DAY = datetime.date.max.toordinal() - datetime.date(1970, 1, 1).toordinal()


def check_numbers(names: Iterable[str], values: Mapping[str, Any], least: int) -> None:
    """Refuses what is no whole number from `least` to the largest that is read.

    Args:
      names: the values to look at.
      values: by name.
      least: the smallest that is allowed.

    Raises:
      ValueError: one of them is not; it is named.
    """
    for name in names:
        _check_number(name, values[name], least, _MOST)


def check_days(days: Mapping[str, Any]) -> None:
    """Refuses what is no day of the calendar.

    Args:
      days: days since 1970-01-01, by name.

    Raises:
      ValueError: one of them is none; it is named.
    """
    for name, day in days.items():
        _check_number(name, day, FIRST_DAY, LAST_DAY)


def check_counts(name: str, counts: Any) -> None:
    """Refuses what is no object of whole numbers from 0 on.

    Raises:
      ValueError: as it says.
    """
    if not isinstance(counts, dict):
        raise ValueError(
            f"`{name}` must be an object of counts, got {reprlib.repr(counts)}."
        )
    for key, count in counts.items():
        # Rows of an input may be more than records.
        _check_number(f"{name}.{key}", count, 0, 2**63 - 1)


def check_digests(digests: Any) -> None:
    """Refuses what is no object of digests of `schemas.digests`.

    Raises:
      ValueError: as it says.
    """
    if not isinstance(digests, dict) or not all(
        isinstance(digest, str) and _DIGEST.fullmatch(digest)
        for digest in digests.values()
    ):
        raise ValueError(
            f"`digests` must be an object of digests, got {reprlib.repr(digests)}."
        )


def check_records(records: Any, digests: Any) -> None:
    """Refuses shards whose names are not those of a data set, and missing digests.

    A name becomes part of a path, so it may be nothing else.

    Args:
      records: examples by split and shard.
      digests: by path in the data set.

    Raises:
      ValueError: as it says.
    """
    check_digests(digests)
    if not isinstance(records, dict):
        raise ValueError(
            f"`records` must be an object of splits, got {reprlib.repr(records)}."
        )
    for split, shards in records.items():
        if split not in SPLIT_FOLDERS:
            raise ValueError(
                f"`records` must be of the splits {SPLIT_FOLDERS}, got {split!r}."
            )
        check_counts(f"records.{split}", shards)
        known = {shard_name(index, len(shards)) for index in range(len(shards))}
        for name in shards:
            if name not in known:
                raise ValueError(
                    f"`records.{split}` must name all of its {len(shards)} shards and "
                    f"nothing else, got {name!r}."
                )
            if join(split, name) not in digests:
                raise ValueError(f"`digests` must hold that of {join(split, name)}.")


def _check_number(name: str, value: Any, least: int, most: int) -> None:
    if type(value) is not int or not least <= value <= most:
        raise ValueError(
            f"`{name}` must be a whole number from {least} to {most}, got "
            f"{reprlib.repr(value)}."
        )
