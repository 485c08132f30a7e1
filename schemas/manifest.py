"""`manifest.json`: what a data set holds, written last and read first."""

import dataclasses
import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

from schemas.errors import UserError
from schemas.features import Feature, example_features
from schemas.settings import BucketSettings, SplitSettings, WindowSettings

CONTRACT_VERSION = 2


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
    versions: dict[str, str] = field(default_factory=dict)

    @property
    def settings_digest(self) -> str:
        """A digest of `settings`; equal digests mean comparable data sets."""
        text = json.dumps(self.settings, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    def num_records(self, split: str) -> int:
        """Returns the number of examples of a split, over all its shards."""
        return sum(self.records.get(split, {}).values())

    def _agrees_with_settings(self) -> bool:
        """Whether the settings by flag say what the settings by subject say."""
        subjects = (self.window, self.split, self.buckets)
        said = {k: v for part in subjects for k, v in dataclasses.asdict(part).items()}
        said["split"] = said.pop("name")
        return all(self.settings.get(k, value) == value for k, value in said.items())

    def to_json(self) -> str:
        """Returns the text of `manifest.json`, the same for the same content."""
        value = dataclasses.asdict(self)
        value["features"] = {k: f.to_json() for k, f in self.features.items()}
        value["contract_version"] = CONTRACT_VERSION
        value["settings_digest"] = self.settings_digest
        return json.dumps(value, indent=2, sort_keys=True) + "\n"

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
            version = value.pop("contract_version")
        except (ValueError, KeyError, AttributeError, TypeError):
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
