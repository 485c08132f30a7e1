import gzip
import hashlib
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import UserError
from schemas.rules.item_files import (
    ItemFile,
    blocked_items,
    read_item_file,
    vocabulary_items,
)

VOCABULARY = ("a", "b", "c", "é")


def read(data: bytes) -> ItemFile:
    return read_item_file(io.BytesIO(data), "exclude", "f.txt")


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_ids_are_read_one_a_line(pack):
    data = pack("\ufeffa\r\n\n\n b\né\na\nlast".encode())
    found = read(data)
    # A space is part of an id, as in the training data.
    assert found.items == {"a", " b", "é", "last"}
    assert found.digest == hashlib.sha256(data).hexdigest()


def test_an_empty_file_names_nothing():
    assert read(b"").items == frozenset()
    assert read(b"\n\n").items == frozenset()


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"a\nJos\xe9\n", "--exclude f.txt, line 2, is not UTF-8 (invalid"),
        (b"a\n" + b"x" * (1 << 20) + b"yz", "--exclude f.txt, line 2, has more than"),
        (gzip.compress(b"a\nb\n")[:-6], "--exclude f.txt is not a whole gzip file ("),
        (b"\x1f\x8bhalf", "--exclude f.txt is not a whole gzip file ("),
        (gzip.compress(b"a" * 99)[:20] + b"\xff" * 30, "is not a whole gzip file ("),
    ],
    ids=["not UTF-8", "long line", "cut gzip", "only a start", "broken gzip"],
)
def test_what_holds_no_ids_is_told_in_a_sentence(data, problem):
    with pytest.raises(UserError) as raised:
        read(data)
    assert problem in str(raised.value)


def file_of(flag, *items):
    return ItemFile(flag, f"{flag}.txt", frozenset(items), "")


def test_items_of_exclude_are_blocked_and_unknown_ones_counted():
    exclude = file_of("exclude", "b", "é", "new", "newer")
    assert blocked_items(VOCABULARY, exclude, None) == (
        b"\0\1\0\1",
        ["2 of 4 items of exclude.txt are not known to the model"],
    )


def test_all_but_the_items_of_only_are_blocked():
    only = file_of("only", "b", "new")
    assert blocked_items(VOCABULARY, None, only) == (
        b"\1\0\1\1",
        ["1 of 2 items of only.txt are not known to the model"],
    )


def test_an_item_of_both_is_blocked():
    both = file_of("exclude", "b"), file_of("only", "b", "c")
    assert blocked_items(VOCABULARY, *both) == (b"\1\1\0\1", [])
    assert blocked_items(VOCABULARY, None, None) == (b"\0\0\0\0", [])


@pytest.mark.parametrize("items", [["new", "newer"], []], ids=str)
def test_only_unknown_items_are_an_error(items):
    with pytest.raises(UserError) as raised:
        blocked_items(VOCABULARY, None, file_of("only", *items))
    assert str(raised.value).startswith(
        f"none of {len(items)} items of --only only.txt is known to the model; give "
    )


ids = st.text(
    st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1, max_size=5
)


def test_a_vocabulary_that_is_empty_holds_no_item():
    assert vocabulary_items(b"") == []


@given(st.lists(ids, min_size=1, unique=True))
def test_a_vocabulary_and_a_list_of_all_its_items_say_the_same(items):
    text = "".join(f"{item}\n" for item in items).encode()
    assert vocabulary_items(text) == items
    read_again = read(text).items
    # But for the mark that files may begin with.
    assert read_again == {items[0].removeprefix("\ufeff"), *items[1:]} - {""}
