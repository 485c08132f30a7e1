"""How often each item was trained on, as an export keeps it: a number a line, by id."""

from collections.abc import Iterable


def counts_to_text(counts: Iterable[int]) -> str:
    """Returns the text of the file.

    Args:
      counts: [N], the training events of the items 1 ... N.
    """
    return "".join(f"{count}\n" for count in counts)


def counts_from_text(text: bytes, num_items: int) -> list[int]:
    """Returns the counts whose `counts_to_text` is `text`.

    Raises:
      ValueError: it is not the text of `num_items` counts.
    """
    counts = [int(line) for line in text.split()]
    if len(counts) != num_items or min(counts, default=0) < 0:
        raise ValueError(f"`text` must hold {num_items} counts, got {len(counts)}.")
    return counts
