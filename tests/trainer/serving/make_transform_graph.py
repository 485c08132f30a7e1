"""Writes the pipeline's transform graph of a small catalogue; run as a program.

In a process of its own, since the trainer and its tests never import tf.Transform.
"""

import functools
import sys
import tempfile

import apache_beam as beam
import pyarrow as pa
import tensorflow as tf
import tensorflow_transform.beam as tft_beam
from tensorflow_transform.tf_metadata import schema_utils
from tfx_bsl.tfxio import tensor_adapter, tensor_representation_util

from pipeline.preprocessing import windows_to_ids
from schemas.features import Feature, raw_features
from schemas.settings import BucketSettings
from tests.trainer.serving.catalogue import ITEMS, MAX_LENGTH


def raw_batch() -> pa.RecordBatch:
    """Windows in which the first of `ITEMS` is the most frequent, and so on."""
    count = len(ITEMS)
    events = [item for j, item in enumerate(ITEMS) for _ in range(count - j)]
    width = MAX_LENGTH + 1
    events += [ITEMS[0]] * (-len(events) % width)
    rows = []
    for start in range(0, len(events), width):
        rows.append(
            {
                "items": events[start : start + width],
                "ages": [(start + k) * 29 for k in range(MAX_LENGTH)],
                "gaps": [(start + k) * 3 for k in range(MAX_LENGTH)],
                "is_training": [1],
                "user_id": ["u"],
                "start": [0],
                "day": [0] * width,
                "seen": [],
                "counted_items": events[start : start + width],
                "item_counts": [1] * width,
                "counted_ages": [(start + k) * 29 for k in range(MAX_LENGTH)],
                "age_counts": [1] * MAX_LENGTH,
                "counted_gaps": [(start + k) * 3 for k in range(MAX_LENGTH)],
                "gap_counts": [1] * MAX_LENGTH,
            }
        )
    types = {"int64": pa.large_list(pa.int64()), "bytes": pa.large_list(pa.binary())}
    return pa.RecordBatch.from_pydict(
        {
            name: pa.array([row[name] for row in rows], types[feature.dtype])
            for name, feature in raw_features(MAX_LENGTH).items()
        }
    )


def parse_spec(feature: Feature) -> tf.io.FixedLenFeature | tf.io.VarLenFeature:
    dtype = tf.int64 if feature.dtype == "int64" else tf.string
    if feature.shape is None:
        return tf.io.VarLenFeature(dtype)
    return tf.io.FixedLenFeature(feature.shape, dtype)


def main(output: str) -> None:
    schema = schema_utils.schema_from_feature_spec(
        {name: parse_spec(f) for name, f in raw_features(MAX_LENGTH).items()}
    )
    batch = raw_batch()
    config = tensor_adapter.TensorAdapterConfig(
        batch.schema,
        tensor_representation_util.InferTensorRepresentationsFromSchema(schema),
    )
    learn = functools.partial(windows_to_ids, buckets=BucketSettings())
    with (
        tempfile.TemporaryDirectory() as temporary,
        beam.Pipeline("FnApiRunner") as pipeline,
        tft_beam.Context(temp_dir=temporary),
    ):
        batches = pipeline | "Create" >> beam.Create([batch], reshuffle=False)
        transform_fn = (batches, config) | "Learn" >> tft_beam.AnalyzeDataset(learn)
        _ = transform_fn | "Write" >> tft_beam.WriteTransformFn(output)


if __name__ == "__main__":
    main(sys.argv[1])
