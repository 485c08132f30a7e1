"""What `recommend` is asked for, as one frozen dataclass that is validated once."""

from dataclasses import dataclass, field
from typing import Literal, get_args

from pipeline.options import ReadOptions, check_job
from schemas.days import iso_date
from schemas.exported_model import DEFAULT_TOP_K, MOST_TOP_K
from schemas.rules.rule_flags import Rules
from schemas.settings import DropRepeats

Format = Literal["jsonl", "parquet"]


@dataclass(frozen=True)
class RecommendOptions:
    """Everything that shapes the recommendations.

    Attributes:
      read: how rows are read and judged.
      model: the folder of the exported model.
      top_k: the most items of an answer.
      as_of: the day to recommend for, days since 1970-01-01; later events are left
        out. None: for each user the later of the model's reference day and the user's
        last day.
      min_items: users with fewer events get no answer of the model.
      keep_seen: whether items of the history may be recommended.
      popular: whether users without an answer of the model get the popular items.
      users: a file of user ids, one a line, to answer alone; None: all users.
      rules: which items are recommended.
      drop_repeats: which repeated events of a user are dropped.
      max_history: the most events of a user that are kept, the latest; 0 keeps all.
      format: of the files.
      max_reject_fraction: the share of refused rows above which the run fails.
      num_shards: files of recommendations.
      num_partitions: parts in which users are sorted.
    """

    read: ReadOptions
    model: str
    top_k: int = DEFAULT_TOP_K
    as_of: int | None = None
    min_items: int = 1
    keep_seen: bool = False
    popular: bool = False
    users: str | None = None
    rules: Rules = field(default_factory=Rules)
    drop_repeats: DropRepeats = "none"
    max_history: int = 0
    format: Format = "jsonl"
    max_reject_fraction: float = 0.05
    num_shards: int = 8
    num_partitions: int = 1

    def __post_init__(self) -> None:
        if not 1 <= self.top_k <= MOST_TOP_K:
            raise ValueError(
                f"`top_k` must be from 1 to {MOST_TOP_K}, got {self.top_k}."
            )
        counts = {
            "min_items": self.min_items,
            "num_shards": self.num_shards,
            "num_partitions": self.num_partitions,
        }
        check_job(counts, self.max_reject_fraction)
        if self.max_history < 0:
            raise ValueError(
                f"`max_history` must be at least 0, got {self.max_history}."
            )
        if self.format not in get_args(Format):
            raise ValueError(
                f"`format` must be one of {get_args(Format)}, got {self.format!r}."
            )

    def settings(self) -> dict[str, object]:
        """Returns what shapes the answers, apart from `rules`, by flag name."""
        return {
            **self.read.settings,
            "model": self.model,
            "top_k": self.top_k,
            "as_of": None if self.as_of is None else iso_date(self.as_of),
            "min_items": self.min_items,
            "keep_seen": self.keep_seen,
            "popular": self.popular,
            "users": self.users,
            "drop_repeats": self.drop_repeats,
            "max_history": self.max_history,
            "format": self.format,
            "num_shards": self.num_shards,
        }
