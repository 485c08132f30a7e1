"""Whether a worker's image fits this installation, as far as its name says."""

import re
import sys

import apache_beam as beam

from schemas.errors import UsageError

# apache/beam_python3.11_sdk:2.77.0, and the tags that containers/README.md gives to
# our own images: seamstress-pipeline:0.1.0-beam2.77.0-py3.11.
_BEAM = re.compile(r"_sdk:v?(\d+\.\d+\.\d+)|\bbeam-?(\d+\.\d+\.\d+)")
_PYTHON = re.compile(r"beam_python(\d+\.\d+)_sdk|\bpy(?:thon)?-?(\d+\.\d+)")


def check_image(image: str) -> None:
    """Checks the versions that an image's name or tag tells.

    What it does not tell, the pipeline's first step finds out on the worker.

    Raises:
      UsageError: the image is of another Beam or Python than this process, so that its
        workers could not read what is submitted.
    """
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    for what, pattern, here in (
        ("Beam", _BEAM, beam.__version__),
        ("Python", _PYTHON, python),
    ):
        found = pattern.search(image)
        told = found and next(group for group in found.groups() if group)
        if told and told != here:
            raise UsageError(
                f"--sdk_container_image {image} is of {what} {told}, but this machine "
                f"submits with {what} {here}; submit with {what} {told}, or build the "
                "image anew"
            )
