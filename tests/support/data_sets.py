"""A small writer of data sets in the contract's layout, for tests of the trainer.

Windows go straight into TFRecords and a manifest, with no Beam and no tf.Transform.
"""

import gzip
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import tensorflow as tf

from schemas import features as names
from schemas import layout
from schemas.manifest import Manifest, RowCounts
from schemas.settings import BucketSettings, SplitSettings, WindowSettings
from tests.support.digests import data_set_digests
from tests.support.transform_graph import write_transform_graph
from trainer.data.item_table import ItemTable, write_item_table


@dataclass(frozen=True)
class Window:
    """One example, without its padding.

    Attributes:
      items: ids of the inputs.
      target: id of the item after the last input; the others are the next inputs.
      ages: age buckets of the inputs; None: 1 for each.
      gaps: gap buckets of the inputs; None: 1 for each.
      seen: ids of the user's earlier items; None: the inputs.
      user: the user's name.
      start: index in the history of the first input.
      days: days of the inputs and of the target; empty: days in a row.
    """

    items: Sequence[int]
    target: int
    ages: Sequence[int] | None = None
    gaps: Sequence[int] | None = None
    seen: Sequence[int] | None = None
    user: str = "u"
    start: int = 0
    days: Sequence[int] = field(default=())


def cyclic_windows(
    num_windows: int, num_items: int, max_length: int, seed: int
) -> list[Window]:
    """Windows in which item j is always followed by item j + 1, a learnable order."""
    generator = np.random.default_rng(seed)
    windows = []
    for index in range(num_windows):
        length = int(generator.integers(1, max_length + 1))
        first = int(generator.integers(num_items))
        ids = [(first + step) % num_items + 1 for step in range(length + 1)]
        ages = sorted(generator.integers(1, 5, length).tolist(), reverse=True)
        windows.append(
            Window(ids[:-1], ids[-1], ages, ages, user=f"u{index}", seen=ids[:-1])
        )
    return windows


def write_data_set(
    folder: Path | str,
    train: Sequence[Window],
    held_out: Sequence[Window] = (),
    test: Sequence[Window] = (),
    *,
    num_items: int,
    max_length: int = 5,
    day_buckets: int = 4,
    num_shards: int = 2,
    split: str = "time",
    vocabulary: Sequence[str] | None = None,
    with_graph: bool = False,
    attributes: Mapping[str, Sequence[str | None]] | None = None,
) -> str:
    """Writes a data set and returns its path.

    Args:
      folder: where to write.
      train: windows of the training split.
      held_out: windows of the eval split.
      test: windows of the test split.
      num_items: N; a window may hold the unknown id N + 1.
      max_length: W.
      day_buckets: the largest bucket id of both day columns.
      num_shards: files of each split that has windows.
      split: how the pipeline would have divided the windows (`--split`).
      vocabulary: the N items; None: `item1` ... `itemN`.
      with_graph: make a transform graph that can be exported with a model; else its
        folder holds the vocabulary alone.
      attributes: of each field the values of the N items; None: no item table.
    """
    folder = Path(folder)
    records: dict[str, dict[str, int]] = {}
    for name, windows in (("train", train), ("eval", held_out), ("test", test)):
        if not windows:
            continue
        (folder / name).mkdir(parents=True)
        records[name] = {}
        for shard in range(num_shards):
            part = windows[shard::num_shards]
            file = layout.shard_name(shard, num_shards)
            _write_shard(folder / name / file, part, max_length, name != "train")
            records[name][file] = len(part)
    items = vocabulary or [f"item{j}" for j in range(1, num_items + 1)]
    transform_fn = folder / layout.TRANSFORM_FN
    if with_graph:
        write_transform_graph(transform_fn, items, max_length, day_buckets)
    else:
        (transform_fn / "assets").mkdir(parents=True)
        vocabulary_file = transform_fn / "assets" / names.VOCABULARY_FILENAME
        vocabulary_file.write_text("".join(f"{item}\n" for item in items))
    if attributes:
        _write_items(folder, items, attributes)
    manifest = Manifest(
        window=WindowSettings(max_length=max_length),
        split=SplitSettings.of(split),
        buckets=BucketSettings(day_buckets=max(2, day_buckets)),
        num_items=num_items,
        nb_days_buckets=day_buckets,
        gap_days_buckets=day_buckets,
        reference_day=17_000,
        last_day=17_100,
        cut_days=(16_900, 17_000) if split == "time" else (),
        latest_date="2018-01-01",
        features=names.example_features(max_length),
        records=records,
        rows=RowCounts(read=len(train), accepted=len(train), rejected={}, dropped={}),
        statistics={},
        settings={"item_fields": list(attributes)} if attributes else {},
        digests=data_set_digests(folder),
    )
    (folder / layout.MANIFEST).write_text(manifest.to_json())
    return str(folder)


