"""A line of JSON is judged alike whatever stands before and behind it.

Alone it is parsed by Python, among good lines by Arrow, and the two take different text
for JSON.
"""

import pytest

from tests.faults.input.cases import GOOD
from tests.faults.input.reading import Reading, options_of, read


def read_lines(folder, data: bytes) -> Reading:
    path = folder / "reviews.jsonl"
    path.write_bytes(data)
    return read(path, options_of())


@pytest.mark.parametrize("neighbour", [b"", GOOD, b"bad\n", b'{"user_id": []}\n'])
@pytest.mark.parametrize(
    "other",
    [b"[" * 5_000 + b"]" * 5_000, b"-Inf", b"-NaN", b"9" * 5_000, b'"\xff"', b"1e999"],
    ids=["deep", "infinity", "nan", "long", "bytes", "large"],
)
def test_what_an_unneeded_field_holds_is_no_matter_of_the_neighbours(
    tmp_path, other, neighbour
):
    line = b'{"other": %s, %s' % (other, GOOD[1:])
    for data in (line + neighbour, neighbour + line):
        reading = read_lines(tmp_path, data)
        assert reading.num_read == 1 + bool(neighbour)
        assert reading.num_accepted == 1 + (neighbour == GOOD)


def test_nul_hides_nothing_that_follows_it(tmp_path):
    reading = read_lines(tmp_path, GOOD[:-1] + b"\0{}\n" + GOOD)
    assert [event.row for event in reading.events] == [2]
    # As many objects as lines, were what follows the NUL passed over.
    reading = read_lines(tmp_path, GOOD[:-1] + GOOD + GOOD[:-1] + b"\0{}\n{}\n")
    assert [reject.row for reject in reading.rejects] == [1, 2, 3]
