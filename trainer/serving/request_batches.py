"""Cuts requests into the batches that a model is asked at once, in their order."""

from collections.abc import Iterable, Iterator

from trainer.serving.requests import Request

MOST_ROWS = 256
# Rows times the events of the longest: all rows are padded to it, and the graph takes
# half a kB for each date that it reads. Room for 256 histories of 64 events.
MOST_CELLS = 1 << 14


def batches_of(requests: Iterable[Request]) -> Iterator[list[Request]]:
    """Yields requests in their order, as many at a time as the bounds let.

    A history that is longer than `MOST_CELLS` is a batch of its own.

    Yields:
      1 to `MOST_ROWS` requests.
    """
    batch: list[Request] = []
    longest = 0
    for request in requests:
        length = len(request.history) + len(request.seen)
        padded = max(longest, length)
        if batch and (
            len(batch) == MOST_ROWS or (len(batch) + 1) * padded > MOST_CELLS
        ):
            yield batch
            batch, padded = [], length
        batch.append(request)
        longest = padded
    if batch:
        yield batch
