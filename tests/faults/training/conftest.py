import pytest

from tests.support.training import write_cyclic_data


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return write_cyclic_data(tmp_path_factory.mktemp("data") / "set")
