"""A transform graph with tf.Transform's inputs and outputs, made without it.

Ids come from a vocabulary file as in the real graph; a day's bucket is the day itself,
kept within the buckets. It lets the trainer be tested to its export with no pipeline.
"""

from collections.abc import Sequence
from pathlib import Path

import tensorflow as tf

from schemas import features as names
from schemas.features import raw_features


class TransformGraph(tf.Module):
    """The graph; `transform_fn` takes and gives what tf.Transform's does."""

    def __init__(self, vocabulary: str, max_length: int, day_buckets: int) -> None:
        super().__init__()
        self.table = tf.lookup.StaticVocabularyTable(
            tf.lookup.TextFileInitializer(
                vocabulary,
                tf.string,
                tf.lookup.TextFileIndex.WHOLE_LINE,
                tf.int64,
                tf.lookup.TextFileIndex.LINE_NUMBER,
            ),
            num_oov_buckets=1,
        )
        self.day_buckets = day_buckets
        spec: dict[str, tf.TypeSpec] = {}
        for name, feature in raw_features(max_length).items():
            dtype = tf.int64 if feature.dtype == "int64" else tf.string
            if feature.shape is None:
                spec[name] = tf.SparseTensorSpec([None, None], dtype)
            else:
                spec[name] = tf.TensorSpec([None, *feature.shape], dtype)
        self.transform_fn = tf.function(self.transform, input_signature=[spec])

    def transform(self, raw: dict[str, tf.Tensor]) -> dict[str, tf.Tensor]:
        """Returns the features of examples."""
        items = raw[names.RAW_ITEMS]
        ids = tf.where(items == "", tf.zeros_like(self._ids(items)), self._ids(items))
        real = items[:, :-1] != ""
        seen = raw[names.SEEN]
        return {
            names.ITEM_ID: ids[:, :-1],
            names.TARGET: ids[:, 1:],
            names.NB_DAYS: self._buckets(raw[names.RAW_AGES], real),
            names.GAP_DAYS: self._buckets(raw[names.RAW_GAPS], real),
            names.USER_ID: raw[names.USER_ID],
            names.START: raw[names.START],
            names.DAY: raw[names.DAY],
            names.SEEN: tf.SparseTensor(
                seen.indices, self._ids(seen.values), seen.dense_shape
            ),
        }

    def _ids(self, items: tf.Tensor) -> tf.Tensor:
        return self.table.lookup(items) + 1

    def _buckets(self, days: tf.Tensor, real: tf.Tensor) -> tf.Tensor:
        buckets = tf.clip_by_value(days, 1, self.day_buckets)
        return tf.where(real, buckets, tf.zeros_like(buckets))


def write_transform_graph(
    folder: Path, vocabulary: Sequence[str], max_length: int, day_buckets: int
) -> None:
    """Writes the graph as `transform_fn/` of a data set, its vocabulary inside."""
    source = folder.parent / names.VOCABULARY_FILENAME
    source.write_text("".join(f"{item}\n" for item in vocabulary))
    graph = TransformGraph(str(source), max_length, day_buckets)
    tf.saved_model.save(graph, str(folder))
    source.unlink()
