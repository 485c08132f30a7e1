"""The commands of `python -m trainer`, one to a file.

Each has `add_arguments(parser)` and `run(args) -> int`, and imports TensorFlow in
`run` alone, so that `--help` and a wrong flag answer at once.
"""
