"""The item table, as Beam steps: merged, written, and its values counted and learned.

The vocabularies of values are learned by an analysis of tf.Transform of its own, and
not by that of the windows: so the transform graph, and what a server feeds it, is the
same with attributes and without. What it learns from are the items of the vocabulary,
and these are known when the windows' analysis is over.
"""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import apache_beam as beam
import pyarrow as pa
import pyarrow.parquet as pq
import tensorflow as tf
import tensorflow_transform as tft
import tensorflow_transform.beam as tft_beam
from apache_beam.pvalue import AsList, AsSingleton
from apache_beam.typehints.decorators import no_annotations

from pipeline.arrays import columns
from pipeline.arrays.lists import one_list
from pipeline.parse.item_values import (
    count_values,
    item_table,
    merge_values,
    text_columns,
)
from pipeline.steps.learned import learned_items
from pipeline.steps.transform import adapter_config
from pipeline.storage.files import new_file, open_raw
from schemas.digests import of_stream
from schemas.errors import UserError
from schemas.features import Feature, item_field_vocabulary
from schemas.layout import ITEM_TABLE, TRANSFORM_FN, join


@dataclass(frozen=True)
class ItemFiles:
    """What was written.

    Attributes:
      num_items: the rows of the table.
      digests: of the files (`schemas.digests`), by path in the data set.
    """

    num_items: int
    digests: dict[str, str]


class Items(NamedTuple):
    """What becomes of the attributes.

    Attributes:
      files: one `ItemFiles`, when all is written.
      asset_map: the file of each vocabulary by its key.
    """

    files: beam.PCollection[ItemFiles]
    asset_map: dict[str, str]


@dataclass
class WriteItems(beam.PTransform):
    """Writes the item table, and the vocabulary of values of each of its fields.

    Attributes:
      output: the data set's folder.
      fields: the names of the fields.
      graph: the folder of the transform graph of windows, one text.
      temp_folder: where tf.Transform may write while it runs.
    """

    output: str
    fields: tuple[str, ...]
    graph: beam.PCollection[str]
    temp_folder: str

    @no_annotations  # Beam takes only collections for hints, not tuples of them
    def expand(self, values: beam.PCollection[tuple[int, bytes]]) -> Items:
        """Wires the steps from the values of blocks to files."""
        merged = (
            values
            | "MergeValues" >> beam.CombinePerKey(merge_values)
            | "DropPart" >> beam.Values()
        )
        table = (
            values.pipeline
            | "NameFields" >> beam.Create([self.fields], reshuffle=False)
            | "MakeTable" >> beam.Map(make_table, AsList(merged))
        )
        written = table | "WriteTable" >> beam.Map(write_table, self.output)
        num_fields = len(self.fields)
        counts = table | "CountValues" >> beam.Map(count_row, AsSingleton(self.graph))
        with tft_beam.Context(temp_dir=self.temp_folder):
            learned, metadata = (
                (counts, adapter_config(count_features(num_fields)))
            ) | "LearnValues" >> tft_beam.AnalyzeDataset(values_to_ids)
        files = learned | "CopyVocabularies" >> beam.Map(
            copy_vocabularies, self.output, num_fields, AsSingleton(written)
        )
        return Items(files, dict(metadata.asset_map))


def make_table(fields: tuple[str, ...], parts: list[bytes]) -> bytes:
    """Returns the serialised item table; see `item_table`."""
    return columns.to_bytes(item_table(parts, fields))


def write_table(table: bytes, output: str) -> ItemFiles:
    """Writes `items.parquet`, the same bytes for the same table.

    Raises:
      UserError: it can't be written.
    """
    rows = columns.from_bytes(table)
    sink = pa.BufferOutputStream()
    pq.write_table(
        text_columns(rows),
        sink,
        compression="zstd",
        write_page_checksum=True,
    )
    data = sink.getvalue().to_pybytes()
    with new_file(join(output, ITEM_TABLE)) as stream:
        stream.write(data)
    return ItemFiles(len(rows), {ITEM_TABLE: of_stream(io.BytesIO(data))})


def count_features(num_fields: int) -> dict[str, Feature]:
    """Returns the columns that values are learned from, by name, two a field."""
    features = {}
    for field in range(num_fields):
        value, count = _count_columns(field)
        features[value] = Feature("bytes", None)
        features[count] = Feature("int64", None)
    return features


def _count_columns(field: int) -> tuple[str, str]:
    return f"values_{field}", f"counts_{field}"


def count_row(table: bytes, graph: str) -> pa.RecordBatch:
    """Returns a row of `count_features`: how many items have each value.

    Args:
      table: the serialised item table.
      graph: the folder of the transform graph, for the items of the vocabulary.

    Raises:
      UserError: none of these items has a value in one of the fields.
    """
    items = learned_items(graph)
    rows = columns.from_bytes(table)
    row = {}
    for field, (values, counts) in enumerate(count_values(rows, pa.array(items))):
        # tf.Transform would put a word of its own into an empty vocabulary. Where no
        # item was learned at all, `read_learned` says so.
        if items and not len(values):
            raise UserError(
                "no item that a model can learn has text or a number in "
                f"`{rows.schema.names[1 + field]}`, which --item_fields names: those "
                "that have it are held out, or rarer than --min_item_count; leave it "
                "out, or loosen these."
            )
        value, count = _count_columns(field)
        row[value] = one_list(values.cast(pa.large_binary()))
        row[count] = one_list(pa.array(counts, pa.int64()))
    return pa.record_batch(row)


def values_to_ids(inputs: Mapping[str, tf.SparseTensor]) -> dict[str, tf.SparseTensor]:
    """Is a `preprocessing_fn`: learns a vocabulary for each field.

    Ids of values are 1 ... A by falling number of items, ties by falling bytes.

    Args:
      inputs: a batch of `count_features`.

    Returns:
      The id of each value by the name of its column, 0 outside the vocabulary.
    """
    outputs = {}
    for field in range(len(inputs) // 2):
        value, count = (inputs[name] for name in _count_columns(field))
        vocabulary = tft.vocabulary(
            value.values,
            weights=count.values,
            vocab_filename=item_field_vocabulary(field),
            name=f"field_{field}",
        )
        ids = 1 + tft.apply_vocabulary(value.values, vocabulary, default_value=-1)
        name, _ = _count_columns(field)
        outputs[name] = tf.SparseTensor(value.indices, ids, value.dense_shape)
    return outputs


def copy_vocabularies(
    learned: str, output: str, num_fields: int, table: ItemFiles
) -> ItemFiles:
    """Copies the vocabularies of values beside that of the items.

    Args:
      learned: the folder of the graph of `values_to_ids`.
      output: the data set's folder.
      num_fields: the number of fields.
      table: what was written before.

    Returns:
      All that is written.

    Raises:
      UserError: a file can't be read or written.
    """
    digests = dict(table.digests)
    for field in range(num_fields):
        name = item_field_vocabulary(field)
        path = join(TRANSFORM_FN, "assets", name)
        source = join(learned, "assets", name)
        with open_raw(source) as reader, new_file(join(output, path)) as writer:
            digests[path] = of_stream(reader, writer.write)
    return ItemFiles(table.num_items, digests)
