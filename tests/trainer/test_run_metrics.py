import json

import pytest

from schemas.errors import UserError
from tests.support.run_metrics import metrics_of
from tests.support.training import write_cyclic_data
from trainer.run_files import METRICS
from trainer.run_metrics import fault_of
from trainer.runs import read_metrics


@pytest.fixture(scope="module")
def metrics(tmp_path_factory):
    return metrics_of(write_cyclic_data(tmp_path_factory.mktemp("data") / "set"))


def test_what_training_writes_has_no_fault(metrics):
    assert fault_of(metrics) is None


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("best_epoch", 1.5),
        ("epochs", True),
        ("seconds", "2"),
        ("devices", None),
        ("data_settings_digest", 0),
        ("num_steps", 0),
        ("steps_per_epoch", 2.0),
    ],
)
def test_values_of_other_types_are_named(metrics, tmp_path, key, value):
    (tmp_path / METRICS).write_text(json.dumps({**metrics, key: value}))
    with pytest.raises(UserError, match=rf"\({METRICS}: '{key}' is {value!r}\)"):
        read_metrics(str(tmp_path))


def test_what_is_missing_is_named(metrics, tmp_path):
    for key in ("windows_per_second", "parameters"):
        left = {name: value for name, value in metrics.items() if name != key}
        (tmp_path / METRICS).write_text(json.dumps(left))
        with pytest.raises(UserError, match=rf"\({METRICS}: it holds no '{key}'\)"):
            read_metrics(str(tmp_path))
