"""Histories and windows of them: the window rule, splits and what was seen before."""
