"""The pipeline: its speed, and what it takes at any size."""
