"""The whole pipeline of recommendations on one screen."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import apache_beam as beam
import pyarrow as pa
from apache_beam import pvalue
from apache_beam.ml.inference.base import KeyedModelHandler, RunInference
from apache_beam.pvalue import AsList, AsSingleton
from apache_beam.typehints.decorators import no_annotations

from pipeline.accounting.read_account import ReadAccount
from pipeline.accounting.row_checks import check_rows
from pipeline.arrays import columns
from pipeline.parse.events import EVENT_SCHEMA
from pipeline.recommend.export_files import read_item_table, read_vocabulary
from pipeline.recommend.item_rules import ItemRules
from pipeline.recommend.manifest import (
    RecommendManifest,
    make_manifest,
    write_manifest,
)
from pipeline.recommend.model_handler import ExportedModelHandler
from pipeline.recommend.options import RecommendOptions
from pipeline.recommend.request_shards import by_shard, join_requests, no_requests
from pipeline.recommend.requests import (
    add_request_accounts,
    check_requests,
    make_requests,
)
from pipeline.recommend.users_file import read_users
from pipeline.recommend.write import write_answers
from pipeline.runners.threads import threads_of
from pipeline.steps.read import ReadEvents
from pipeline.steps.write import WriteRejects
from pipeline.windowing.histories import build_histories
from schemas.days import iso_date
from schemas.exported_model import ITEM_TABLE_PATH, Description
from schemas.layout import MANIFEST, join

_EVENTS = "events"
_USERS = "users"
_REQUESTS = "requests"
_ACCOUNTS = "accounts"


def build(
    pipeline: beam.Pipeline,
    patterns: Sequence[str],
    output: str,
    options: RecommendOptions,
    description: Description,
    items: ItemRules,
) -> beam.PCollection[RecommendManifest]:
    """Adds all steps from the input's files to the manifest of recommendations.

    Args:
      pipeline: an empty pipeline.
      patterns: files or globs.
      output: the folder of recommendations.
      options: all settings.
      description: what the model says of itself.
      items: the rules, and the items of the model that they leave.

    Returns:
      The manifest, as soon as it is written.
    """
    reading = pipeline | "ReadEvents" >> ReadEvents(
        patterns, options.read, options.num_partitions, threads_of(pipeline)
    )
    account = reading.account | "CheckRows" >> beam.Map(
        check_rows, options.read, options.max_reject_fraction
    )
    asked = (
        {_EVENTS: reading.batches, _USERS: _users(pipeline, options)}
        | "GroupByPartition" >> beam.CoGroupByKey()
        | "MakeRequests"
        >> beam.ParDo(
            MakeRequests(options, description.max_length),
            AsSingleton(account),
            _vocabulary(pipeline, options.model, description),
        ).with_outputs(_REQUESTS, _ACCOUNTS)
    )
    request_account = (
        asked[_ACCOUNTS]
        | "AddAccounts" >> beam.CombineGlobally(add_request_accounts)
        | "CheckRequests" >> beam.Map(check_requests, options)
    )
    every_shard = pipeline | "NameShards" >> beam.Create(
        no_requests(options.num_shards), reshuffle=False
    )
    handler = ExportedModelHandler(
        options.model,
        description.num_items,
        options.top_k,
        "" if options.as_of is None else iso_date(options.as_of),
        options.keep_seen,
        items if items.rules else None,
    )
    shards = (
        (asked[_REQUESTS], every_shard)
        | "AddEmptyShards" >> beam.Flatten()
        | "GroupByShard" >> beam.GroupByKey()
        | "JoinRequests" >> beam.MapTuple(join_requests)
        # Answers are several times larger than requests. No shuffle follows, so that
        # those of one shard alone are in memory.
        | "AskModel" >> RunInference(KeyedModelHandler(handler))
        | "WriteShards"
        >> beam.Map(
            write_answers,
            output,
            options.num_shards,
            options.format,
            _item_table(pipeline, options.model, description),
        )
    )
    rejects = reading.rejects | "WriteRejects" >> WriteRejects(
        output, account, options.num_shards
    )
    return (
        pipeline
        | "StartManifest" >> beam.Create([options], reshuffle=False)
        | "MakeManifest"
        >> beam.Map(
            make_manifest,
            AsSingleton(account),
            AsSingleton(request_account),
            description,
            items,
            AsList(shards),
            # Only awaited: the manifest is the last file of an output.
            AsList(rejects),
        )
        | "WriteManifest" >> beam.Map(write_manifest, join(output, MANIFEST))
    )


def _users(
    pipeline: beam.Pipeline, options: RecommendOptions
) -> beam.PCollection[tuple[int, list[str]]]:
    paths = [] if options.users is None else [options.users]
    return (
        pipeline
        | "NameUsersFile" >> beam.Create(paths, reshuffle=False)
        | "ReadUsers" >> beam.FlatMap(read_users, options.num_partitions)
    )


def _vocabulary(
    pipeline: beam.Pipeline, model: str, description: Description
) -> AsSingleton:
    """Returns the items that the model knows."""
    return AsSingleton(
        pipeline
        | "NameVocabulary" >> beam.Create([model], reshuffle=False)
        | "ReadVocabulary" >> beam.Map(_serialised_vocabulary, description)
    )


def _item_table(
    pipeline: beam.Pipeline, model: str, description: Description
) -> AsSingleton | None:
    """Returns the item table of the model; None where it has none."""
    if ITEM_TABLE_PATH not in description.digests:
        return None
    return AsSingleton(
        pipeline
        | "NameModel" >> beam.Create([model], reshuffle=False)
        | "ReadAttributes" >> beam.Map(_serialised_table, description)
    )


def _serialised_vocabulary(model: str, description: Description) -> bytes:
    return columns.to_bytes(read_vocabulary(model, description))


def _serialised_table(model: str, description: Description) -> bytes:
    return columns.to_bytes(read_item_table(model, description))


class MakeRequests(beam.DoFn):
    """Sorts a partition and chooses its users; a DoFn for its two outputs."""

    def __init__(self, options: RecommendOptions, max_length: int) -> None:
        """Sets how to choose; see `make_requests`."""
        self._options = options
        self._max_length = max_length

    @no_annotations
    def process(
        self,
        element: tuple[int, dict[str, Iterable[Any]]],
        account: ReadAccount,
        vocabulary: bytes,
    ) -> Iterator[pvalue.TaggedOutput]:
        """Yields requests by shard, and their account.

        Args:
          element: a partition, its events and its users of --users.
          account: of all rows; only awaited, since it may end the run.
          vocabulary: the serialised items that the model knows.
        """
        options = self._options
        _, parts = element
        wanted = None
        if options.users is not None:
            wanted = {user for users in parts[_USERS] for user in users}
        batches = [columns.from_bytes(data) for data in parts[_EVENTS]]
        if not batches:
            batches = [pa.RecordBatch.from_pylist([], schema=EVENT_SCHEMA)]
        histories, repeats = build_histories(batches, options.drop_repeats)
        requests, asked = make_requests(
            histories, wanted, options, self._max_length, columns.from_bytes(vocabulary)
        )
        for part in by_shard(requests, options.num_shards):
            yield pvalue.TaggedOutput(_REQUESTS, part)
        dropped = sorted({**repeats, **dict(asked.dropped)}.items())
        yield pvalue.TaggedOutput(_ACCOUNTS, replace(asked, dropped=tuple(dropped)))
