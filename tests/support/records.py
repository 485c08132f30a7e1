"""Reads the records of a data set as plain Python values."""

from pathlib import Path
from typing import Any

import tensorflow as tf

from schemas.manifest import Manifest


def read_manifest(data_set: Path) -> Manifest:
    """Returns the manifest of a data set."""
    path = data_set / "manifest.json"
    return Manifest.from_json(path.read_text(), str(path))


def read_vocabulary(data_set: Path) -> list[str]:
    """Returns the items; the id of an item is its place plus 1."""
    path = data_set / "transform_fn" / "assets" / "item_vocabulary"
    return path.read_text().split("\n")[:-1]


def read_records(data_set: Path, split: str) -> list[dict[str, Any]]:
    """Returns the records of a split in the order of the files: ints, and text."""
    records = []
    for path in sorted((data_set / split).glob("windows-*.tfrecord.gz")):
        for data in tf.data.TFRecordDataset(str(path), compression_type="GZIP"):
            example = tf.train.Example.FromString(data.numpy())
            record: dict[str, Any] = {}
            for name, feature in example.features.feature.items():
                if feature.HasField("bytes_list"):
                    record[name] = feature.bytes_list.value[0].decode()
                else:
                    values = list(feature.int64_list.value)
                    record[name] = values[0] if name == "start" else values
            records.append(record)
    return records


def shard_bytes(data_set: Path) -> dict[str, bytes]:
    """Returns the content of every shard, by its path in the data set."""
    return {
        str(path.relative_to(data_set)): path.read_bytes()
        for path in sorted(data_set.glob("*/windows-*.tfrecord.gz"))
    }
