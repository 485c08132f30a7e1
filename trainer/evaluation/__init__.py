"""Measuring models and baselines alike, by ranking the whole catalogue."""

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

DEFAULT_RESAMPLES = 1000
# With fewer, no resample lies beyond a 2.5 % quantile.
FEWEST_RESAMPLES = 40
