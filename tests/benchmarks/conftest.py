"""Reviews in the files of the public data sets, but few."""

import dataclasses
import datetime
import gzip
import json

import numpy as np
import pytest

from benchmarks.common.data_sets import BEAUTY, RENT_THE_RUNWAY
from schemas.manifest import Manifest
from tests.support.data_sets import cyclic_windows, write_data_set

NUM_USERS, NUM_ITEMS = 60, 12


@pytest.fixture
def small_real_data(tmp_path, monkeypatch):
    """A folder, named by REAL_DATA, with a few histories in each file."""
    folder = tmp_path / "real"
    folder.mkdir()
    generator = np.random.default_rng(0)
    rows = []
    for user in range(NUM_USERS):
        first, day = generator.integers(NUM_ITEMS), 15_000
        for step in range(generator.integers(4, 9)):
            day += int(generator.integers(1, 30))
            rows.append((f"u{user}", f"i{(first + step) % NUM_ITEMS}", day))
    epoch = datetime.date(1970, 1, 1)
    texts = {
        BEAUTY.file: ["user_id\titem_id\ttimestamp"]
        + [f"{user}\t{item}\t{day * 86_400}" for user, item, day in rows],
        RENT_THE_RUNWAY.file: ["user_id,item_id,review_date"]
        + [
            f"{user},{item},{epoch + datetime.timedelta(day)}"
            for user, item, day in rows
        ],
    }
    for name, lines in texts.items():
        with gzip.open(folder / name, "wt") as file:
            file.write("\n".join(lines) + "\n")
    monkeypatch.setenv("REAL_DATA", str(folder))
    return folder


@pytest.fixture
def small_config(tmp_path):
    """A config of a model that trains in no time."""
    path = tmp_path / "small.json"
    # Traced sooner than recurrent layers.
    model = {"model": "transformer", "day_feature": "age"}
    sizes = {"item_embedding": 4, "units": [4], "batch_size": 32}
    path.write_text(json.dumps({**model, **sizes, "epochs": 1}))
    return path


@pytest.fixture
def write_built():
    """A function that writes what `build_data_set` would have built earlier."""

    def write(spec, output, **settings):
        path = output / "data" / spec.name
        windows = cyclic_windows(120, NUM_ITEMS, spec.max_length, seed=0)
        write_data_set(
            path,
            windows[:80],
            windows[80:100],
            windows[100:],
            num_items=NUM_ITEMS,
            max_length=spec.max_length,
            split=spec.split,
            with_graph=True,
        )
        file = path / "manifest.json"
        manifest = Manifest.from_json(file.read_text(), str(file))
        said = {**spec.settings, **settings}
        file.write_text(dataclasses.replace(manifest, settings=said).to_json())
        return path

    return write
