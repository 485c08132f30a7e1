"""Every broken file ends in refused rows with reasons, or in one clear sentence."""

import re

import pytest

from tests.faults.input.corpus import CASES
from tests.faults.input.invariants import check_reading
from tests.faults.input.reading import options_of, read

_SMALL_BYTES = 4096


def test_there_are_at_least_sixty_broken_files_and_each_is_one_of_its_kind():
    names = {case.name for case in CASES}
    assert len(names) == len(CASES) >= 60
    assert len({case.content for case in CASES if not case.is_big}) > len(CASES) - 20


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(
            case, id=case.name, marks=pytest.mark.slow if "40_mb" in case.name else ()
        )
        for case in CASES
    ],
)
def test_broken_file_ends_in_reasons_or_in_one_sentence(case, tmp_path):
    path = tmp_path / case.name
    path.write_bytes(case.data)
    reading = read(path, options_of(**case.changes))
    if case.sentence:
        assert re.search(case.sentence, reading.sentence), reading.sentence
        assert str(path) in reading.sentence
        assert reading.sentence.isprintable()
        assert len(reading.sentence) < len(str(path)) + 1500
        return
    assert reading.sentence == ""
    assert (reading.num_accepted, reading.reasons) == (case.accepted, case.rejected)
    assert reading.num_read == case.accepted + sum(case.rejected.values())


@pytest.mark.parametrize(
    "case",
    [case for case in CASES if not case.is_big and len(case.data) < _SMALL_BYTES],
    ids=lambda case: case.name,
)
def test_broken_file_is_read_alike_however_it_is_cut(case, tmp_path):
    path = tmp_path / case.name
    path.write_bytes(case.data)
    for block_bytes in (1, 7, 64):
        check_reading(path, options_of(**case.changes), block_bytes)


@pytest.mark.parametrize(
    "case",
    [case for case in CASES if not case.is_big and ".jsonl" in case.name],
    ids=lambda case: case.name,
)
def test_attributes_change_no_row_of_a_broken_file(case, tmp_path):
    path = tmp_path / case.name
    path.write_bytes(case.data)
    # One field is in some of the files, the other in none.
    asked = options_of(**case.changes, item_fields=("rating", "of no file"))
    assert read(path, asked) == read(path, options_of(**case.changes))
