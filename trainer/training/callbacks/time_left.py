"""How long a training may take yet."""

import time
from collections.abc import Callable

from trainer.durations import format_duration


class TimeLeft:
    """Guesses from the speed so far, validation included.

    Args:
      epochs: the most epochs; patience may end the training before.
      done: epochs that an earlier call has done, and the share of the one that it
        began: these take no time now, and tell no speed.
      clock: tells the seconds.
    """

    def __init__(
        self,
        epochs: int,
        done: float = 0.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._epochs, self._done, self._clock = epochs, done, clock
        self._began: float | None = None

    def after(self, epochs: float) -> str:
        """Returns what is left in words; empty before the first step and at the end.

        Args:
          epochs: those that are over, and the share of the one at work.
        """
        now = self._clock()
        if self._began is None or epochs <= self._done:
            self._began = now
            return ""
        if epochs >= self._epochs:
            return ""
        an_epoch = (now - self._began) / (epochs - self._done)
        seconds = an_epoch * (self._epochs - epochs)
        return f"at most {format_duration(max(seconds, 1))} left"
