"""tf.Transform, as Beam steps: learns from training windows, applies to all splits."""

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import apache_beam as beam
import pyarrow as pa
import tensorflow as tf
import tensorflow_transform.beam as tft_beam
from apache_beam.typehints.decorators import no_annotations
from tensorflow_metadata.proto.v0 import schema_pb2
from tensorflow_transform.tf_metadata import schema_utils
from tensorflow_transform.tf_metadata.dataset_metadata import DatasetMetadata
from tfx_bsl.public import tfxio
from tfx_bsl.tfxio import tensor_representation_util

from pipeline.options import Options
from pipeline.preprocessing import windows_to_ids
from pipeline.windowing.raw_windows import PASSED_THROUGH
from schemas.features import Feature, raw_features

_DTYPES = {"int64": tf.int64, "bytes": tf.string}


class Transformed(NamedTuple):
    """What tf.Transform yields.

    Attributes:
      examples: record batches with the columns of
        `schemas.features.example_features` and those of `raw_windows.PASSED_THROUGH`,
        each paired with an empty dict.
      graph: the folder of the transform graph, while the pipeline runs.
      metadata: the schema of the examples, one `DatasetMetadata`.
      asset_map: the file of each asset by its key.
    """

    examples: beam.PCollection[tuple[pa.RecordBatch, dict[str, pa.Array]]]
    graph: beam.PCollection[str]
    metadata: beam.PCollection[DatasetMetadata]
    asset_map: dict[str, str]


@dataclass
class TransformWindows(beam.PTransform):
    """Turns raw windows into ids and buckets.

    Attributes:
      counts: what to learn from, the rows of `training_counts`.
      options: all settings.
      temp_folder: where tf.Transform may write while it runs.
    """

    counts: beam.PCollection[pa.RecordBatch]
    options: Options
    temp_folder: str

    @no_annotations  # Beam takes only collections for hints, not tuples of them
    def expand(self, windows: beam.PCollection[pa.RecordBatch]) -> Transformed:
        """Wires analysis and transformation."""
        config = raw_adapter_config(self.options.window.max_length)
        fn = functools.partial(
            windows_to_ids,
            buckets=self.options.buckets,
            min_item_count=self.options.min_item_count,
        )
        with tft_beam.Context(
            temp_dir=self.temp_folder, passthrough_keys=set(PASSED_THROUGH)
        ):
            transform_fn = (
                self.counts,
                config,
            ) | "Analyze" >> tft_beam.AnalyzeDataset(fn)
            # All splits together: each `TransformDataset` more costs a second, for its
            # part of Beam's graph and for loading tf.Transform's.
            examples, _ = (
                (windows, config),
                transform_fn,
            ) | "ToIds" >> tft_beam.TransformDataset(output_record_batches=True)
        graph, metadata = transform_fn
        return Transformed(
            examples, graph, metadata.deferred_metadata, metadata.asset_map
        )


def raw_schema(max_length: int) -> schema_pb2.Schema:
    """Returns the schema of raw windows, as TFX's Transform component takes one."""
    return _schema(raw_features(max_length))


def _schema(features: Mapping[str, Feature]) -> schema_pb2.Schema:
    return schema_utils.schema_from_feature_spec(
        {name: _parsing_feature(feature) for name, feature in features.items()}
    )


def raw_adapter_config(max_length: int) -> tfxio.TensorAdapterConfig:
    """Returns how the columns of raw windows become tensors."""
    return adapter_config(raw_features(max_length), PASSED_THROUGH)


def adapter_config(
    features: Mapping[str, Feature], passed_through: Sequence[str] = ()
) -> tfxio.TensorAdapterConfig:
    """Returns how columns of large lists become tensors.

    Args:
      features: what the columns hold, by name.
      passed_through: further columns of integers, which tf.Transform does not see.
    """
    representations = (
        tensor_representation_util.InferTensorRepresentationsFromMixedSchema(
            _schema(features)
        )
    )
    value_types = {"int64": pa.int64(), "bytes": pa.large_binary()}
    arrow_schema = pa.schema(
        [(name, pa.large_list(value_types[f.dtype])) for name, f in features.items()]
        + [(name, pa.large_list(pa.int64())) for name in passed_through]
    )
    return tfxio.TensorAdapterConfig(arrow_schema, representations)


def _parsing_feature(feature: Feature) -> Any:
    dtype = _DTYPES[feature.dtype]
    if feature.shape is None:
        return tf.io.VarLenFeature(dtype)
    return tf.io.FixedLenFeature(list(feature.shape), dtype)
