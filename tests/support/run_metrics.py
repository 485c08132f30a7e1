"""The `metrics.json` of runs that tests write by hand."""

from typing import Any

from schemas.manifest import Manifest
from trainer.data.data_set import open_data_set
from trainer.learned_from import digests_of


def metrics_of(data: str | Manifest, **changes: Any) -> dict[str, Any]:
    """Returns all that must be there, for a data set by its folder or its manifest."""
    manifest = open_data_set(data).manifest if isinstance(data, str) else data
    return {
        "best_epoch": 1,
        "epochs": 1,
        "seconds": 2.5,
        "windows_per_second": 60.0,
        "parameters": 7,
        "devices": "CPU:0; precision float32; backend tensorflow",
        **digests_of(manifest),
        **changes,
    }
