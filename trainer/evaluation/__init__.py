"""Measuring models and baselines alike, by ranking the whole catalogue."""

# Here, where a command line finds them without importing NumPy.
DEFAULT_RESAMPLES = 1000
# With fewer, no resample lies beyond a 2.5 % quantile.
FEWEST_RESAMPLES = 40
