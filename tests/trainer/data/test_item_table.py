from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from schemas.errors import UserError
from trainer.data.item_table import ItemTable, read_item_table, write_item_table

TABLE = ItemTable(
    ("126335", "a, b", "é"),
    {"category": ("gown", None, "dress"), "body type": (None, None, "petite")},
)


def _parquet(path: Path, **columns: list) -> str:
    pq.write_table(pa.table(columns), path)
    return str(path)


def test_reads_what_was_written(tmp_path: Path) -> None:
    write_item_table(TABLE, tmp_path / "items.parquet")
    found = read_item_table(str(tmp_path / "items.parquet"))
    assert found == TABLE
    assert found is not None
    assert list(found.fields) == ["category", "body type"]


def test_no_file_is_no_table(tmp_path: Path) -> None:
    assert read_item_table(str(tmp_path / "items.parquet")) is None


def test_an_item_has_a_value_or_none_of_every_field() -> None:
    assert TABLE.attributes("é") == {"category": "dress", "body type": "petite"}
    assert TABLE.attributes("a, b") == {"category": None, "body type": None}
    assert TABLE.attributes("unheard of") == {"category": None, "body type": None}


def test_rows_of_chosen_items_in_their_order() -> None:
    chosen = TABLE.of(["é", "unheard of", "126335"])
    assert chosen.items == ("é", "unheard of", "126335")
    assert chosen.fields["category"] == ("dress", None, "gown")


def test_a_file_that_was_cut_short_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "items.parquet"
    write_item_table(TABLE, path)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(UserError, match=r"items\.parquet is no whole item table \("):
        read_item_table(str(path))


def test_a_flipped_bit_of_a_value_is_found(tmp_path: Path) -> None:
    path = tmp_path / "items.parquet"
    write_item_table(TABLE, path)
    whole = path.read_bytes()
    place = whole.index(b"gown")
    path.write_bytes(whole[:place] + b"town" + whole[place + 4 :])
    with pytest.raises(UserError, match="is no whole item table"):
        read_item_table(str(path))


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"item": ["a"], "category": ["b"]}, "its columns are item, category"),
        ({"item_id": ["a", "a"]}, "holds an item twice"),
        ({"item_id": ["a", None]}, "none in place of one"),
        ({"item_id": ["a"], "size": [14]}, "holds what is no text"),
    ],
)
def test_another_table_is_one_sentence(
    tmp_path: Path, columns: dict, reason: str
) -> None:
    with pytest.raises(UserError, match=reason):
        read_item_table(_parquet(tmp_path / "items.parquet", **columns))
