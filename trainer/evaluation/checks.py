"""Checks of flags that every command which measures has."""

from schemas.errors import UsageError


def check_batch_size(batch_size: int | None) -> None:
    """Refuses a number of histories that cannot be scored at a time.

    Raises:
      UsageError: it is below 1; None is not.
    """
    if batch_size is not None and batch_size < 1:
        raise UsageError(f"--batch_size must be at least 1, got {batch_size}")
