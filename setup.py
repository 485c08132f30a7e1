"""What Beam's `--setup_file` asks for; everything is said in pyproject.toml.

Beam packs the code for remote workers with `python setup.py sdist` from this folder,
whatever the current one is.
"""

from setuptools import setup

setup()
