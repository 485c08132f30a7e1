"""Settings that are no longer what they were, in words."""

import json
from collections.abc import Collection, Mapping
from typing import Any


def changes(
    before: Mapping[str, Any],
    now: Mapping[str, Any],
    ignored: Collection[str] = (),
    place: str = "",
) -> list[str]:
    """Returns a phrase for each key of another value, such as "`a` was 1 and is now 2".

    Args:
      before: values as JSON holds them.
      now: likewise.
      ignored: keys that may differ.
      place: said behind each key.
    """
    return [
        f"`{key}`{place} was {_text(before, key)} and is now {_text(now, key)}"
        for key in sorted((before.keys() | now.keys()) - set(ignored))
        if before.get(key) != now.get(key)
    ]


def _text(values: Mapping[str, Any], key: str) -> str:
    return json.dumps(values[key]) if key in values else "not set"
