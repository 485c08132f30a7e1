"""Simple recommenders that a model must beat, one a file.

Each is a `trainer.evaluation.protocol.Scorer` with a class method `fit` that takes
the `TrainingEvents` of a data set. A new one is a file here and a line in
`BASELINES`.
"""

from collections.abc import Callable

from trainer.baselines.events import TrainingEvents
from trainer.baselines.markov import Markov
from trainer.baselines.popularity import Popularity
from trainer.evaluation.protocol import Scorer

BASELINES: dict[str, Callable[[TrainingEvents], Scorer]] = {
    "popularity": Popularity.fit,
    "markov_1": Markov.fit,
}


def fit_baselines(events: TrainingEvents) -> list[Scorer]:
    """Returns every baseline of `BASELINES`, fitted on `events`."""
    return [fit(events) for fit in BASELINES.values()]
