"""The config that benchmarks start from."""

from pathlib import Path

# The notebook's model at a size that trains in a minute. A file of its own: ready
# configs follow from what is measured here, and must not change what is measured.
SMALL_NOTEBOOK = str(Path(__file__).parents[1] / "quality" / "small_notebook.json")
