"""Which file of rejects a block's refused rows go to."""

import pytest

from pipeline.accounting.reject_batch import reject_batch
from pipeline.input.input_files import FileRange
from pipeline.parse.rows import MISSING, Reject
from pipeline.steps.read import STRETCH_BYTES, STRETCH_ROWS, stretch_of
from pipeline.steps.write import key_by_file


@pytest.mark.parametrize(
    ("format", "size"), [("jsonl", STRETCH_BYTES), ("parquet", STRETCH_ROWS)]
)
def test_a_large_file_is_spread_however_it_is_cut(format, size):
    for start in (0, size // 2, size * 3):
        part = FileRange(4, "a", format, start, None)
        assert stretch_of(part, 0) == 4
        assert stretch_of(part, size - 1) == 4
        assert stretch_of(part, size) == 5
        assert stretch_of(part, 10 * size + 7) == 14


def test_there_are_no_more_files_than_asked_for():
    rejects = reject_batch(0, "a", 0, [Reject(0, MISSING, "", "")])
    keys = [key_by_file((stretch, rejects), 3) for stretch in range(7)]
    assert [file for file, _ in keys] == [0, 1, 2, 0, 1, 2, 0]
    assert {batch for _, batch in keys} == {rejects}
