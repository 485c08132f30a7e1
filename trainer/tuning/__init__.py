"""The search for good settings: what `python -m trainer tune` does."""
