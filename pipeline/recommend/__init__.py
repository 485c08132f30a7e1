"""Recommendations for every user of a log, by an exported model."""
