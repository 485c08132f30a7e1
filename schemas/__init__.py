"""The contract between `pipeline` and `trainer`.

Everything the two programs must agree on stands here and nowhere else: feature
names and shapes, ids, the window and split settings, the layout of a data set
on disk, and its manifest; in folders what both do alike: command lines (`cli`), folders
that are whole or not there (`storage`), rules of ranking (`rules`), and data sets in
words (`inspection`). Only the standard library is imported, so that either
side can load the contract without the other side's dependencies.
"""
