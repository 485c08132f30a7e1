"""A refused row and where it stands in the input."""

from dataclasses import dataclass

from pipeline.parse.rows import Reject


@dataclass(frozen=True)
class PlacedReject:
    """A refused row and where it stands.

    Attributes:
      ordinal: the file's place among all files.
      path: the file.
      block: where the block starts in the file (a byte, or a row of Parquet).
      reject: the row, its place in the block, and the reason.
    """

    ordinal: int
    path: str
    block: int
    reject: Reject

    @property
    def order(self) -> tuple[int, int, int]:
        """Sorts rejects by their place in the input."""
        return self.ordinal, self.block, self.reject.row
