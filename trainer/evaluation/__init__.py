"""Measuring models and baselines alike, by ranking the whole catalogue."""

from schemas.layout import EVAL

# Here, where a command line finds them without importing NumPy.

# Ends the name of a model that is kept from knowing when the next event comes.
GAP_HIDDEN = "(gap hidden)"
ABOUT_GAP_HIDDEN = (
    f"{GAP_HIDDEN}: not told when the next event comes, as no baseline is"
)

# What a reader of any figure measured on the eval split must know.
CHOSEN_ON_EVAL = (
    "the epoch that a run keeps was chosen on these targets: its row is flattered, no "
    "baseline's is"
)

# What a reader of figures of a run with --item_features must know.
LATEST_ATTRIBUTES = (
    "--item_features: an item's latest value, of held-out events too; it leaks where "
    "it changes"
)


def caveats_of_runs(split: str, *, with_attributes: bool) -> tuple[str, ...]:
    """Returns what must be known of figures of runs, beside what the data set leaks.

    Args:
      split: the split that they were measured on.
      with_attributes: whether one of the runs learned from attributes of items.
    """
    chosen = (CHOSEN_ON_EVAL,) if split == EVAL else ()
    return (*chosen, LATEST_ATTRIBUTES) if with_attributes else chosen


DEFAULT_RESAMPLES = 1000
# With fewer, no resample lies beyond a 2.5 % quantile.
FEWEST_RESAMPLES = 40
# Of fewer, no interval is given.
FEWEST_USERS = 2
