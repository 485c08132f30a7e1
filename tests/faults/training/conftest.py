import pytest

from tests.support.training import CATEGORY, write_cyclic_data


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data") / "set"
    return write_cyclic_data(folder, attributes=CATEGORY)
