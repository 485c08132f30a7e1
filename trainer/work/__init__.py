"""What the commands of `python -m trainer` do, one to a file.

Each has `run(options)`, with what its neighbour in `trainer.commands` makes of the
flags. They import TensorFlow; `trainer.__main__` imports the one at hand when the flags
are known to be right.
"""
