import json

import pytest

from pipeline.input.first_rows import FEWEST_TELLING_ROWS, check_first_rows
from schemas.errors import UserError
from tests.faults.input.reading import cut_into, options_of, read

FIELDS = ("user_id", "item_id", "date")
WHOLE = {"user_id": "u", "item_id": "i", "date": "2016-04-20"}
WITHOUT = {"user_id": "u", "sku": "i", "date": "2016-04-20"}


def lines(*rows):
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def test_a_field_that_none_of_the_first_rows_has_is_told_with_those_there_are():
    with pytest.raises(
        UserError,
        match=r"f has no field `item_id`; .* are: `user_id`, `sku`, `date`",
    ):
        check_first_rows(lines(*[WITHOUT] * FEWEST_TELLING_ROWS), FIELDS, "f")


@pytest.mark.parametrize(
    "start",
    [
        b"",
        lines(*[WITHOUT] * (FEWEST_TELLING_ROWS - 1)),
        lines(*[WITHOUT] * 500, WHOLE),
        # The fields of a row that is refused for other reasons count, too.
        lines(*[WITHOUT] * 500, {"item_id": None}),
        # What is no object says nothing, and the last line may be cut.
        b"[1]\n" * 500 + b"{\n" * 500 + lines(*[WITHOUT] * 99) + lines(WITHOUT)[:9],
        b"[" * 100_000 + b"\n",
    ],
    ids=["empty", "few", "one has it", "null", "no objects", "deep"],
)
def test_other_files_are_read(start):
    assert check_first_rows(start, FIELDS, "f") is None


@pytest.mark.parametrize("block_bytes", [100, 3_000, 1 << 20])
def test_rows_without_a_field_in_the_middle_of_a_file_are_refused_rows(
    tmp_path, block_bytes
):
    # Numbers among text divide Arrow's blocks, so that some are of such rows alone.
    rows = [WHOLE] * 400 + [{**WHOLE, "user_id": 7}, *[WITHOUT] * 300]
    rows += [{**WHOLE, "user_id": 7}, *[WHOLE] * 400]
    path = tmp_path / "a.jsonl"
    path.write_bytes(lines(*rows))
    with cut_into(3 * block_bytes, block_bytes):
        found = read(path, options_of())
    assert (found.num_accepted, found.reasons) == (802, {"missing_field": 300})
