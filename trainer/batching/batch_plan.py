"""How many rows a batch holds, by the width that they need."""

from dataclasses import dataclass

from trainer.batching.target_counts import TargetCounts
from trainer.batching.widths import window_widths


@dataclass(frozen=True)
class BatchPlan:
    """The batches of an epoch; all rows of one need the same width.

    Attributes:
      widths: as `window_widths` gives them.
      rows: for each width, the rows of a batch.
      batches: for each width, the batches that hold all rows, the last partly filled.
    """

    widths: tuple[int, ...]
    rows: tuple[int, ...]
    batches: tuple[int, ...]

    @property
    def num_batches(self) -> int:
        """The steps of an epoch."""
        return sum(self.batches)


def plan_batches(counts: TargetCounts, max_length: int, batch_size: int) -> BatchPlan:
    """Plans batches without much padding, of about as many targets each.

    Where windows are long, most are far shorter, and batches that mix them are mostly
    padding. But a step's loss is the mean over its targets: with as many short rows
    to a batch as long ones, a target of a short row would weigh several times one of
    a long row. So batches of short rows hold more rows, as batches of about equal
    numbers of tokens do in machine translation (Ott et al., 2019, fairseq).

    Args:
      counts: what the training split holds.
      max_length: W.
      batch_size: rows of a batch of average rows. No batch has more steps, padding
        among them, than so many full rows.
    """
    widths = window_widths(max_length)
    num_rows, num_targets = int(counts.rows.sum()), int(counts.learned.sum())
    rows, batches = [], []
    for width, rows_here, targets_here in zip(
        widths, counts.rows.tolist(), counts.learned.tolist(), strict=True
    ):
        most = batch_size * max_length // width
        if targets_here:
            equal = batch_size * (num_targets / num_rows) * (rows_here / targets_here)
        else:
            equal = batch_size
        rows.append(min(max(round(equal), 1), most))
        batches.append(-(-rows_here // rows[-1]))
    return BatchPlan(widths, tuple(rows), tuple(batches))
