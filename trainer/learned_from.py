"""Which data set a run learned from, or was measured on, as its files keep it.

Wherever a data set must be the same as before, this decides: in a training that goes
on, a search, a comparison, a measurement, a report.
"""

from collections.abc import Mapping
from typing import Any, Literal

from schemas.manifest import Manifest

_SETTINGS, _FILES = "data_settings_digest", "data_files_digest"

Difference = Literal["files", "settings"]


def digests_of(manifest: Manifest) -> dict[str, str]:
    """Returns what `metrics.json` and `evaluation-<split>.json` keep of a data set."""
    return {_SETTINGS: manifest.settings_digest, _FILES: manifest.files_digest}


def difference(metrics: Mapping[str, Any], manifest: Manifest) -> Difference | None:
    """Returns what a data set differs in from that of some figures, None in nothing.

    Of runs from before the files were kept, the settings and the number of items tell.

    Args:
      metrics: the content of `metrics.json` or `evaluation-<split>.json`.
      manifest: that of the data set.
    """
    if metrics.get(_SETTINGS) not in (None, manifest.settings_digest):
        return "settings"
    if _FILES in metrics:
        is_same = metrics[_FILES] == manifest.files_digest
    else:
        model = metrics.get("model")
        is_same = not model or model["num_items"] == manifest.num_items
    return None if is_same else "files"
