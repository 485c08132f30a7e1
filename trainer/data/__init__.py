"""A data set of the pipeline, as the trainer reads it: its files and its columns."""
