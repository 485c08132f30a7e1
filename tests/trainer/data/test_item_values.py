from pathlib import Path

import pytest

from schemas.errors import UserError
from tests.support.data_sets import cyclic_windows, write_data_set
from trainer.data.data_set import open_data_set
from trainer.data.item_values import item_values

ATTRIBUTES = {
    "category": ("gown", "dress", "dress", None, "gown"),
    "body type": (None, "petite", None, None, "tall é"),
}


def _data_set(folder: Path, attributes=None):
    windows = cyclic_windows(12, 5, 3, 0)
    path = write_data_set(
        folder, windows, num_items=5, max_length=3, attributes=attributes
    )
    return open_data_set(path)


def test_ids_of_values_by_item_id(tmp_path: Path) -> None:
    data_set = _data_set(tmp_path / "data", ATTRIBUTES)
    found = item_values(data_set, ["body type", "category"])
    # Of equally many items the larger bytes come first.
    assert found.sizes == (2, 2)
    assert found.ids.tolist() == [
        [0, 0],
        *([0, 1], [2, 2], [0, 2], [0, 0], [1, 1]),
        [0, 0],
    ]


def test_no_fields_need_no_table(tmp_path: Path) -> None:
    found = item_values(_data_set(tmp_path / "data"), [])
    assert found.sizes == ()
    assert found.ids.shape == (7, 0)


def test_a_field_that_the_data_set_has_not_is_one_sentence(tmp_path: Path) -> None:
    data_set = _data_set(tmp_path / "data", ATTRIBUTES)
    with pytest.raises(
        UserError, match=r"--item_features size is no .* has category, body type; name"
    ):
        item_values(data_set, ["category", "size"])
    other = _data_set(tmp_path / "other")
    with pytest.raises(
        UserError, match=r"category is no attribute of .*/other, which has none; name"
    ):
        item_values(other, ["category"])


@pytest.mark.parametrize(
    "damaged", ["items.parquet", "transform_fn/assets/item_field_1_vocabulary"]
)
def test_a_file_that_was_changed_is_named(tmp_path: Path, damaged: str) -> None:
    data_set = _data_set(tmp_path / "data", ATTRIBUTES)
    (tmp_path / "data" / damaged).write_bytes(b"changed\n")
    with pytest.raises(UserError, match=rf"{damaged} is damaged or of another data"):
        item_values(data_set, ["body type"])


def test_a_table_that_no_manifest_names_is_not_read(tmp_path: Path) -> None:
    data_set = _data_set(tmp_path / "data")
    (tmp_path / "data" / "items.parquet").write_bytes(b"of an earlier data set")
    assert data_set.item_table is None
