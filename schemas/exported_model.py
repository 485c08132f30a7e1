"""What an exported model answers to, and what it says of itself.

The trainer writes it, the pipeline and servers ask it. Its signatures take and give
what is named here, beside `schemas.features.ITEM_ID`, which is a name of both a
request and an answer. The description stands in `assets.extra/`, SavedModel's own
folder for files that no op reads.
"""

import dataclasses
import json
from dataclasses import dataclass, field

from schemas import layout
from schemas.digests import sealed, unsealed
from schemas.features import VOCABULARY_FILENAME
from schemas.values import check_days, check_digests, check_numbers

# The signature that a server takes if none is named, the one whose answers may hold
# items of the history, and the one that takes an `ADJUSTMENT` of the scores, with the
# choice between the other two as its input `KEEP_SEEN`.
SERVING_DEFAULT = "serving_default"
KEEP_SEEN = "keep_seen"
ADJUSTED = "adjusted"

EVENT_DATE = "event_date"
AS_OF = "as_of"
TOP_K = "top_k"
SCORE = "score"
ADJUSTMENT = "adjustment"
# What `ADJUSTED` answers too: the items' ids in the vocabulary, 1 ... N.
VOCABULARY_ID = "vocabulary_id"

DEFAULT_TOP_K = 10
# The most that can be asked for where the catalogue is smaller. Blanks fill what it
# lacks, and one request could ask for more of them than a server has memory.
MOST_TOP_K = 10_000

DESCRIPTION_FOLDER = "assets.extra"
_FILENAME = "seamstress.json"
FORMAT_VERSION = 2

# Where the data set has one: a row for each id from 1 on. By path in the export.
ITEM_TABLE_PATH = layout.join(DESCRIPTION_FOLDER, layout.ITEM_TABLE)
# In every export: the items from id 1 on, one a line, and the training events of each.
VOCABULARY_PATH = layout.join("assets", VOCABULARY_FILENAME)
ITEM_COUNTS_PATH = layout.join(DESCRIPTION_FOLDER, "item_counts.txt")


@dataclass(frozen=True)
class Description:
    """The facts of an export that a caller may want to know.

    Attributes:
      max_length: W, the events that the model looks at.
      reference_day: days since 1970-01-01; the earliest default of `as_of`.
      num_items: N, the items that can be recommended.
      day_feature: `age`, `gap`, `date` or `none`.
      digests: SHA-256 of the export's files, by path in its folder.
    """

    max_length: int
    reference_day: int
    num_items: int
    day_feature: str
    digests: dict[str, str] = field(default_factory=dict, compare=False, repr=False)

    @property
    def signatures(self) -> frozenset[str]:
        """The signatures that the export must have."""
        always = frozenset({SERVING_DEFAULT, KEEP_SEEN})
        return always | {ADJUSTED} if self.takes_rules else always

    @property
    def takes_rules(self) -> bool:
        """Whether it can be asked by rules; exports of earlier versions cannot."""
        return ITEM_COUNTS_PATH in self.digests

    def to_json(self) -> str:
        """Returns the text of the file."""
        value = {"format_version": FORMAT_VERSION, **dataclasses.asdict(self)}
        return json.dumps(sealed(value), indent=2, sort_keys=True) + "\n"

    @classmethod
    def from_json(cls, text: str) -> "Description":
        """Returns the description whose `to_json` is `text`.

        Raises:
          ValueError: it is none, one of another format version, or was changed.
        """
        try:
            value = json.loads(text)
        except RecursionError:
            raise ValueError("`text` is nested too deeply.") from None
        if not isinstance(value, dict):
            raise ValueError(f"`text` must hold a JSON object, got {value!r}.")
        version = value.get("format_version")
        if version != FORMAT_VERSION:
            raise ValueError(
                f"`format_version` must be {FORMAT_VERSION}, got {version!r}."
            )
        value = unsealed(value)
        del value["format_version"]
        try:
            description = cls(**value)
        except TypeError as error:
            raise ValueError(f"`text` has other fields: {error}.") from error
        check_numbers(["max_length", "num_items"], vars(description), 1)
        check_days({"reference_day": description.reference_day})
        check_digests(description.digests)
        return description


def description_path(export: str) -> str:
    """Returns where the description stands in an export's folder."""
    return layout.join(export, DESCRIPTION_FOLDER, _FILENAME)
