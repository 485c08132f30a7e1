"""The whole pipeline on one screen."""

import importlib.metadata
import logging
from collections.abc import Mapping, Sequence

import apache_beam as beam
from apache_beam.pvalue import AsList, AsSingleton

from pipeline.accounting.completeness import check_complete
from pipeline.accounting.day_plan import DayPlan
from pipeline.accounting.read_account import ReadAccount
from pipeline.accounting.row_checks import check_rows
from pipeline.accounting.row_counts import row_counts
from pipeline.accounting.sequence_account import SequenceAccount
from pipeline.options import Options
from pipeline.runners.threads import threads_of
from pipeline.steps.items import ItemFiles, WriteItems
from pipeline.steps.learned import Learned, check_items, num_items_of, read_learned
from pipeline.steps.read import ReadEvents
from pipeline.steps.sequence import CountTraining, CutWindows, SortHistories
from pipeline.steps.transform import TransformWindows
from pipeline.steps.transform_graph import WriteTransformGraph
from pipeline.steps.write import Shard, WriteExamples, WriteRejects, write_manifest
from pipeline.storage.files import delete_folder
from schemas.days import iso_date
from schemas.features import example_features
from schemas.layout import MANIFEST, TRAIN, join
from schemas.manifest import Manifest

_logger = logging.getLogger(__name__)

_RECORDED_LIBRARIES = (
    "apache-beam",
    "tensorflow",
    "tensorflow-transform",
    "tfx-bsl",
    "pyarrow",
    "numpy",
    "pandas",
)


def build(
    pipeline: beam.Pipeline,
    patterns: Sequence[str],
    output: str,
    temp_folder: str,
    options: Options,
) -> beam.PCollection[Manifest]:
    """Adds all steps from the input's files to the manifest of the data set.

    Args:
      pipeline: an empty pipeline.
      patterns: files or globs.
      output: the data set's folder.
      temp_folder: where tf.Transform may write; deleted at the end.
      options: all settings.

    Returns:
      The manifest, as soon as it is written.
    """
    threads = threads_of(pipeline)
    reading = pipeline | "ReadEvents" >> ReadEvents(
        patterns, options.read, options.num_partitions, threads
    )
    account = reading.account | "CheckRows" >> beam.Map(
        check_rows, options.read, options.max_reject_fraction
    )
    sequences = reading.batches | "SortHistories" >> SortHistories(
        account, options, threads
    )
    counts = sequences.histories | "CountTraining" >> CountTraining(sequences, options)
    windows = (
        sequences.histories
        # Not fused with the counts, whose outcome the windows' consumers wait for.
        | "SpreadHistories" >> beam.Reshuffle()
        | "CutWindows" >> CutWindows(sequences, options)
    )
    transformed = windows | "TransformWindows" >> TransformWindows(
        counts, options, temp_folder
    )
    learned = (
        transformed.graph
        | "ReadLearned"
        >> beam.Map(read_learned, options.window.max_length, options.min_item_count)
        | "CheckItems"
        >> beam.Map(
            check_items,
            AsSingleton(sequences.num_items),
            AsSingleton(account),
            options.min_item_count,
        )
    )
    num_items = learned | "TakeNumItems" >> beam.Map(num_items_of)
    shards = transformed.examples | "WriteExamples" >> WriteExamples(
        output, [TRAIN, *options.split.held_out], options.num_shards, num_items, threads
    )
    rejects = reading.rejects | "WriteRejects" >> WriteRejects(
        output, account, options.num_shards
    )
    asset_map = dict(transformed.asset_map)
    item_files = None
    if reading.values is not None:
        items = reading.values | "WriteItems" >> WriteItems(
            output,
            options.read.item_fields,
            transformed.graph,
            temp_folder,
        )
        item_files = AsSingleton(items.files)
        asset_map |= items.asset_map
    graph = transformed.graph | "WriteGraph" >> WriteTransformGraph(
        output, transformed.metadata, asset_map
    )
    written = (
        pipeline
        | "StartManifest" >> beam.Create([options], reshuffle=False)
        | "MakeManifest"
        >> beam.Map(
            make_manifest,
            AsSingleton(account),
            AsSingleton(sequences.account),
            AsSingleton(sequences.plan),
            AsSingleton(sequences.reference_day),
            AsSingleton(sequences.num_items),
            AsSingleton(learned),
            AsList(shards),
            AsSingleton(graph),
            item_files,
            # Only awaited: the manifest is the last file of a data set.
            AsList(rejects),
        )
        | "WriteManifest" >> beam.Map(write_manifest, join(output, MANIFEST))
    )
    _ = written | "DeleteTemp" >> beam.Map(delete_temp, temp_folder)
    return written


def make_manifest(
    options: Options,
    read: ReadAccount,
    sequence: SequenceAccount,
    plan: DayPlan,
    reference_day: int,
    num_items: int,
    learned: Learned,
    shards: Sequence[Shard],
    graph: Mapping[str, str],
    items: ItemFiles | None,
    *awaited: object,
) -> Manifest:
    """Puts together what all steps found.

    Raises:
      UserError: data was lost between the steps.
    """
    records: dict[str, dict[str, int]] = {}
    digests = {**graph, **(items.digests if items else {})}
    unknown: dict[str, int] = {}
    for shard in sorted(shards, key=lambda shard: shard.name):
        records.setdefault(shard.split, {})[shard.name] = shard.num_records
        digests[join(shard.split, shard.name)] = shard.digest
        key = f"{shard.split}_unknown_targets"
        unknown[key] = unknown.get(key, 0) + shard.num_unknown
    unknown.pop("train_unknown_targets", None)
    check_complete(
        read, sequence, {split: sum(of.values()) for split, of in records.items()}
    )
    return Manifest(
        window=options.window,
        split=options.split,
        buckets=options.buckets,
        num_items=learned.num_items,
        nb_days_buckets=learned.nb_days_buckets,
        gap_days_buckets=learned.gap_days_buckets,
        reference_day=reference_day,
        last_day=plan.last_day,
        cut_days=plan.cuts,
        latest_date=iso_date(options.read.latest_day),
        features=example_features(options.window.max_length),
        records=records,
        rows=row_counts(read, sequence),
        statistics={
            "users": sequence.users,
            "users_long_enough": sequence.users_long_enough,
            "events": sequence.events,
            "items": num_items,
            **({"table_items": items.num_items} if items else {}),
            **unknown,
        },
        settings=options.settings(),
        digests=digests,
        versions={
            name: importlib.metadata.version(name) for name in _RECORDED_LIBRARIES
        },
    )


def delete_temp(_: Manifest, folder: str) -> None:
    """Deletes tf.Transform's scratch files once nothing can need them."""
    try:
        delete_folder(folder)
    except Exception as error:  # Each remote storage raises errors of its own.
        # The data set is complete.
        _logger.warning("cannot delete %s: %s; delete it yourself.", folder, error)
