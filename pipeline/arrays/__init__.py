"""Columns of Arrow: their bytes, digests and divisions; Beam is not needed."""
