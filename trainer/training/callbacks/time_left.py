"""How long a training may take yet."""

import time
from collections.abc import Callable

from trainer.durations import format_duration


class TimeLeft:
    """Guesses from the speed so far, validation included.

    Args:
      epochs: the most epochs; patience may end the training before.
      clock: tells the seconds.
    """

    def __init__(
        self, epochs: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._epochs, self._clock = epochs, clock
        self._start: tuple[float, float] | None = None

    def after(self, epochs: float) -> str:
        """Returns what is left in words; empty at the first call and at the end.

        Args:
          epochs: those that are over, and the share of the one at work. They need not
            begin at 0: a training may have gone on.
        """
        now = self._clock()
        if self._start is None:
            self._start = epochs, now
            return ""
        first, began = self._start
        if epochs <= first or epochs >= self._epochs:
            return ""
        seconds = (now - began) / (epochs - first) * (self._epochs - epochs)
        return f"at most {format_duration(max(seconds, 1))} left"
