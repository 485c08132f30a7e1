"""A data set looked at: its manifest, checked, and a few windows in raw terms."""

import gzip
import hashlib
import io
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from schemas import features, layout
from schemas.errors import UsageError, UserError
from schemas.example_records import Values, parse_example, read_records
from schemas.manifest import Manifest
from schemas.storage.folders import Folder
from schemas.vocabulary import vocabulary_lines

_WRITE_AGAIN = "write the data set again with `python -m pipeline --overwrite`"
_VOCABULARY = layout.join(layout.TRANSFORM_FN, "assets", features.VOCABULARY_FILENAME)
# What only the pipeline leaves behind, finished or not.
_OF_THE_PIPELINE = frozenset(
    {".partial", layout.TRANSFORM_FN, layout.TRANSFORMED_METADATA, layout.REJECTS}
)


@dataclass(frozen=True)
class Event:
    """One event of a window.

    Attributes:
      day: days since 1970-01-01.
      id: of the item; 0 for a target that is not learned from.
      item: the raw id; None where the vocabulary does not hold it.
      age: bucket of the age, 0 for a target.
      gap: bucket of the gap, 0 for a target.
    """

    day: int
    id: int
    item: str | None
    age: int = 0
    gap: int = 0


@dataclass(frozen=True)
class Window:
    """One record of a split in raw terms.

    Attributes:
      user: the raw id, UTF-8.
      start: index in the history of the first input.
      inputs: events, the oldest first.
      target: the event to predict.
      num_seen: distinct earlier items; None in training windows.
    """

    user: bytes
    start: int
    inputs: tuple[Event, ...]
    target: Event
    num_seen: int | None


def open_manifest(folder: Folder) -> Manifest:
    """Reads the manifest of a data set and looks whether its shards are there.

    Raises:
      UserError: there is no data set, it is unfinished, something else, damaged, or of
        another version.
    """
    name = folder.name
    if layout.MANIFEST not in folder.sizes:
        raise UserError(_why_none(folder))
    text = folder.read(layout.MANIFEST).decode(errors="replace")
    if _is_recommendations(text):
        raise UserError(
            f"{name} holds recommendations of `python -m pipeline.recommend`, no data "
            "set; name a folder that `python -m pipeline` wrote."
        )
    manifest = Manifest.from_json(text, folder.path_of(layout.MANIFEST))
    for path in sorted(manifest.digests):
        if path not in folder.sizes:
            raise UserError(
                f"{folder.path_of(path)} is missing, the manifest names it; "
                f"{_WRITE_AGAIN}."
            )
    return manifest


def _why_none(folder: Folder) -> str:
    """Returns why a folder without a manifest is no data set."""
    name, entries = folder.name, folder.entries
    if not entries:
        return (
            f"there is no data set at {name}; make one with `python -m pipeline "
            f"--input REVIEWS --output {name}`."
        )
    if _OF_THE_PIPELINE & set(entries):
        return (
            f"{name} holds no {layout.MANIFEST}: the pipeline did not finish, or is at "
            "work; run the same `python -m pipeline` again."
        )
    if {"config.json", "metrics.json"} & set(entries):
        return (
            f"{name} is no data set but a run of the trainer; see `python -m trainer "
            f"inspect {name}`."
        )
    return (
        f"{name} is no data set: it holds {entries[0]!r} and no {layout.MANIFEST}; "
        "name a folder that `python -m pipeline` wrote."
    )


def _is_recommendations(text: str) -> bool:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(value, dict) and value.get("kind") == "recommendations"


def choose_split(manifest: Manifest, name: str | None, source: str) -> str:
    """Returns the split to show: the one asked for, or the first that has windows.

    Raises:
      UsageError: the one asked for has none.
    """
    held = [s for s in layout.SPLIT_FOLDERS if manifest.num_records(s)]
    if name is None:
        return held[0] if held else layout.TRAIN
    if name not in held:
        raise UsageError(
            f"--split {name} has no windows in {source}; it has "
            f"{', '.join(held) or 'none at all'}"
        )
    return name


def read_windows(
    folder: Folder, manifest: Manifest, split: str, count: int
) -> list[Window]:
    """Reads the first windows of a split, in the order of its shards.

    Args:
      folder: of the data set.
      manifest: its own.
      split: `train`, `eval` or `test`.
      count: the most to read. Shards are read until there are as many.

    Raises:
      UserError: a shard or the vocabulary is damaged.
    """
    if count < 1:
        return []
    lines = vocabulary_lines(_read(folder, manifest, _VOCABULARY))
    vocabulary = [line.decode() for line in lines]
    windows: list[Window] = []
    for shard, num_records in sorted(manifest.records.get(split, {}).items()):
        if not num_records:
            continue
        path = layout.join(split, shard)
        data = _read(folder, manifest, path)
        try:
            for record in _unpacked(data):
                windows.append(_window(parse_example(record), manifest, vocabulary))
                if len(windows) == count:
                    return windows
        except (ValueError, LookupError, EOFError, OSError, zlib.error) as error:
            raise UserError(
                f"{folder.path_of(path)} is damaged ({error}); {_WRITE_AGAIN}."
            ) from error
    return windows


def _unpacked(data: bytes) -> Iterator[bytes]:
    with gzip.GzipFile(fileobj=io.BytesIO(data)) as stream:
        yield from read_records(stream)  # type: ignore[arg-type]


def _read(folder: Folder, manifest: Manifest, path: str) -> bytes:
    data = folder.read(path)
    if hashlib.sha256(data).hexdigest() != manifest.digests.get(path):
        raise UserError(
            f"{folder.path_of(path)} is damaged or of another data set (its digest is "
            f"not the manifest's); {_WRITE_AGAIN}."
        )
    return data


def _window(
    record: dict[str, Values], manifest: Manifest, vocabulary: list[str]
) -> Window:
    ids, days = _ints(record, features.ITEM_ID), _ints(record, features.DAY)
    ages, gaps = _ints(record, features.NB_DAYS), _ints(record, features.GAP_DAYS)
    if (
        not len(ids)
        == len(ages)
        == len(gaps)
        == len(days) - 1
        == (manifest.window.max_length)
    ):
        raise ValueError("a window has another length than the manifest says")

    def event(item_id: int, day: int, age: int = 0, gap: int = 0) -> Event:
        known = features.FIRST_ITEM_ID <= item_id <= manifest.num_items
        place = item_id - features.FIRST_ITEM_ID
        return Event(day, item_id, vocabulary[place] if known else None, age, gap)

    (user,) = record[features.USER_ID]
    if not isinstance(user, bytes):
        raise ValueError(f"`{features.USER_ID}` is no text")
    return Window(
        user=user,
        start=_ints(record, features.START)[0],
        inputs=tuple(
            event(*values)
            for values in zip(ids, days[:-1], ages, gaps, strict=True)
            if values[0] != features.PADDING_ID
        ),
        target=event(_ints(record, features.TARGET)[-1], days[-1]),
        num_seen=len(record[features.SEEN]) if features.SEEN in record else None,
    )


def _ints(record: dict[str, Values], name: str) -> list[int]:
    values = record.get(name, [])
    numbers = [value for value in values if isinstance(value, int)]
    if not numbers or len(numbers) != len(values):
        raise ValueError(f"a record holds no numbers `{name}`")
    return numbers
