"""Reads examples from TFRecords into memory, and checks them."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from schemas.errors import UserError
from schemas.features import Feature
from trainer.data.data_set import DataSet
from trainer.data.record_checks import find_fault
from trainer.storage.stand_ins import name_of

T = TypeVar("T")

# Records parsed at a time: `parse_example` on many is several times faster than on one.
_PARSE_BATCH = 4096
_READ_BUFFER_BYTES = 8 << 20
_THREADS = 8


@dataclass(frozen=True)
class Ragged:
    """Rows of different lengths.

    Attributes:
      values: int32 [`num_values`], all rows' values, row after row.
      row_splits: int64 [`num_rows` + 1], where each row starts and ends.
    """

    values: NDArray[np.int32]
    row_splits: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.row_splits) - 1

    def take(self, order: NDArray[np.integer[Any]]) -> "Ragged":
        """Returns the rows of these numbers, in this order."""
        first = self.row_splits[order]
        lengths = self.row_splits[order + 1] - first
        row_splits = np.concatenate([[0], np.cumsum(lengths)])
        # Of each value: where its row starts here, and how far it is from there.
        starts = np.repeat(first, lengths)
        inside = np.arange(row_splits[-1]) - np.repeat(row_splits[:-1], lengths)
        return Ragged(self.values[starts + inside], row_splits)

    def dense(self, start: int, stop: int) -> NDArray[np.int32]:
        """Returns the rows `start` ... `stop` - 1, each padded with 0 at its end.

        Returns:
          int32 [`stop` - `start`, the longest of these rows, at least 1].
        """
        splits = self.row_splits[start : stop + 1]
        lengths = np.diff(splits)
        width = max(1, int(lengths.max(initial=0)))
        filled = np.arange(width) < lengths[:, None]
        rows = np.zeros((len(lengths), width), np.int32)
        rows[filled] = self.values[splits[0] : splits[-1]]
        return rows


def feature_spec(features: dict[str, Feature]) -> dict[str, Any]:
    """Returns what `tf.io.parse_example` needs to read the features."""
    spec: dict[str, Any] = {}
    for name, feature in features.items():
        dtype = tf.int64 if feature.dtype == "int64" else tf.string
        if feature.shape is None:
            spec[name] = tf.io.RaggedFeature(dtype, row_splits_dtype=tf.int64)
        else:
            spec[name] = tf.io.FixedLenFeature(feature.shape, dtype)
    return spec


def load_split(
    data_set: DataSet, split: str, features: Iterable[str]
) -> dict[str, Any]:
    """Reads a whole split into memory, in the order of its shards.

    Of the parts that are read, those of one column at a time are held twice.

    Args:
      data_set: the data set.
      split: `train`, `eval` or `test`.
      features: names of the features to read.

    Returns:
      By feature: int64 becomes an int32 array [`num_records`, ...], bytes an object
      array [`num_records`]; `seen` becomes a `Ragged`.

    Raises:
      UserError: a shard is damaged, is not the one of the manifest, or holds what no
        window does (see `trainer.data.record_checks`); the message names the shard.
    """
    chosen = {name: data_set.manifest.features[name] for name in features}

    def load(path: str) -> list[dict[str, Any]]:
        return list(_parsed_batches(data_set, split, path, chosen))

    with ThreadPoolExecutor(_THREADS) as pool:
        shards = list(pool.map(load, data_set.files(split)))
    batches = [batch for shard in shards for batch in shard]
    return {
        # Taken out, so that a column's parts are let go of before the next is put
        # together.
        name: _concatenate([batch.pop(name) for batch in batches], feature)
        for name, feature in chosen.items()
    }


def map_split(
    data_set: DataSet,
    split: str,
    features: Iterable[str],
    function: Callable[[dict[str, Any]], T],
) -> list[T]:
    """Reads a split once, part by part, for sets that memory does not hold.

    Args:
      data_set: the data set.
      split: `train`, `eval` or `test`.
      features: names of the features to read.
      function: called with some rows, as `load_split` returns all of them; several
        calls may run at a time.

    Returns:
      What the calls returned, in the order of the rows.

    Raises:
      UserError: as `load_split`.
    """
    chosen = {name: data_set.manifest.features[name] for name in features}

    def read(path: str) -> list[T]:
        batches = _parsed_batches(data_set, split, path, chosen)
        return [function(batch) for batch in batches]

    with ThreadPoolExecutor(_THREADS) as pool:
        shards = list(pool.map(read, data_set.files(split)))
    return [value for shard in shards for value in shard]


def _parsed_batches(
    data_set: DataSet, split: str, path: str, features: dict[str, Feature]
) -> Iterator[dict[str, Any]]:
    """Yields the shard's parsed batches; raises `UserError` where it is damaged."""
    spec = feature_spec(features)
    # Before TensorFlow: its reader passes over some of what is flipped or cut off.
    data_set.check_shard(split, path)
    with tf.device("CPU:0"):
        # Parsed op by op: a `map` would be traced anew for every shard.
        serialized = tf.data.TFRecordDataset(path, "GZIP", _READ_BUFFER_BYTES)
        count = 0
        iterator = iter(serialized.batch(_PARSE_BATCH).prefetch(1))
        while True:
            try:
                records = next(iterator, None)
                if records is None:
                    break
                values = tf.io.parse_example(records, spec)
            except tf.errors.OpError as error:
                raise _damaged(path, f"after about {count} records") from error
            read = {name: _flat(value).numpy() for name, value in values.items()}
            if (fault := find_fault(read, data_set.manifest)) is not None:
                raise _damaged(path, fault)
            batch = {
                name: _to_column(array, values[name]) for name, array in read.items()
            }
            count += _num_rows(batch)
            yield batch
    expected = data_set.num_records_of(split, path)
    # A shard cut between two records reads without an error: only the count tells.
    if features and count != expected:
        raise _damaged(path, f"it holds {count} records, the manifest says {expected}")


def _damaged(path: str, detail: str) -> UserError:
    return UserError(
        f"{name_of(path)} is damaged ({detail}); write the data set again with "
        "`python -m pipeline --overwrite`."
    )


def _flat(value: Any) -> Any:
    return value.values if isinstance(value, tf.RaggedTensor) else value


def _to_column(array: NDArray[Any], value: Any) -> Any:
    """Returns the values of a feature as `load_split` gives them."""
    if isinstance(value, tf.RaggedTensor):
        return Ragged(array.astype(np.int32), value.row_splits.numpy())
    return array.astype(np.int32) if array.dtype == np.int64 else array


def _num_rows(batch: dict[str, Any]) -> int:
    return len(next(iter(batch.values())))


def _concatenate(parts: list[Any], feature: Feature) -> Any:
    if feature.shape is None:
        lengths = [np.diff(part.row_splits) for part in parts]
        row_splits = np.zeros(sum(map(len, lengths)) + 1, np.int64)
        if parts:
            np.cumsum(np.concatenate(lengths), out=row_splits[1:])
        values = [part.values for part in parts] or [np.zeros(0, np.int32)]
        return Ragged(np.concatenate(values), row_splits)
    if not parts:
        dtype = np.int32 if feature.dtype == "int64" else object
        return np.zeros((0, *feature.shape), dtype)
    return np.concatenate(parts)
