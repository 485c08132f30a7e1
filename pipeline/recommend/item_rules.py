"""Rules for the items of an exported model, from the files that users and it hold.

The launcher reads the files that users name, and hands on which items they leave; what
is large of the export itself, workers read where it stands.
"""

from dataclasses import dataclass

from pipeline.recommend.export_files import read_file, read_item_table
from pipeline.storage.files import open_raw
from schemas.exported_model import ITEM_COUNTS_PATH, VOCABULARY_PATH, Description
from schemas.item_counts import counts_from_text
from schemas.rules.item_files import (
    ItemFile,
    blocked_items,
    read_item_file,
    vocabulary_items,
)
from schemas.rules.ranking_rules import (
    RankingRules,
    check_attributes,
    check_takes_rules,
    ranking_rules,
)
from schemas.rules.rule_flags import Rules


@dataclass(frozen=True)
class ItemRules:
    """Rules, and the items of a model that they leave.

    Attributes:
      rules: as asked for.
      blocked: bytes [N], 1 where an item may not be recommended.
      digests: SHA-256 of the files that `rules` names, by flag.
      warnings: a sentence for each file with items that the model does not know.
    """

    rules: Rules
    blocked: bytes
    digests: tuple[tuple[str, str], ...]
    warnings: tuple[str, ...]

    def settings(self) -> dict[str, object]:
        """Returns the rules by flag name, for the manifest."""
        digests = dict(self.digests)

        def file(flag: str, path: str | None) -> dict[str, str] | None:
            return None if path is None else {"file": path, "sha256": digests[flag]}

        return {
            "exclude": file("exclude", self.rules.exclude),
            "only": file("only", self.rules.only),
            "max_per": dict(self.rules.max_per),
            "popularity_penalty": self.rules.popularity_penalty,
        }


def read_item_rules(model: str, description: Description, rules: Rules) -> ItemRules:
    """Reads the files that rules name, before anything runs.

    Args:
      model: the folder of the exported model.
      description: what it says of itself.
      rules: as asked for; without any, nothing is read.

    Raises:
      UserError: a file cannot be read, `--only` leaves nothing, or the model holds no
        attribute of that name, or is of a version before there were rules.
    """
    if not rules:
        return ItemRules(rules, bytes(description.num_items), (), ())
    check_takes_rules(description, model)
    exclude = _read_items("exclude", rules.exclude)
    only = _read_items("only", rules.only)
    vocabulary = vocabulary_items(read_file(model, description, VOCABULARY_PATH))
    blocked, warnings = blocked_items(vocabulary, exclude, only)
    if rules.max_per:
        table = read_item_table(model, description)
        names = [] if table is None else table.schema.names[1:]
        check_attributes(rules, names, model)
    digests = tuple((file.flag, file.digest) for file in (exclude, only) if file)
    return ItemRules(rules, blocked, digests, tuple(warnings))


def load_ranking_rules(
    model: str, description: Description, items: ItemRules
) -> RankingRules:
    """Reads what the rules need of an export.

    Args:
      model: the folder of the exported model.
      description: what it says of itself.
      items: what `read_item_rules` returned.

    Raises:
      UserError: a file of the export is missing or damaged.
    """
    counts = read_file(model, description, ITEM_COUNTS_PATH)
    table = read_item_table(model, description) if items.rules.max_per else None
    attributes = {
        name: table.column(name).to_pylist()
        for name, _ in items.rules.max_per
        if table is not None
    }
    return ranking_rules(
        items.rules,
        items.blocked,
        counts_from_text(counts, description.num_items),
        attributes,
    )


def _read_items(flag: str, path: str | None) -> ItemFile | None:
    if path is None:
        return None
    with open_raw(path) as stream:
        return read_item_file(stream, flag, path)
