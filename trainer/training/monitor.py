"""The figure that decides which epoch is kept, and when training stops."""

from collections.abc import Mapping
from dataclasses import dataclass

from trainer.training.validation import Validation

NDCG = "val_ndcg@10"
EVAL_LOSS = "val_loss"
LOSS = "loss"


@dataclass(frozen=True)
class Monitor:
    """A figure of an epoch.

    Attributes:
      name: `NDCG`, of which more is better, and where it is the same, less of
        `EVAL_LOSS`; or `EVAL_LOSS` or `LOSS`, of which less is.
    """

    name: str

    def is_better(self, one: Mapping[str, float], other: Mapping[str, float]) -> bool:
        """Whether an epoch is better than another one, and not as good.

        Args:
          one: its figures, by name.
          other: those of the other one.
        """
        return self._order(one) < self._order(other)

    def _order(self, figures: Mapping[str, float]) -> tuple[float, ...]:
        if self.name != NDCG:
            return (figures[self.name],)
        # On a small split it is 0 in the first epochs, though the model learns.
        return -figures[NDCG], figures[EVAL_LOSS]


def monitor_of(validation: Validation | None) -> Monitor:
    """Returns what decides where an eval split is measured so, or there is none.

    Where no target can be hit NDCG is 0 in all epochs: it would keep the first one.
    """
    if validation is None or not validation.num_known:
        return Monitor(LOSS)
    return Monitor(NDCG if validation.num_reachable else EVAL_LOSS)
