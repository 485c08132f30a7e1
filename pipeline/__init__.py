"""A Beam pipeline from a log of reviews to windows that a sequence model learns from.

Reads `read`, cuts `sequence`, learns and applies ids and buckets `transform`, writes
`write`; `graph` shows the whole. The algorithms stand in files of their own, over
NumPy and Arrow, and import no Beam.
"""
