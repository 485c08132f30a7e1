"""What a call says where it refuses."""

from collections.abc import Callable
from typing import Any

from schemas.errors import UserError


def refusal_of(call: Callable[..., Any], *arguments: Any) -> str | None:
    """Calls, and returns the sentence of its `UserError`; None where it raises none."""
    try:
        call(*arguments)
    except UserError as error:
        return str(error)
    return None
