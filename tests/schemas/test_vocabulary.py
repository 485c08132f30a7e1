"""Vocabulary files, as all readers of them take them."""

import pytest

from schemas.vocabulary import vocabulary_lines


@pytest.mark.parametrize(
    ("data", "lines"),
    [
        (b"", []),
        (b"a", [b"a"]),
        (b"a\n", [b"a"]),
        (b"a\nb", [b"a", b"b"]),
        (b"a\r\nb\r\n", [b"a\r", b"b\r"]),
        (b"a\rb\n\r", [b"a\rb", b"\r"]),
        (
            b"a\x0b\x0c\x1c\xc2\x85\xe2\x80\xa8b\n",
            [b"a\x0b\x0c\x1c\xc2\x85\xe2\x80\xa8b"],
        ),
        (b"\n", [b""]),
        (b"a\n\n", [b"a", b""]),
        (b"\xff\n", [b"\xff"]),
    ],
)
def test_a_text_ends_at_a_line_feed_alone(data, lines):
    assert vocabulary_lines(data) == lines
