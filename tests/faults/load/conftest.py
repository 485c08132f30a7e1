"""Models under load: that of the sample, and a transformer over a large catalogue."""

from pathlib import Path

import numpy as np
import pytest

from tests.support.data_sets import Window, write_data_set
from trainer.data.data_set import open_data_set
from trainer.models import ModelConfig, build_model
from trainer.serving.export import export_model

# Beyond the size from which the best items are looked for block by block.
NUM_ITEMS = 3_000
MAX_LENGTH = 20
DAY_BUCKETS = 50


@pytest.fixture(scope="session")
def large_transformer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The export of a transformer of random weights over `NUM_ITEMS` items."""
    folder = tmp_path_factory.mktemp("large")
    data_set = open_data_set(
        write_data_set(
            folder / "data",
            [Window([1, 2], 3)],
            num_items=NUM_ITEMS,
            max_length=MAX_LENGTH,
            day_buckets=DAY_BUCKETS,
            with_graph=True,
        )
    )
    model = build_model(
        ModelConfig(
            "transformer",
            NUM_ITEMS,
            data_set.day_buckets("age"),
            MAX_LENGTH,
            item_embedding=32,
            day_embedding=8,
            units=(64, 64),
            num_heads=2,
        )
    )
    model.build()
    generator = np.random.default_rng(3)
    for variable in model.trainable_variables:
        variable.assign(generator.normal(0.0, 0.3, variable.shape))
    export_model(data_set, model, str(folder / "model"), "age")
    return folder / "model"
