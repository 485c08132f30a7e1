"""Where a graph runs: Beam's flags, what each engine needs, and following a job."""
