"""Rules for the items of an exported model, from the files that users and it hold."""

import logging

from schemas import layout
from schemas.errors import UserError
from schemas.exported_model import (
    ITEM_COUNTS_PATH,
    ITEM_TABLE_PATH,
    VOCABULARY_PATH,
    Description,
)
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
from trainer.data.item_table import read_item_table
from trainer.errors import first_line
from trainer.storage.files import open_file
from trainer.storage.stand_ins import local

_logger = logging.getLogger(__name__)


def load_rules(export: str, description: Description, rules: Rules) -> RankingRules:
    """Reads what rules need.

    Args:
      export: the folder of an exported model whose files were compared with their
        digests.
      description: what the export says of itself.
      rules: as asked for.

    Raises:
      UserError: a file of items cannot be read, `--only` leaves nothing, or the export
        holds no attribute of that name, or is of a version before there were rules.
    """
    check_takes_rules(description, export)
    exclude = _read_items("exclude", rules.exclude)
    only = _read_items("only", rules.only)
    vocabulary = vocabulary_items(_read(export, VOCABULARY_PATH))
    blocked, warnings = blocked_items(vocabulary, exclude, only)
    for warning in warnings:
        _logger.warning("%s", warning)
    table = (
        read_item_table(layout.join(export, ITEM_TABLE_PATH)) if rules.max_per else None
    )
    fields = {} if table is None else table.of(vocabulary).fields
    check_attributes(rules, fields, export)
    counts = counts_from_text(_read(export, ITEM_COUNTS_PATH), description.num_items)
    return ranking_rules(rules, blocked, counts, fields)


def _read_items(flag: str, path: str | None) -> ItemFile | None:
    if path is None:
        return None
    remedy = f"give --{flag} a file of item ids, one a line"
    try:
        with open_file(path, remedy) as file:
            return read_item_file(file, flag, path)
    except OSError as error:
        raise UserError(f"{path} cannot be read ({first_line(error)}).") from error


def _read(export: str, name: str) -> bytes:
    with open(layout.join(local(export), name), "rb") as file:
        return file.read()
