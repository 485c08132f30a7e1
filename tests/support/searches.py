"""A small search for `python -m trainer tune`: its data set, its space, its flags."""

import json
from pathlib import Path
from typing import Any

from tests.support.data_sets import cyclic_windows, write_data_set
from trainer.__main__ import main

BASE = {
    "model": "transformer",
    "item_embedding": 8,
    "day_embedding": 2,
    "batch_size": 32,
    "epochs": 2,
}
SPACE = {
    "units": {"choices": ["8", "16"]},
    "num_heads": {"choices": [1, 2, 3]},
    "learning_rate": {"min": 0.01, "max": 0.05, "sampling": "log"},
}
NUM_ITEMS = 12


def write_data(
    folder: Path, num_items: int = NUM_ITEMS, seed: int = 1, **settings: Any
) -> str:
    """Writes a data set of 80 windows, 20 more for eval, and returns its path."""
    windows = cyclic_windows(100, num_items, 4, seed)
    held_out = () if settings.get("split") == "none" else windows[80:]
    return write_data_set(
        folder,
        windows[:80],
        held_out,
        num_items=num_items,
        max_length=4,
        with_graph=True,
        **settings,
    )


def write(path: Path, values: Any) -> Path:
    """Writes a JSON file and returns its path."""
    path.write_text(json.dumps(values))
    return path


def write_search(folder: Path) -> list[str]:
    """Writes what a search needs; returns its flags, --output and --trials apart."""
    config = write(folder / "base.json", BASE)
    space = write(folder / "space.json", SPACE)
    data = write_data(folder / "data")
    return ["--data", data, "--config", str(config), "--space", str(space)]


def tune(*flags: object) -> int:
    """Runs the command and returns its exit status."""
    return main(["tune", *map(str, flags)])