def _write_items(
    folder: Path, items: Sequence[str], attributes: Mapping[str, Sequence[str | None]]
) -> None:
    """Writes the item table, with one item more, and the vocabularies of values."""
    table = ItemTable(
        ("an unknown one", *items),
        {name: ("of nobody else", *values) for name, values in attributes.items()},
    )
    write_item_table(table, folder / layout.ITEM_TABLE)
    for place, values in enumerate(attributes.values()):
        counts = Counter(value for value in values if value is not None)
        ordered = sorted(
            counts, key=lambda value: (counts[value], value.encode()), reverse=True
        )
        path = folder / layout.TRANSFORM_FN / "assets"
        (path / names.item_field_vocabulary(place)).write_text(
            "".join(f"{value}\n" for value in ordered)
        )


def write_split_data_set(
    folder: Path | str, *, num_items: int, split: str = "time"
) -> str:
    """Writes 40 cyclic windows of 3 items: 30 train, 4 eval and 6 test.

    Under `random`, which has no test split, the last 6 are left out.
    """
    windows = cyclic_windows(40, num_items, 3, seed=1)
    return write_data_set(
        folder,
        windows[:30],
        windows[30:34],
        () if split == "random" else windows[34:],
        num_items=num_items,
        max_length=3,
        split=split,
    )


def _write_shard(
    path: Path, windows: Sequence[Window], max_length: int, with_seen: bool
) -> None:
    plain = path.with_suffix("")
    with tf.io.TFRecordWriter(str(plain)) as writer:
        for window in windows:
            example = _example(window, max_length, with_seen)
            writer.write(example.SerializeToString())
    path.write_bytes(gzip.compress(plain.read_bytes(), mtime=0))
    plain.unlink()


def _example(window: Window, max_length: int, with_seen: bool) -> tf.train.Example:
    items = list(window.items)
    ones = [1] * len(items)
    ages = ones if window.ages is None else window.ages
    gaps = ones if window.gaps is None else window.gaps
    days = list(window.days) or list(range(17_000, 17_000 + len(items) + 1))
    # Targets are the next inputs, so at the last padding the first input.
    targets = [*([0] * (max_length - len(items))), *items, window.target][1:]
    values = {
        names.ITEM_ID: _padded(items, max_length),
        names.NB_DAYS: _padded(ages, max_length),
        names.GAP_DAYS: _padded(gaps, max_length),
        names.TARGET: _padded(targets, max_length),
        names.START: [window.start],
        names.DAY: _padded(days, max_length + 1),
    }
    if with_seen:
        values[names.SEEN] = items if window.seen is None else list(window.seen)
    feature = {
        name: tf.train.Feature(int64_list=tf.train.Int64List(value=value))
        for name, value in values.items()
    }
    feature[names.USER_ID] = tf.train.Feature(
        bytes_list=tf.train.BytesList(value=[window.user.encode()])
    )
    return tf.train.Example(features=tf.train.Features(feature=feature))


def _padded(values: Sequence[int], length: int) -> list[int]:
    return [0] * (length - len(values)) + list(values)
