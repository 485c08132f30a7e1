"""The library that makes the scripts of shell completion."""

from typing import Any


def completion_library() -> Any:
    """Returns the module shtab; only --print_completion needs it."""
    import shtab

    return shtab
