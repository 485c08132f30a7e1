"""The transform graph's files: copied to the data set, in tf.Transform's own layout."""

import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field

import apache_beam as beam
from apache_beam.pvalue import AsSingleton
from tensorflow.core.protobuf import saved_model_pb2
from tensorflow_transform import TFTransformOutput
from tensorflow_transform.impl_helper import METADATA_DIR_NAME
from tensorflow_transform.tf_metadata import metadata_io
from tensorflow_transform.tf_metadata.dataset_metadata import DatasetMetadata

from pipeline.storage.files import copy_folder, open_raw
from schemas.graph_digest import FINGERPRINT_FILE, GRAPH_FILE, graph_digest
from schemas.layout import TRANSFORM_FN, TRANSFORMED_METADATA, join


@dataclass
class WriteTransformGraph(beam.PTransform):
    """Copies the graph and its metadata into the data set's folder.

    tf.Transform's own `WriteTransformFn` does so with TensorFlow's file systems, which
    know neither `s3://` nor another end point than Google's; this goes through Beam's.

    Attributes:
      output: the data set's folder.
      metadata: the schema of the examples, one `DatasetMetadata`.
      asset_map: the file of each asset, such as a vocabulary, by its key.
    """

    output: str
    metadata: beam.PCollection[DatasetMetadata]
    asset_map: Mapping[str, str] = field(default_factory=dict)

    def expand(self, folder: beam.PCollection[str]) -> beam.PCollection[dict[str, str]]:
        """Wires the step from the graph's temporary folder to the one in place."""
        return folder | "CopyGraph" >> beam.Map(
            write_transform_graph,
            AsSingleton(self.metadata),
            dict(self.asset_map),
            self.output,
        )


def write_transform_graph(
    graph: str, metadata: DatasetMetadata, asset_map: Mapping[str, str], output: str
) -> dict[str, str]:
    """Writes `transform_fn/` and `transformed_metadata/`.

    Args:
      graph: the folder of the graph, a SavedModel.
      metadata: the schema of the examples.
      asset_map: the file of each asset by its key.
      output: the data set's folder.

    Returns:
      The digests of the graph's files (`schemas.digests`), by path in the data set;
      of the graph itself that of `schemas.graph_digest`.

    Raises:
      UserError: a file can't be written.
    """
    with tempfile.TemporaryDirectory() as folder:
        metadata_io.write_metadata(metadata, folder)
        if asset_map:
            path = os.path.join(folder, TFTransformOutput.ASSET_MAP)
            with open(path, "w", encoding="utf-8") as stream:
                json.dump(asset_map, stream)
        copy_folder(folder, join(output, TRANSFORMED_METADATA))
    # Without the copy of the metadata that tf.Transform keeps beside it.
    digests = copy_folder(graph, join(output, TRANSFORM_FN), without=METADATA_DIR_NAME)
    digests.pop(FINGERPRINT_FILE, None)
    with open_raw(join(graph, GRAPH_FILE)) as stream:
        parsed = saved_model_pb2.SavedModel.FromString(stream.read())
    digests[GRAPH_FILE] = graph_digest(parsed)
    return {join(TRANSFORM_FN, name): digest for name, digest in digests.items()}
