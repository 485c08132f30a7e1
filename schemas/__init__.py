"""The contract between `pipeline` and `trainer`.

Everything the two programs must agree on stands here and nowhere else: feature
names and shapes, ids, the window and split settings, the layout of a data set
on disk, and its manifest. Only the standard library is imported, so that either
side can load the contract without the other side's dependencies.
"""
