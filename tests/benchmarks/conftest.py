"""Reviews in the files of the public data sets, but few."""

import datetime
import gzip
import json

import numpy as np
import pytest

from benchmarks.common.data_sets import BEAUTY, RENT_THE_RUNWAY

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
    sizes = {"model": "transformer", "item_embedding": 4, "units": [4]}
    path.write_text(json.dumps({**sizes, "epochs": 1, "batch_size": 32}))
    return path
