"""From columns to batches: which rows, in which order, how they are masked and cut."""
