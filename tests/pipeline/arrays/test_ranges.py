import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pipeline.arrays.ranges import ranges

MOST = 1000


@given(st.lists(st.integers(0, MOST * 3 // 2), max_size=30))
def test_parts_cover_all_places_once_and_are_as_large_as_they_may(sizes):
    parts = list(ranges(np.asarray(sizes, np.int64), MOST))
    assert [place for begin, end in parts for place in range(begin, end)] == list(
        range(len(sizes))
    )
    for begin, end in parts:
        assert end - begin == 1 or sum(sizes[begin:end]) <= MOST
        assert end == len(sizes) or sum(sizes[begin : end + 1]) > MOST
