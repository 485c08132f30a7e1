"""Several models and baselines on one data set, in one table."""
