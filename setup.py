"""What Beam's `--setup_file` asks for; everything is said in pyproject.toml.

Beam packs the code for remote workers from this folder, whatever the current one is:
with the package `build` where it is installed (the extra gcp), else `setup.py sdist`.
"""

from setuptools import setup

setup()
