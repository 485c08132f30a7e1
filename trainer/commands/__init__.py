"""What the commands of `python -m trainer` take, one to a file.

Each has `EXAMPLE`, `add_arguments(parser)` and `options(args)`, which turns parsed
flags into a frozen dataclass or raises `UsageError`. None imports TensorFlow, so that
`--help` and a wrong flag answer at once; the work is in `trainer.work`.
"""
