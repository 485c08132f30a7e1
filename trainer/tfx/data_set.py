"""Examples and a transform graph as TFX hands them over, as one data set.

TFX gives patterns of files, in a folder for each split, and the folder of the graph. A
manifest beside the graph, as `python -m pipeline` writes one, is believed; without it,
as behind TFX's own Transform component, what it would say is taken from the graph and
the records.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import tensorflow as tf

from schemas import layout
from schemas.errors import UserError
from schemas.features import (
    DAY,
    GAP_DAYS,
    NB_DAYS,
    RAW_AGES,
    RAW_GAPS,
    VOCABULARY_FILENAME,
    example_features,
)
from schemas.layout import EVAL, TRAIN
from schemas.manifest import Manifest, RowCounts
from schemas.settings import BucketSettings, Split, SplitSettings, WindowSettings
from trainer.data.data_set import DataSet
from trainer.data.saved_models import load_saved_model
from trainer.data.transform_inputs import transform_inputs
from trainer.errors import first_line

_READ_BUFFER_BYTES = 8 << 20
_PARSE_BATCH = 4096
_EPOCH = np.datetime64(0, "D")


@dataclass(frozen=True)
class TfxDataSet(DataSet):
    """A data set whose shards are anywhere.

    Attributes:
      path: the folder of tf.Transform's output.
      manifest: what the data set holds; its shards are named by their whole paths.
    """

    def num_records_of(self, split: str, path: str) -> int:
        """Returns the number of examples of a shard."""
        return self.manifest.records[split][path]

    def files(self, split: str) -> list[str]:
        """Returns the paths of a split's shards, sorted."""
        return sorted(self.manifest.records.get(split, {}))


@dataclass(frozen=True)
class _Shard:
    """What one file holds: its number of examples, and the day of its last target."""

    num_records: int
    last_day: int


def open_tfx_data_set(
    train_files: Sequence[str],
    eval_files: Sequence[str],
    transform_output: str,
    split: Split = "time",
    stride: int = 1,
) -> DataSet:
    """Looks at the files, once through.

    Args:
      train_files: patterns of gzipped TFRecords of transformed examples.
      eval_files: likewise; may be empty.
      transform_output: the folder that holds `transform_fn`.
      split: how the windows were divided, where no manifest says it.
      stride: events between two windows of a history, likewise.

    Raises:
      UserError: there are no such files, a file is damaged, or the graph is not that of
        `pipeline.preprocessing`.
    """
    graph = _load(layout.join(transform_output, layout.TRANSFORM_FN))
    max_length = _max_length(graph, transform_output)
    scan = partial(_scan, max_length)
    shards = {TRAIN: {path: scan(path) for path in _matching(train_files)}}
    if not any(shard.num_records for shard in shards[TRAIN].values()):
        raise UserError(
            f"train_files hold no example: {', '.join(train_files) or 'none is named'}."
        )
    if eval_files:
        shards[EVAL] = {path: scan(path) for path in _matching(eval_files)}
    records = {
        name: {path: shard.num_records for path, shard in of.items()}
        for name, of in shards.items()
    }
    source = layout.join(transform_output, layout.MANIFEST)
    if tf.io.gfile.exists(source):
        with tf.io.gfile.GFile(source, "rb") as file:
            text = file.read().decode("utf-8", errors="replace")
        manifest = Manifest.from_json(text, source)
        # Shards are named by other paths here; the graph and the table are where they
        # were.
        digests = {
            path: digest
            for path, digest in manifest.digests.items()
            if path.split("/")[0] in (layout.TRANSFORM_FN, layout.ITEM_TABLE)
        }
        return TfxDataSet(
            transform_output, replace(manifest, records=records, digests=digests)
        )
    last_days = {
        name: max((shard.last_day for shard in of.values()), default=0)
        for name, of in shards.items()
    }
    manifest = _manifest_of(
        graph, transform_output, max_length, records, last_days, split, stride
    )
    return TfxDataSet(transform_output, manifest)


def _load(folder: str) -> Any:
    try:
        return load_saved_model(folder)
    except (OSError, ValueError, tf.errors.OpError) as error:
        raise UserError(
            f"{folder} is no transform graph ({first_line(error)}); give Trainer the "
            "`transform_graph` of Transform, or an Importer of a data set's folder."
        ) from error


def _max_length(graph: Any, transform_output: str) -> int:
    """Returns W, as the graph's outputs have it."""
    outputs = graph.signatures["serving_default"].structured_outputs
    missing = set(example_features(1)) - set(outputs)
    if missing:
        raise UserError(
            f"the transform graph in {transform_output} gives no {min(missing)!r}: it "
            "was not made by pipeline.preprocessing.preprocessing_fn."
        )
    max_length: int = outputs[NB_DAYS].shape[1]
    return max_length


def _matching(patterns: Sequence[str]) -> list[str]:
    paths = set()
    for pattern in patterns:
        found = tf.io.gfile.glob(pattern)
        if not found:
            raise UserError(f"there is no file {pattern}.")
        paths.update(found)
    return sorted(paths)


def _scan(max_length: int, path: str) -> _Shard:
    """Reads a file's days."""
    spec = {DAY: tf.io.FixedLenFeature([max_length + 1], tf.int64)}
    num_records, last_day = 0, 0
    with tf.device("CPU:0"):
        serialized = tf.data.TFRecordDataset(path, "GZIP", _READ_BUFFER_BYTES)
        days = serialized.batch(_PARSE_BATCH).map(
            lambda batch: tf.io.parse_example(batch, spec)[DAY][:, -1]
        )
        try:
            for batch in days:
                num_records += len(batch)
                last_day = max(last_day, int(tf.reduce_max(batch)))
        except tf.errors.OpError as error:
            raise UserError(
                f"{path} holds no transformed examples with windows of {max_length}, "
                f"gzipped ({first_line(error)})."
            ) from error
    return _Shard(num_records, last_day)


def _manifest_of(
    graph: Any,
    transform_output: str,
    max_length: int,
    records: dict[str, dict[str, int]],
    last_days: dict[str, int],
    split: Split,
    stride: int,
) -> Manifest:
    """Returns what the pipeline would have written, as far as training asks."""
    raw = transform_inputs(1, max_length)
    # The bucket of a day beyond all others is the largest.
    for name in (RAW_AGES, RAW_GAPS):
        raw[name] = tf.fill([1, max_length], tf.int64.max)
    outputs = graph.transform_fn(raw)
    nb_days, gap_days = (int(outputs[name][0, -1]) for name in (NB_DAYS, GAP_DAYS))
    path = layout.join(
        transform_output, layout.TRANSFORM_FN, "assets", VOCABULARY_FILENAME
    )
    with tf.io.gfile.GFile(path, "rb") as file:
        num_items = file.read().count(b"\n")
    last_day = max(last_days.values())
    try:
        window = WindowSettings(max_length=max_length, stride=stride)
    except ValueError as error:
        raise UserError(str(error)) from error
    return Manifest(
        window=window,
        split=SplitSettings.of(split),
        buckets=BucketSettings(day_buckets=max(2, nb_days, gap_days)),
        num_items=num_items,
        nb_days_buckets=nb_days,
        gap_days_buckets=gap_days,
        reference_day=last_days[TRAIN],
        last_day=last_day,
        cut_days=(),
        latest_date=str(_EPOCH + last_day),
        features=example_features(max_length),
        records=records,
        # The rows are not known any more.
        rows=RowCounts(0, 0, {}, {}),
        statistics={},
        settings={"max_length": max_length, "stride": stride, "split": split},
    )
