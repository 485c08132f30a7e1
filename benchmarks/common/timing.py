"""Times of several ways to do one thing, taken in turns."""

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

ROUNDS = 5


@dataclass(frozen=True)
class Timing:
    """The times of one way.

    Attributes:
      name: of the way.
      seconds: of each round.
    """

    name: str
    seconds: tuple[float, ...]

    @property
    def median(self) -> float:
        """The median of the rounds, in seconds."""
        return statistics.median(self.seconds)

    def ratio_to(self, other: "Timing") -> float:
        """Returns how many times as long as the other it takes, by the medians."""
        return self.median / other.median


def alternate(
    ways: Mapping[str, Callable[[], object]],
    rounds: int = ROUNDS,
    clock: Callable[[], float] = time.perf_counter,
) -> list[Timing]:
    """Runs the ways in turns, so that a slow minute of the machine hits all alike.

    Each runs once before that without being timed: it is traced and its caches are
    filled. Every other round goes backwards, so that none always follows the same
    one.

    Args:
      ways: what to time, by name.
      rounds: how often.
      clock: tells the seconds.

    Returns:
      Their times, in the order of `ways`.
    """
    for run in ways.values():
        run()
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(rounds):
        names = list(ways)
        for name in names if number % 2 == 0 else reversed(names):
            start = clock()
            ways[name]()
            seconds[name].append(clock() - start)
    return [Timing(name, tuple(values)) for name, values in seconds.items()]


def in_turns(
    ways: Mapping[str, Callable[[], float]], rounds: int = ROUNDS
) -> list[Timing]:
    """Runs ways that tell their own seconds, in the order of `alternate`.

    Args:
      ways: what to run, by name; returns its seconds.
      rounds: how often.

    Returns:
      Their times, in the order of `ways`.
    """
    told: dict[str, list[float]] = {name: [] for name in ways}

    def telling(name: str) -> Callable[[], None]:
        return lambda: told[name].append(ways[name]())

    alternate({name: telling(name) for name in ways}, rounds)
    # The first of each, which fills caches, does not count.
    return [Timing(name, tuple(seconds[1:])) for name, seconds in told.items()]
