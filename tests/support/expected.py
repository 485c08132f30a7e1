"""What a data set must hold, from the literal reference, record by record."""

from pathlib import Path
from typing import Any

from tests.support.reference import (
    Row,
    Settings,
    boundaries,
    bucket,
    day_values,
    vocabulary,
)
from tests.support.reference import windows as reference_windows


def expected_records(rows: list[Row], settings: Settings) -> dict[str, list[Any]]:
    """Returns the records of every split as comparable tuples, sorted."""
    by_split = reference_windows(rows, settings)
    items = vocabulary(by_split["train"], settings.min_item_count)
    ids = {item: number for number, item in enumerate(items, start=1)}
    unknown = len(items) + 1
    learned = {
        column: boundaries(day_values(by_split["train"], column), settings)
        for column in ("ages", "gaps")
    }
    cache: dict[tuple[str, int | None], int] = {}

    def bucket_of(column: str, value: int | None) -> int:
        if value is None:
            return 0
        if (column, value) not in cache:
            cache[column, value] = bucket(value, learned[column], settings)
        return cache[column, value]

    expected = {}
    for split, found in by_split.items():
        records = []
        for window in found:
            row = [0 if i is None else ids.get(i, unknown) for i in window.items]
            targets = row[1:]
            if split == "train":
                targets = [0 if target == unknown else target for target in targets]
            seen = {ids.get(item, unknown) for item in window.seen}
            records.append(
                (
                    window.user,
                    window.start,
                    tuple(row[:-1]),
                    tuple(targets),
                    tuple(bucket_of("ages", age) for age in window.ages),
                    tuple(bucket_of("gaps", gap) for gap in window.gaps),
                    tuple(day or 0 for day in window.days),
                    tuple(sorted(seen)),
                )
            )
        expected[split] = sorted(records)
    return expected


def actual_records(data_set: Path) -> dict[str, list[Any]]:
    """Returns the records of a data set in the same form."""
    from tests.support.records import read_manifest, read_records

    return {
        split: sorted(
            (
                record["user_id"],
                record["start"],
                tuple(record["item_id"]),
                tuple(record["target"]),
                tuple(record["nb_days"]),
                tuple(record["gap_days"]),
                tuple(record["day"]),
                tuple(sorted(record.get("seen", []))),
            )
            for record in read_records(data_set, split)
        )
        for split in read_manifest(data_set).records
    }
