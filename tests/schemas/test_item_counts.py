import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.item_counts import counts_from_text, counts_to_text


@given(st.lists(st.integers(0, 2**63)))
def test_counts_come_back(counts):
    assert counts_from_text(counts_to_text(counts).encode(), len(counts)) == counts


@pytest.mark.parametrize(
    "text", [b"1\n2\n", b"1\n2\n3\n4\n", b"1\n2\n-3\n", b"1\n2\nx"]
)
def test_other_text_is_refused(text):
    with pytest.raises(ValueError, match=r"must hold 3 counts|invalid literal"):
        counts_from_text(text, 3)
