"""Counts by name or place, added up."""

from typing import TypeVar

K = TypeVar("K")


def add_counts(total: dict[K, int], counts: dict[K, int]) -> None:
    """Adds `counts` into `total`."""
    for key, count in counts.items():
        total[key] = total.get(key, 0) + count
