import dataclasses
from pathlib import Path

import pytest

from tests.support.records import read_manifest
from tests.support.training import write_cyclic_data
from trainer.learned_from import difference, digests_of


@pytest.fixture(scope="module")
def manifest(tmp_path_factory):
    data = write_cyclic_data(tmp_path_factory.mktemp("learned_from") / "data")
    return read_manifest(Path(data))


def test_a_run_knows_the_data_set_that_it_learned_from(manifest):
    metrics = digests_of(manifest)
    assert difference(metrics, manifest) is None
    others = {**manifest.settings, "min_rating": 3.0}
    other = dataclasses.replace(manifest, settings=others)
    assert difference(metrics, other) == "settings"
    name = next(iter(manifest.digests))
    files = {**manifest.digests, name: "0" * 64}
    assert difference(metrics, dataclasses.replace(manifest, digests=files)) == (
        "files"
    )


def test_of_an_earlier_run_the_number_of_items_tells(manifest):
    metrics = {
        "data_settings_digest": manifest.settings_digest,
        "model": {"num_items": manifest.num_items},
    }
    assert difference(metrics, manifest) is None
    fewer = dataclasses.replace(manifest, num_items=manifest.num_items - 1)
    assert difference(metrics, fewer) == "files"
