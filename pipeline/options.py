"""The pipeline's own flags, as one frozen dataclass that is validated once."""

import argparse
import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from pipeline.parse.review_schema import ReviewSchema
from schemas.days import day_number, iso_date
from schemas.features import ITEM_ID
from schemas.settings import BucketSettings, DropRepeats, SplitSettings, WindowSettings

InputFormat = Literal["jsonl", "json", "columns", "csv", "tsv", "parquet"]
QuotedLineBreaks = Literal["auto", "yes", "no"]

# Read and parsed at once.
BLOCK_BYTES = 16 << 20
# Read by one worker, block by block.
RANGE_BYTES = 64 << 20
# Input that makes one partition, which one worker sorts at once in memory.
PARTITION_BYTES = 64 << 20


@dataclass(frozen=True)
class ReadOptions:
    """How rows are read and judged.

    Attributes:
      schema: which field is what.
      input_format: `auto`, or one of `InputFormat` for all files.
      quoted_line_breaks: whether quoted fields of CSV may hold line breaks, so that a
        file can't be cut by bytes; `auto` looks for quotes at the start of each file.
      latest_day: days since 1970-01-01; rows of later days are refused.
      min_rating: rows with a lower rating are dropped; None keeps all.
      latest_day_is_today: nobody chose it. The settings leave it out then, so that they
        are the same tomorrow.
      item_fields: the fields that say something of the item, for the item table.
    """

    schema: ReviewSchema
    input_format: str = "auto"
    quoted_line_breaks: QuotedLineBreaks = "auto"
    latest_day: int = day_number(datetime.date.max)
    min_rating: float | None = None
    latest_day_is_today: bool = False
    item_fields: tuple[str, ...] = ()

    @property
    def latest_date_setting(self) -> str | None:
        """What the settings say of the latest date; None where nobody chose one."""
        return None if self.latest_day_is_today else iso_date(self.latest_day)

    @property
    def unusual_settings(self) -> dict[str, object]:
        """The settings that are named only where somebody chose them, by flag name."""
        found: dict[str, object] = {}
        if self.item_fields:
            found["item_fields"] = list(self.item_fields)
        if self.input_format != "auto":
            found["input_format"] = self.input_format
        if self.quoted_line_breaks != "auto":
            found["quoted_line_breaks"] = self.quoted_line_breaks
        # No flag says so, but a schema; --min_rating alone looks at ratings.
        if self.schema.rating_required and self.min_rating is not None:
            found["rating_required"] = True
        return found

    @property
    def settings(self) -> dict[str, object]:
        """The settings that decide on rows, by flag name."""
        return {
            **self.unusual_settings,
            "user_field": self.schema.user,
            "item_field": self.schema.item,
            "date_field": self.schema.date,
            "rating_field": self.schema.rating,
            "date_format": list(self.schema.date_formats),
            "latest_date": self.latest_date_setting,
            "min_rating": self.min_rating,
        }

    def __post_init__(self) -> None:
        if self.input_format not in ("auto", *get_args(InputFormat)):
            raise ValueError(
                f"`input_format` must be auto or one of {get_args(InputFormat)}, got "
                f"{self.input_format!r}."
            )
        if self.min_rating is not None and self.schema.rating is None:
            raise ValueError(
                "`min_rating` needs a rating, and the schema names none; name it with "
                "--rating_field."
            )
        self._check_item_fields()

    def _check_item_fields(self) -> None:
        schema = self.schema
        given = ",".join(self.item_fields)
        roles = {schema.user: "user", schema.item: "item", schema.date: "date"}
        for number, name in enumerate(self.item_fields):
            if not name.strip() or not name.isprintable():
                raise ValueError(
                    "`item_fields` must be names of fields with commas between them, "
                    f"got {given!r}."
                )
            if name in self.item_fields[:number]:
                raise ValueError(
                    f"`item_fields` must name each field once, got {name!r} twice."
                )
            if name in roles:
                raise ValueError(
                    f"`item_fields` must be other fields than the {roles[name]}'s, got "
                    f"{name!r}; leave it out."
                )
            if name == ITEM_ID:
                raise ValueError(
                    f"`item_fields` cannot be {name!r}, the name that the items' ids "
                    "have in the item table; rename the field."
                )

    @property
    def judged_fields(self) -> tuple[str, ...]:
        """The fields on which it depends whether a row is accepted, and as what."""
        return self.schema.fields(with_rating=self.min_rating is not None)

    @property
    def attributes(self) -> tuple[str, ...]:
        """The fields that are read for the item table alone."""
        return tuple(n for n in self.item_fields if n not in self.judged_fields)

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields to read."""
        return (*self.judged_fields, *self.attributes)


def check_job(counts: Mapping[str, int], max_reject_fraction: float) -> None:
    """Checks settings that every program of the pipeline has.

    Args:
      counts: numbers of at least 1, by flag name; `num_shards` among them.
      max_reject_fraction: the share of refused rows above which a run fails.

    Raises:
      ValueError: one is out of range.
    """
    for name, count in counts.items():
        if count < 1:
            raise ValueError(f"`{name}` must be at least 1, got {count}.")
    # Of five digits in the names of files.
    if counts["num_shards"] > 99_999:
        raise ValueError(
            f"`num_shards` must be at most 99999, got {counts['num_shards']}."
        )
    if not 0.0 <= max_reject_fraction <= 1.0:
        raise ValueError(
            f"`max_reject_fraction` must be in [0, 1], got {max_reject_fraction}."
        )


@dataclass(frozen=True)
class Options:
    """Everything that shapes a data set.

    Attributes:
      read: how rows are read and judged.
      window: how histories are cut into windows.
      split: how windows are divided.
      buckets: how days become bucket ids.
      min_item_count: items with fewer training events are left unknown.
      drop_repeats: which repeated events of a user are dropped.
      reference_day: days since 1970-01-01 from which ages count; None: from the data.
      max_reject_fraction: the share of refused rows above which the run fails.
      num_shards: files of each split.
      num_partitions: parts in which users are sorted.
    """

    read: ReadOptions
    window: WindowSettings = field(default_factory=WindowSettings)
    split: SplitSettings = field(default_factory=SplitSettings)
    buckets: BucketSettings = field(default_factory=BucketSettings)
    min_item_count: int = 1
    drop_repeats: DropRepeats = "none"
    reference_day: int | None = None
    max_reject_fraction: float = 0.05
    num_shards: int = 8
    num_partitions: int = 1

    def __post_init__(self) -> None:
        counts = {
            "min_item_count": self.min_item_count,
            "num_shards": self.num_shards,
            "num_partitions": self.num_partitions,
        }
        check_job(counts, self.max_reject_fraction)

    def settings(self) -> dict[str, object]:
        """Returns what shapes the records, by flag name, for the manifest."""
        return {
            **self.read.settings,
            "max_length": self.window.max_length,
            "min_items": self.window.min_items,
            "stride": self.window.stride,
            "max_history": self.window.max_history,
            "max_seen": self.window.max_seen,
            "split": self.split.name,
            "eval_fraction": self.split.eval_fraction,
            "test_fraction": self.split.test_fraction,
            "seed": self.split.seed,
            "bucketing": self.buckets.bucketing,
            "day_buckets": self.buckets.day_buckets,
            "min_item_count": self.min_item_count,
            "drop_repeats": self.drop_repeats,
            "reference_date": (
                None if self.reference_day is None else iso_date(self.reference_day)
            ),
            "num_shards": self.num_shards,
        }


def parse_date_flag(text: str) -> int:
    """Returns the day number of a flag's ISO date, for argparse."""
    try:
        return day_number(datetime.date.fromisoformat(text))
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no date such as 2018-01-08"
        ) from None
