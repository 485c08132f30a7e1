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
from schemas.digests import of_stream
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
from schemas.vocabulary import vocabulary_lines
from trainer.data.data_set import DataSet
from trainer.data.saved_models import load_saved_model
from trainer.data.transform_inputs import transform_inputs
from trainer.errors import first_line
from trainer.storage.stand_ins import local, name_of

_READ_BUFFER_BYTES = 8 << 20
_PARSE_BATCH = 4096
_EPOCH = np.datetime64(0, "D")


@dataclass(frozen=True)
class TfxDataSet(DataSet):
    """A data set whose shards are anywhere.

    Attributes:
      path: the folder of tf.Transform's output.
      manifest: what the data set holds. Its shards are named by their whole paths, as
        TFX has them: where copies of remote ones are changes from call to call.
    """

    def num_records_of(self, split: str, path: str) -> int:
        """Returns the number of examples of a shard."""
        return self.manifest.records[split][name_of(path)]

    def files(self, split: str) -> list[str]:
        """Returns the local paths of a split's shards, in the order of their names."""
        return [local(name) for name in sorted(self.manifest.records.get(split, {}))]

    def check_shard(self, split: str, path: str) -> None:
        """Does nothing: the manifest's digests are of shards, which TFX wrote anew."""


@dataclass(frozen=True)
class _Shard:
    """What one file holds.

    Attributes:
      num_records: its number of examples.
      last_day: the day of its last target.
      digest: the SHA-256 of its bytes.
    """

    num_records: int
    last_day: int
    digest: str


def open_tfx_data_set(
    train_files: Sequence[str],
    eval_files: Sequence[str],
    transform_output: str,
    split: Split = "time",
    stride: int = 1,
) -> DataSet:
    """Looks at the files, once through.

    A manifest beside the graph tells which data set it is, where there are as many
    examples of each split as it says; otherwise the bytes of the files do.

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
    folder = local(transform_output)
    graph = _load(layout.join(folder, layout.TRANSFORM_FN))
    max_length = _max_length(graph, transform_output)
    scan = partial(_scan, max_length)
    shards = {TRAIN: {name_of(path): scan(path) for path in _matching(train_files)}}
    if not any(shard.num_records for shard in shards[TRAIN].values()):
        raise UserError(
            f"train_files hold no example: {', '.join(train_files) or 'none is named'}."
        )
    if eval_files:
        shards[EVAL] = {name_of(path): scan(path) for path in _matching(eval_files)}
    records = {
        name: {path: shard.num_records for path, shard in of.items()}
        for name, of in shards.items()
    }
    digests = _digests_of(shards)
    source = layout.join(folder, layout.MANIFEST)
    if tf.io.gfile.exists(source):
        with tf.io.gfile.GFile(source, "rb") as file:
            text = file.read().decode("utf-8", errors="replace")
        manifest = Manifest.from_json(text, name_of(source))
        if all(
            sum(of.values()) == manifest.num_records(n) for n, of in records.items()
        ):
            digests = manifest.digests
        else:
            # The graph and the table are where they were.
            kept = (layout.TRANSFORM_FN, layout.ITEM_TABLE)
            digests |= {
                path: digest
                for path, digest in manifest.digests.items()
                if path.split("/")[0] in kept
            }
        return TfxDataSet(
            transform_output, replace(manifest, records=records, digests=digests)
        )
    last_days = {
        name: max((shard.last_day for shard in of.values()), default=0)
        for name, of in shards.items()
    }
    manifest = _manifest_of(
        graph, folder, max_length, records, last_days, split, stride, digests
    )
    return TfxDataSet(transform_output, manifest)


def _digests_of(shards: dict[str, dict[str, _Shard]]) -> dict[str, str]:
    """Returns digests of the examples, the same wherever these are."""
    return {
        f"{split}/{number}": shard.digest
        for split, of in shards.items()
        for number, (_, shard) in enumerate(sorted(of.items()))
    }


def _load(folder: str) -> Any:
    try:
        return load_saved_model(folder)
    except (OSError, ValueError, tf.errors.OpError) as error:
        raise UserError(
            f"{name_of(folder)} is no transform graph ({first_line(error)}); give "
            "Trainer the `transform_graph` of Transform, or an Importer of a data "
            "set's folder."
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
        found = tf.io.gfile.glob(local(pattern))
        if not found:
            raise UserError(f"there is no file {pattern}.")
        paths.update(found)
    return sorted(paths)


def _scan(max_length: int, path: str) -> _Shard:
    """Reads a file's days and its bytes."""
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
                f"{name_of(path)} holds no transformed examples with windows of "
                f"{max_length}, gzipped ({first_line(error)})."
            ) from error
    with tf.io.gfile.GFile(path, "rb") as file:
        digest = of_stream(file)
    return _Shard(num_records, last_day, digest)


def _manifest_of(
    graph: Any,
    folder: str,
    max_length: int,
    records: dict[str, dict[str, int]],
    last_days: dict[str, int],
    split: Split,
    stride: int,
    digests: dict[str, str],
) -> Manifest:
    """Returns what the pipeline would have written, as far as training asks."""
    raw = transform_inputs(1, max_length)
    # The bucket of a day beyond all others is the largest.
    for name in (RAW_AGES, RAW_GAPS):
        raw[name] = tf.fill([1, max_length], tf.int64.max)
    outputs = graph.transform_fn(raw)
    nb_days, gap_days = (int(outputs[name][0, -1]) for name in (NB_DAYS, GAP_DAYS))
    path = layout.join(folder, layout.TRANSFORM_FN, "assets", VOCABULARY_FILENAME)
    with tf.io.gfile.GFile(path, "rb") as file:
        num_items = len(vocabulary_lines(file.read()))
    last_day = max(last_days.values())
    settings = SplitSettings.of(split)
    try:
        window = WindowSettings(max_length=max_length, stride=stride)
    except ValueError as error:
        raise UserError(str(error)) from error
    return Manifest(
        window=window,
        split=settings,
        buckets=BucketSettings(day_buckets=max(2, nb_days, gap_days)),
        num_items=num_items,
        nb_days_buckets=nb_days,
        gap_days_buckets=gap_days,
        # As `pipeline.accounting.day_plan` has it, as far as these files tell: the last
        # accepted day may be of a test split or of a history without a window.
        reference_day=last_days[TRAIN] if settings.measures_from_target else last_day,
        last_day=last_day,
        cut_days=(),
        latest_date=str(_EPOCH + last_day),
        features=example_features(max_length),
        records=records,
        # The rows are not known any more.
        rows=RowCounts(0, 0, {}, {}),
        statistics={},
        settings={"max_length": max_length, "stride": stride, "split": split},
        digests=digests,
    )
