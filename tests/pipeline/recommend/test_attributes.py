"""Attributes beside the recommended items, where the export has a table of them."""

import shutil
from pathlib import Path

import pyarrow as pa
import pytest

from pipeline.recommend.attributes import with_attributes
from pipeline.recommend.write import ROW_FIELDS
from schemas.exported_model import ITEM_TABLE_PATH, description_path
from tests.support.digests import edit_sealed, file_digests
from tests.trainer.serving.catalogue import ITEMS
from trainer.data.item_table import ItemTable, write_item_table

# Warnings of Beam are none of this program's.
pytestmark = pytest.mark.filterwarnings("default")

TABLE = ItemTable(
    ITEMS,
    {
        "category": tuple(f"kind of {item}" for item in ITEMS),
        "body type": (None, "petite", *[None] * 6),
    },
)


@pytest.fixture(scope="module")
def with_table(model, tmp_path_factory) -> str:
    """The shared export, with an item table."""
    folder = tmp_path_factory.mktemp("export") / "model"
    shutil.copytree(model, folder)
    write_item_table(TABLE, folder / ITEM_TABLE_PATH)
    digest = file_digests(folder, ["assets.extra"])[ITEM_TABLE_PATH]
    edit_sealed(
        Path(description_path(str(folder))),
        lambda value: value["digests"].update({ITEM_TABLE_PATH: digest}),
    )
    return str(folder)


@pytest.mark.parametrize("kind", ["jsonl", "parquet"])
def test_every_item_has_its_attributes_beside_it(recommend, with_table, kind):
    done = recommend("--top_k=4", f"--format={kind}", model=with_table)
    assert done.status == 0, done.lines
    for row in done.rows.values():
        assert list(row) == [*ROW_FIELDS, "attributes"]
        assert row["attributes"] == [TABLE.attributes(item) for item in row["items"]]
    assert any(row["items"] for row in done.rows.values())


def test_a_damaged_table_is_one_sentence(recommend, with_table, tmp_path):
    shutil.copytree(with_table, tmp_path / "model")
    path = tmp_path / "model" / ITEM_TABLE_PATH
    path.write_bytes(path.read_bytes()[:-9])
    done = recommend("--quiet", model=str(tmp_path / "model"))
    assert done.status == 1
    (line,) = done.lines
    assert "export the model again with `python -m trainer train`" in line


def test_rows_of_a_slice_keep_their_own_items():
    rows = pa.record_batch({"items": [["a"], [], ["c", "b"], ["a"]]})
    table = pa.record_batch({"item_id": ["a", "b", "c"], "size": ["1", None, "3"]})
    found = with_attributes(rows.slice(1, 2), table).column("attributes").to_pylist()
    assert found == [[], [{"size": "3"}, {"size": None}]]
