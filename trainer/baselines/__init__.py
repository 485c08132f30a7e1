"""Simple recommenders that a model must beat, one a file.

Each is a `trainer.evaluation.protocol.Scorer` with a class method `fit` that takes
the `TrainingEvents` of a data set. A new one is a file here and a line in
`BASELINES`.
"""

from collections.abc import Callable, Iterable
from functools import partial

from trainer.baselines.item_knn import ItemKnn
from trainer.baselines.markov import Markov
from trainer.baselines.popularity import Popularity
from trainer.baselines.recent_popularity import RecentPopularity
from trainer.data.training_events import TrainingEvents
from trainer.evaluation.protocol import Scorer

# Those of every table, in its order.
BASELINES: dict[str, Callable[[TrainingEvents], Scorer]] = {
    "popularity": Popularity.fit,
    "recent_popularity": RecentPopularity.fit,
    "markov_1": Markov.fit,
    "markov_5": partial(Markov.fit, max_gap=5),
    "item_knn": ItemKnn.fit,
}

# Those that are fitted where they are asked for by name.
BY_NAME: dict[str, Callable[[TrainingEvents], Scorer]] = {
    **BASELINES,
    **{f"markov_{gap}": partial(Markov.fit, max_gap=gap) for gap in (2, 3, 4)},
}


def fit_baselines(
    events: TrainingEvents, names: Iterable[str] = tuple(BASELINES)
) -> list[Scorer]:
    """Returns baselines fitted on `events`, in the order of `names`.

    Args:
      events: what they learn from.
      names: keys of `BY_NAME`.

    Raises:
      ValueError: there is no baseline of a name.
    """
    names = list(names)
    for name in names:
        if name not in BY_NAME:
            raise ValueError(f"`names` must be of {tuple(BY_NAME)}, got {name!r}.")
    return [BY_NAME[name](events) for name in names]
