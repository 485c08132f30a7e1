"""Examples and a graph without a manifest, as a data set."""

from pathlib import Path

import pytest

from tests.support.data_sets import Window, write_data_set
from trainer.tfx.data_set import open_tfx_data_set


@pytest.mark.parametrize(
    ("split", "reference_day"),
    [
        ("time", 17_002),
        ("leave_one_out", 17_002),
        ("user", 17_060),
        ("random", 17_060),
        ("none", 17_060),
    ],
)
def test_ages_count_from_the_day_that_the_split_says(tmp_path, split, reference_day):
    data = write_data_set(
        tmp_path / "data",
        [Window([1, 2], 3, days=[17_000, 17_001, 17_002])],
        [Window([1, 2], 3, days=[17_000, 17_001, 17_060])],
        num_items=3,
        max_length=2,
        with_graph=True,
        num_shards=1,
    )
    Path(data, "manifest.json").unlink()
    found = open_tfx_data_set(
        [f"{data}/train/*"], [f"{data}/eval/*"], data, split=split
    )
    assert found.manifest.reference_day == reference_day
    assert found.manifest.last_day == 17_060
