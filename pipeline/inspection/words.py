"""What a data set holds, as names and values."""

import datetime
from collections.abc import Iterator

from pipeline.parse.rows import REASONS
from schemas.days import iso_date
from schemas.layout import EVAL, MANIFEST, SPLIT_FOLDERS, TEST
from schemas.manifest import CONTRACT_VERSION, Manifest
from schemas.settings import SPLIT_CAVEATS
from schemas.storage.folders import Folder

_LIBRARIES = ("apache-beam", "tensorflow", "tensorflow-transform")


def data_set_rows(manifest: Manifest, folder: Folder) -> list[tuple[str, str]]:
    """Returns the lines on a data set as names and values.

    Args:
      manifest: what it holds.
      folder: where it is.
    """
    return [
        ("data set", f"{folder.name}, complete, contract version {CONTRACT_VERSION}"),
        *_origin(manifest, folder),
        *_rows(manifest),
        *_people(manifest),
        *_windows(manifest),
        *_settings(manifest),
    ]


def _origin(manifest: Manifest, folder: Folder) -> Iterator[tuple[str, str]]:
    if MANIFEST in folder.times:
        moment = datetime.datetime.fromtimestamp(folder.times[MANIFEST], datetime.UTC)
        yield "written", f"{moment:%Y-%m-%d %H:%M} UTC"
    versions = [
        f"{name} {manifest.versions[name]}"
        for name in _LIBRARIES
        if name in manifest.versions
    ]
    if versions:
        yield "made with", ", ".join(versions)
    yield (
        "size",
        f"{folder.num_bytes / 1e6:,.1f} MB in {len(folder.sizes):,} files",
    )


def _rows(manifest: Manifest) -> Iterator[tuple[str, str]]:
    rows = manifest.rows
    refused = sum(rows.rejected.values())
    yield (
        "rows",
        f"{rows.read:,} read, {rows.accepted:,} accepted, {refused:,} refused",
    )
    for reason, count in rows.rejected.items():
        yield "", f"{count:,} refused: {REASONS.get(reason, reason)}"
    for flag, count in rows.dropped.items():
        yield "", f"{count:,} accepted and left out by --{flag}"


def _people(manifest: Manifest) -> Iterator[tuple[str, str]]:
    found, least = manifest.statistics, manifest.window.min_items
    if "users" in found:
        long_enough = found.get("users_long_enough", 0)
        yield (
            "users",
            f"{found['users']:,}, {long_enough:,} with {least} events or more",
        )
    all_items = f"{found['items']:,}, " if "items" in found else ""
    yield "items", f"{all_items}{manifest.num_items:,} in the vocabulary"


def _windows(manifest: Manifest) -> Iterator[tuple[str, str]]:
    splits = [split for split in SPLIT_FOLDERS if manifest.num_records(split)]
    counts = [f"{manifest.num_records(split):,} {split}" for split in splits]
    yield "windows", ", ".join(counts) or "none"
    for split in splits:
        unknown = manifest.statistics.get(f"{split}_unknown_targets")
        if split in (EVAL, TEST) and unknown is not None:
            share = unknown / manifest.num_records(split)
            yield "", f"{share:.1%} of the {split} targets are not in the vocabulary"
    name = manifest.split.name
    yield "divided by", f"--split {name}, {SPLIT_CAVEATS[name]}"
    if len(manifest.cut_days) == 2:
        first_eval, first_test = map(iso_date, manifest.cut_days)
        yield "", f"eval targets from {first_eval} on, test targets from {first_test}"
    yield (
        "last day",
        f"{iso_date(manifest.last_day)}; ages count from "
        f"{iso_date(manifest.reference_day)}",
    )


def _settings(manifest: Manifest) -> Iterator[tuple[str, str]]:
    window, settings = manifest.window, manifest.settings
    step = "every event" if window.stride == 1 else f"every {window.stride} events"
    yield (
        "cut into",
        f"up to {window.max_length} inputs and a target, {step}, from histories of "
        f"{window.min_items} events or more",
    )
    if window.max_history:
        yield "", f"of a user the latest {window.max_history:,} events"
    yield (
        "buckets",
        f"{manifest.nb_days_buckets} of ages and {manifest.gap_days_buckets} of gaps "
        f"({manifest.buckets.bucketing}; {manifest.buckets.day_buckets} at most)",
    )
    fields = [
        f"{role} {settings[f'{role}_field']}"
        for role in ("user", "item", "date", "rating")
        if settings.get(f"{role}_field")
    ]
    if fields:
        yield "fields", ", ".join(fields)
    if settings.get("item_fields"):
        yield "attributes", f"{', '.join(settings['item_fields'])} of each item"
