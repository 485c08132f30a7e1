"""Windows of a data set in words, for `inspect` of both programs."""

import hashlib

from schemas.days import iso_date
from schemas.inspection.data_set_view import Event, Window

_DIGEST_BYTES = 8
_HEADER = ("date", "item", "id", "age bucket", "gap bucket")


def aligned(rows: list[tuple[str, str]]) -> list[str]:
    """Returns lines of names and values; a name is empty where the value goes on."""
    width = max(len(name) for name, _ in rows)
    return [f"{name:<{width}}  {value}".rstrip() for name, value in rows]


def window_lines(
    windows: list[Window], split: str, num_items: int, show_users: bool
) -> list[str]:
    """Returns the windows in words, an empty line before each.

    Args:
      windows: of `schemas.inspection.data_set_view.read_windows`.
      split: where they are from.
      num_items: N, the size of the vocabulary.
      show_users: name users, in place of a digest of each.
    """
    lines = []
    for number, window in enumerate(windows, start=1):
        first = window.start + 1
        lines += [
            "",
            f"{split} window {number}: {_user(window.user, show_users)}, "
            f"events {first} to {first + len(window.inputs)} of the history",
            *_table(window, num_items),
        ]
        if window.num_seen is not None:
            lines.append(f"  different items before the target: {window.num_seen}")
    return lines


def _user(user: bytes, is_shown: bool) -> str:
    if is_shown:
        # Ids of users hold no control character, whatever else a record may hold.
        text = user.decode(errors="replace")
        return f"user {text if text.isprintable() else repr(text)}"
    digest = hashlib.blake2b(user, digest_size=_DIGEST_BYTES).hexdigest()
    return f"user with the digest {digest}"


def _table(window: Window, num_items: int) -> list[str]:
    rows = [_HEADER]
    for event in window.inputs:
        rows.append((*_start(event, num_items), str(event.age), str(event.gap)))
    rows.append((*_start(window.target, num_items), "target", ""))
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADER))]
    return [
        f"  {date:<{widths[0]}}  {item:<{widths[1]}}  {item_id:>{widths[2]}}  "
        f"{age:>{widths[3]}}  {gap:>{widths[4]}}".rstrip()
        for date, item, item_id, age, gap in rows
    ]


def _start(event: Event, num_items: int) -> tuple[str, str, str]:
    """Returns date, item and id as text."""
    if event.item is not None:
        item = event.item if event.item.isprintable() else repr(event.item)
    elif event.id > num_items:
        item = "(not in the vocabulary)"
    else:
        # In training windows the target of an unknown item is left blank.
        item = "(unknown, not learned from)"
    return iso_date(event.day), item, str(event.id)
