"""Refused rows of a block as bytes, the form in which they cross a shuffle.

One element a block in place of one Python object a row; text compresses well.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pyarrow as pa

from pipeline.arrays import columns
from pipeline.parse.rows import Reject

# Binary, and not text: what was found may hold lone surrogates.
_SCHEMA = pa.schema(
    [
        ("row", pa.int64()),
        ("reason", pa.string()),
        ("detail", pa.large_binary()),
        ("text", pa.large_binary()),
    ]
)


@dataclass(frozen=True)
class RejectBatch:
    """Refused rows that follow each other in one block.

    Attributes:
      ordinal: the file's place among all files.
      path: the file.
      block: where the block starts in the file (a byte, or a row of Parquet).
      first_row: the place of the first of them in the block.
      rows: the rows, serialised, in their order.
    """

    ordinal: int
    path: str
    block: int
    first_row: int
    rows: bytes

    @property
    def order(self) -> tuple[int, int, int]:
        """Sorts batches by their place in the input."""
        return self.ordinal, self.block, self.first_row

    def rejects(self) -> Iterator[Reject]:
        """Yields the rows."""
        for row in columns.from_bytes(self.rows).to_pylist():
            detail, text = _text(row["detail"]), _text(row["text"])
            yield Reject(row["row"], row["reason"], detail, text)


def reject_batch(
    ordinal: int, path: str, block: int, rejects: Sequence[Reject]
) -> RejectBatch:
    """Returns a batch of some rows, of at least one and in any order."""
    ordered = sorted(rejects, key=lambda reject: reject.row)
    batch = pa.record_batch(
        [
            [reject.row for reject in ordered],
            [reject.reason for reject in ordered],
            [_bytes(reject.detail) for reject in ordered],
            [_bytes(reject.text) for reject in ordered],
        ],
        schema=_SCHEMA,
    )
    return RejectBatch(ordinal, path, block, ordered[0].row, columns.to_bytes(batch))


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogatepass")
