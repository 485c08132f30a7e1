"""`manifest.json`: what a data set holds, written last and read first."""

import dataclasses
import datetime
import json
from dataclasses import dataclass, field
from typing import Any

from schemas.digests import of_json, sealed, unsealed
from schemas.errors import UserError
from schemas.features import Feature, example_features
from schemas.layout import EVAL, TEST
from schemas.settings import BucketSettings, SplitSettings, WindowSettings
from schemas.values import (
    check_counts,
    check_days,
    check_numbers,
    check_records,
)

CONTRACT_VERSION = 4


@dataclass(frozen=True)
class RowCounts:
    """Rows of the input. `read` = `accepted` + all of `rejected`, always.

    Attributes:
      read: rows found in the input files.
      accepted: rows understood.
      rejected: refused rows by reason.
      dropped: accepted rows left out by choice, by the flag that chose.
    """

    read: int
    accepted: int
    rejected: dict[str, int]
    dropped: dict[str, int]

    def __post_init__(self) -> None:
        rejected = sum(self.rejected.values())
        if self.read != self.accepted + rejected:
            raise ValueError(
                f"`read` must be accepted + rejected, got {self.read} and "
                f"{self.accepted} + {rejected}."
            )


@dataclass(frozen=True)
class Manifest:
    """Everything a reader must know of a data set before it opens a shard.

    Attributes:
      window: how histories were cut.
      split: how windows were divided.
      buckets: how days were bucketed.
      num_items: N, the size of the vocabulary; ids run from 0 to N + 1.
      nb_days_buckets: the largest bucket id of `nb_days`.
      gap_days_buckets: the largest bucket id of `gap_days`.
      reference_day: days since 1970-01-01 from which training ages count.
      last_day: the last accepted day.
      cut_days: under `time`, the first eval day and the first test day.
      latest_date: the ISO date after which rows were refused.
      features: the features of an example.
      records: examples by split and shard file name.
      digests: SHA-256 of the files that a reader opens, by path in the data set:
        shards, the item table and the transform graph's, of the graph itself as
        `schemas.graph_digest` makes it.
      rows: what became of the input's rows.
      statistics: counts worth showing: users, items, unknown targets and so on.
      settings: every setting that shaped the records, by flag name.
      versions: the libraries that wrote the records.
    """

    window: WindowSettings
    split: SplitSettings
    buckets: BucketSettings
    num_items: int
    nb_days_buckets: int
    gap_days_buckets: int
    reference_day: int
    last_day: int
    cut_days: tuple[int, ...]
    latest_date: str
    features: dict[str, Feature]
    records: dict[str, dict[str, int]]
    rows: RowCounts
    statistics: dict[str, int]
    settings: dict[str, Any] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)

    @property
    def settings_digest(self) -> str:
        """A digest of `settings`; equal digests mean comparable data sets."""
        return of_json(self.settings)

    @property
    def files_digest(self) -> str:
        """A digest of `digests`; data sets of equal ones hold the same records."""
        return of_json(self.digests)

    def num_records(self, split: str) -> int:
        """Returns the number of examples of a split, over all its shards."""
        return sum(self.records.get(split, {}).values())

    @property
    def holds_out(self) -> bool:
        """Whether there is anything to measure on."""
        return any(map(self.num_records, (EVAL, TEST)))

    def _agrees_with_settings(self) -> bool:
        """Whether the settings by flag say what the settings by subject say."""
        subjects = (self.window, self.split, self.buckets)
        said = {k: v for part in subjects for k, v in dataclasses.asdict(part).items()}
        said["split"] = said.pop("name")
        return all(self.settings.get(k, value) == value for k, value in said.items())

    def _check_values(self) -> None:
        """Refuses, by a `ValueError`, values that no pipeline writes."""
        values = vars(self)
        check_numbers(["num_items"], values, 0)
        check_numbers(["nb_days_buckets", "gap_days_buckets"], values, 1)
        check_numbers(["max_length"], vars(self.window), 1)
        check_days({name: values[name] for name in ("reference_day", "last_day")})
        check_days({f"cut_days.{i}": day for i, day in enumerate(self.cut_days)})
        datetime.date.fromisoformat(self.latest_date)
        read, accepted = self.rows.read, self.rows.accepted
        check_counts("rows", {"read": read, "accepted": accepted})
        check_counts("rows.rejected", self.rows.rejected)
        check_counts("rows.dropped", self.rows.dropped)
        check_counts("statistics", self.statistics)
        check_records(self.records, self.digests)

    def to_json(self) -> str:
        """Returns the text of `manifest.json`, the same for the same content."""
        value = dataclasses.asdict(self)
        value["features"] = {k: f.to_json() for k, f in self.features.items()}
        value["contract_version"] = CONTRACT_VERSION
        value["settings_digest"] = self.settings_digest
        return json.dumps(sealed(value), indent=2, sort_keys=True) + "\n"

    @classmethod
    def from_json(cls, text: str, source: str) -> "Manifest":
        """Reads the text of a manifest.

        Args:
          text: the content of `manifest.json`.
          source: where it came from, for messages.

        Raises:
          UserError: the text is no manifest of this contract version.
        """
        try:
            value = json.loads(text)
            version = value["contract_version"]
        except (ValueError, KeyError, AttributeError, TypeError, RecursionError):
            raise UserError(
                f"{source} is not a Seamstress manifest; run `python -m pipeline` "
                "with --overwrite to write the data set again."
            ) from None
        if version != CONTRACT_VERSION:
            raise UserError(
                f"{source} has contract version {version}, this program reads "
                f"{CONTRACT_VERSION}; write the data set again with the pipeline of "
                "this version."
            )
        try:
            value = unsealed(value)
        except ValueError:
            raise UserError(
                f"{source} was changed after it was written: its content does not "
                "match its digest; write the data set again with `python -m pipeline "
                "--overwrite`."
            ) from None
        try:
            del value["contract_version"]
            digest = value.pop("settings_digest")
            manifest = cls(
                window=WindowSettings(**value.pop("window")),
                split=SplitSettings(**value.pop("split")),
                buckets=BucketSettings(**value.pop("buckets")),
                cut_days=tuple(value.pop("cut_days")),
                features={
                    name: Feature.from_json(feature)
                    for name, feature in value.pop("features").items()
                },
                rows=RowCounts(**value.pop("rows")),
                **value,
            )
            manifest._check_values()
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise UserError(
                f"{source} is damaged ({error}); write the data set again with "
                "`python -m pipeline --overwrite`."
            ) from error
        if (
            digest != manifest.settings_digest
            or manifest.features != example_features(manifest.window.max_length)
            or not manifest._agrees_with_settings()
        ):
            raise UserError(
                f"{source} was changed after it was written: its settings do not match "
                "their digest or its features; write the data set again with "
                "`python -m pipeline --overwrite`."
            )
        return manifest
