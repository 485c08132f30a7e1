"""What everything that can be measured has in common, model or baseline."""

from typing import Protocol

from trainer.array_types import Batch, Scores


class Scorer(Protocol):
    """Scores every item of the catalogue as the next of each history."""

    @property
    def name(self) -> str:
        """The name in tables and JSON, unique among what is compared."""
        ...

    def score(self, batch: Batch) -> Scores:
        """Scores the items 1 ... N.

        Args:
          batch: the input features of B held-out examples by name, as in
            `schemas.features.example_features`: `item_id`, `nb_days` and
            `gap_days` int32 [B, W], `start` int32 [B], `day` int32 [B, W + 1],
            whose last column is the day for which an answer is asked. Neither
            `target` nor `seen` is among them.

        Returns:
          Floats [B, N], larger is better; column j belongs to item j + 1.
        """
        ...
