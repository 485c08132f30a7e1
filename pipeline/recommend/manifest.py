"""The manifest of recommendations: written last, so that they count as complete."""

import dataclasses
import importlib.metadata
import json
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.accounting.completeness import check_passed_on
from pipeline.accounting.counts import add_counts
from pipeline.accounting.read_account import ReadAccount
from pipeline.recommend.item_rules import ItemRules
from pipeline.recommend.options import RecommendOptions
from pipeline.recommend.requests import RequestAccount
from pipeline.recommend.write import AnswerShard
from pipeline.storage.files import new_file
from schemas.exported_model import Description
from schemas.manifest import RowCounts

FORMAT_VERSION = 1
KIND = "recommendations"

_RECORDED_LIBRARIES = ("apache-beam", "tensorflow", "pyarrow", "numpy", "pandas")


@dataclass(frozen=True)
class RecommendManifest:
    """What a folder of recommendations holds.

    Attributes:
      rows: what became of the input's rows.
      users: counts of users. All are those of the input and of --users; they were not
        asked for, had too few events, or were answered by the model. Of those with too
        few, which the users of --users that are not in the input are among, some or
        none were given the popular items.
      events: events of all users, those after `as_of`, and of those up to it the ones
        of items that the model does not know.
      files: rows by file name.
      model: what the exported model says of itself.
      settings: every setting that shaped the answers, by flag name.
      versions: of libraries.
    """

    rows: RowCounts
    users: dict[str, int]
    events: dict[str, int]
    files: dict[str, int]
    model: dict[str, object]
    settings: dict[str, object]
    versions: dict[str, str]

    def to_json(self) -> str:
        """Returns the text of the file."""
        value = {
            "format_version": FORMAT_VERSION,
            "kind": KIND,
            **dataclasses.asdict(self),
        }
        return json.dumps(value, indent=2, sort_keys=True) + "\n"


def make_manifest(
    options: RecommendOptions,
    read: ReadAccount,
    asked: RequestAccount,
    description: Description,
    items: ItemRules,
    shards: Sequence[AnswerShard],
    *awaited: object,
) -> RecommendManifest:
    """Puts together what all steps found.

    Raises:
      UserError: data was lost between the steps.
    """
    popular = sum(shard.num_popular for shard in shards)
    answered = sum(shard.num_rows for shard in shards)
    accepted = read.accepted - sum(read.dropped.values())
    num_sorted = asked.events + sum(count for _, count in asked.dropped)
    check_passed_on("events", "read", accepted, "sorted", num_sorted)
    to_answer = asked.usable + (asked.too_short if options.popular else 0)
    check_passed_on("users", "asked for", to_answer, "answered", answered)
    dropped = dict(read.dropped)
    add_counts(dropped, dict(asked.dropped))
    return RecommendManifest(
        rows=RowCounts(
            read.read,
            read.accepted,
            dict(sorted(read.rejected.items())),
            dict(sorted(dropped.items())),
        ),
        users={
            "all": asked.users,
            "not_in_input": asked.absent,
            "not_asked": asked.not_asked,
            "too_few_events": asked.too_short,
            "answered": answered - popular,
            "popular": popular,
        },
        events={
            "all": asked.events,
            "later": asked.later,
            "of_unknown_items": asked.unknown,
        },
        files={
            shard.name: shard.num_rows
            for shard in sorted(shards, key=lambda shard: shard.name)
        },
        model={
            name: value
            for name, value in vars(description).items()
            if name != "digests"
        },
        settings={**options.settings(), **items.settings()},
        versions={
            name: importlib.metadata.version(name) for name in _RECORDED_LIBRARIES
        },
    )


def write_manifest(manifest: RecommendManifest, path: str) -> RecommendManifest:
    """Writes the manifest."""
    with new_file(path) as stream:
        stream.write(manifest.to_json().encode())
    return manifest
