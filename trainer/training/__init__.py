"""Training: from options and a data set to a run, also one that was stopped."""
