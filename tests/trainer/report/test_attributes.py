"""Attributes of items, in the tables of a report."""

from tests.support.data_sets import Window, write_data_set
from trainer.data.data_set import open_data_set
from trainer.data.item_table import ItemTable
from trainer.report.data_facts import data_facts
from trainer.report.data_section import data_section
from trainer.report.examples import Example
from trainer.report.examples_section import examples_section
from trainer.serving.client import Recommendation
from trainer.serving.requests import Event

TABLE = ItemTable(("item1", "item2"), {"category": ("gown", None), "size": ("8", "12")})


def tables(section):
    """The columns and rows of a section's tables, by title."""
    return {
        part.title: (tuple(part.columns), [tuple(row) for row in part.rows])
        for part in section.parts
        if part.kind in ("table", "chart")
    }


def test_examples_show_the_attributes_beside_the_items():
    example = Example(
        (Event("2016-04-20", "item2"), Event("2016-04-21", "other")),
        "2016-05-01",
        [Recommendation("item1", 0.5)],
        TABLE,
    )
    found = tables(examples_section([example], "test"))
    assert found == {
        "User 1: the history": (
            ("date", "item", "category", "size"),
            [("2016-04-20", "item2", "", "12"), ("2016-04-21", "other", "", "")],
        ),
        "User 1: recommended as of 2016-05-01": (
            ("rank", "item", "category", "size", "score"),
            [("1", "item1", "gown", "8", "0.500")],
        ),
    }


def test_the_most_popular_items_are_shown_with_theirs(tmp_path):
    windows = [Window([1], 2, user="a"), Window([1], 1, user="b")]
    path = write_data_set(
        tmp_path / "set", windows, num_items=2, with_graph=True, attributes=TABLE.fields
    )
    data_set = open_data_set(path)
    section = data_section(data_set, data_facts(data_set))
    said = " ".join(part.text for part in section.parts if part.kind == "text")
    assert "An attribute of an item is its latest value in the input" in said
    columns, rows = tables(section)["Most popular items"]
    assert columns == ("item", "training events", "share", "category", "size")
    assert rows == [
        ("item1", "3", "75.00 %", "gown", "8"),
        ("item2", "1", "25.00 %", "", "12"),
    ]
