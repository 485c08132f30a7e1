"""The figure that decides which epoch is kept, and when training stops."""

import operator
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from trainer.training.validation import Validation

NDCG = "val_ndcg@10"
EVAL_LOSS = "val_loss"
LOSS = "loss"


@dataclass(frozen=True)
class Monitor:
    """A figure of an epoch.

    Attributes:
      name: `NDCG`, of which more is better; or `EVAL_LOSS` or `LOSS`, of which less is.
    """

    name: str

    @property
    def mode(self) -> str:
        """`max` or `min`, as Keras has them."""
        return "max" if self.name == NDCG else "min"

    def is_better(self, figures: Mapping[str, float], than: float) -> bool:
        """Whether an epoch is better than one with the figure `than`."""
        better = {"max": operator.gt, "min": operator.lt}[self.mode]
        return bool(better(figures[self.name], than))

    def best(self, history: Sequence[Mapping[str, float]]) -> int:
        """Returns the number of the best epoch, from 1; of equal ones the first.

        Args:
          history: the figures of each epoch, by name; at least one.
        """
        best = 0
        for number, figures in enumerate(history):
            if self.is_better(figures, history[best][self.name]):
                best = number
        return best + 1


def monitor_of(validation: Validation | None) -> Monitor:
    """Returns what decides where an eval split is measured so, or there is none.

    Where no target can be hit NDCG is 0 in all epochs: it would keep the first one.
    """
    if validation is None or not validation.num_known:
        return Monitor(LOSS)
    return Monitor(NDCG if validation.num_reachable else EVAL_LOSS)
