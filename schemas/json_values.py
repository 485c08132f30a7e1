"""JSON as Python's own parser reads it, with no limit on the digits of a number."""

import json
import sys
from typing import Any

# Numbers of so many digits become integers whatever limit the interpreter is given.
_MOST_DIGITS = sys.int_info.str_digits_check_threshold


def parse_json(data: str | bytes) -> Any:
    """Parses a document.

    Whole numbers of very many digits, which Python refuses to convert, are given as
    text: as ids the two are the same.

    Raises:
      ValueError: it is not JSON, or not UTF-8.
      RecursionError: it is nested more deeply than Python follows.
    """
    return json.loads(data, parse_int=_whole_number)


def json_text(value: Any, ensure_ascii: bool = False) -> str:
    """Returns a parsed value as JSON again, however deeply it is nested."""
    try:
        return json.dumps(value, ensure_ascii=ensure_ascii)
    except RecursionError:  # At less depth than in parsing, where more was called.
        return "(nested too deeply to be shown)"


def _whole_number(digits: str) -> int | str:
    return int(digits) if len(digits) <= _MOST_DIGITS else digits
