"""Measuring models and baselines alike, by ranking the whole catalogue."""
