"""What trainings learn from."""

import pytest

from tests.support.training import write_cyclic_data


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A small data set in which item j is always followed by j + 1."""
    return write_cyclic_data(tmp_path_factory.mktemp("data") / "set")
