"""What the launcher reads of rules, and what workers do."""

import math
import pickle
import shutil

import pytest

from pipeline.recommend.export_files import read_description
from pipeline.recommend.item_rules import load_ranking_rules, read_item_rules
from schemas.errors import UserError
from schemas.exported_model import ITEM_COUNTS_PATH
from schemas.rules.rule_flags import Rules
from tests.pipeline.recommend.test_export_files import PREFIX
from tests.trainer.serving import catalogue
from tests.trainer.serving.catalogue import COUNTS, ITEMS
from trainer.serving.item_rules import load_rules


@pytest.fixture(scope="session")
def model() -> str:
    """An export with attributes of its items, in place of the plain one."""
    return str(catalogue.attributed())


def test_without_rules_nothing_is_read():
    description = read_description(str(catalogue.export()))
    items = read_item_rules("nowhere://model", description, Rules())
    assert items.blocked == bytes(len(ITEMS))
    assert items.settings() == {
        "exclude": None,
        "only": None,
        "max_per": {},
        "popularity_penalty": 0.0,
    }


@pytest.mark.parametrize("storage", ["", PREFIX])
def test_both_programs_make_the_same_of_the_same_rules(model, tmp_path, storage):
    (tmp_path / "exclude").write_text("c\nh h\n")
    description = read_description(model)
    limits = {"max_per": (("size", 2), ("category", 1)), "popularity_penalty": 0.5}
    rules = Rules(exclude=f"{tmp_path}/exclude", **limits)
    stored = Rules(exclude=f"{storage}{tmp_path}/exclude", **limits)
    items = read_item_rules(f"{storage}{model}", description, stored)
    # As they reach a worker, where the user's files need not be.
    items = pickle.loads(pickle.dumps(items))
    (tmp_path / "exclude").rename(tmp_path / "moved")
    found = load_ranking_rules(f"{storage}{model}", description, items)
    (tmp_path / "moved").rename(tmp_path / "exclude")
    assert found == load_rules(model, description, rules)
    total = sum(COUNTS) + len(ITEMS)
    assert list(found.adjustment) == pytest.approx(
        [
            -math.inf if item in ("c", "h h") else -0.5 * math.log((n + 1) / total)
            for item, n in zip(ITEMS, COUNTS, strict=True)
        ]
    )
    # Of dresses and tops one each, and the one without a category.
    assert found.most_items == 3


def test_a_changed_count_is_found_before_it_is_used(model, tmp_path):
    changed = shutil.copytree(model, tmp_path / "model")
    path = changed / ITEM_COUNTS_PATH
    path.write_text(path.read_text().replace("800", "8"))
    description = read_description(str(changed))
    items = read_item_rules(str(changed), description, Rules(popularity_penalty=1.0))
    with pytest.raises(UserError) as raised:
        load_ranking_rules(str(changed), description, items)
    assert str(raised.value) == (
        f"{path} is damaged: its digest is not the one written; export the model again "
        "with `python -m trainer train`."
    )
