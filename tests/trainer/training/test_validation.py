"""What validation measures, and what decides by it."""

import pytest

from tests.support.data_sets import Window, write_data_set
from trainer.data.data_set import open_data_set
from trainer.training.monitor import Monitor, monitor_of
from trainer.training.validation import Validation

UNKNOWN = Window([1, 2], 4, seen=[1, 2])
SEEN = Window([1], 2, seen=[3, 2])
OPEN = Window([2, 3], 1, seen=[2, 3])
# Nothing is seen but the target of another window.
ALONE = Window([2], 2, seen=[])


@pytest.mark.parametrize(
    ("windows", "known", "reachable", "name"),
    [
        ([OPEN, UNKNOWN, SEEN, ALONE], 3, 2, "val_ndcg@10"),
        ([UNKNOWN, SEEN, SEEN], 2, 0, "val_loss"),
        ([UNKNOWN], 0, 0, "loss"),
    ],
)
def test_the_targets_that_can_be_hit_say_what_decides(
    tmp_path, windows, known, reachable, name
):
    data = write_data_set(
        tmp_path / "data", [Window([1, 2], 3)], windows, num_items=3, max_length=2
    )
    validation = Validation(open_data_set(data), "eval", "none")
    assert validation.num_targets == len(windows)
    assert (validation.num_known, validation.num_reachable) == (known, reachable)
    assert monitor_of(validation).name == name


def test_without_validation_the_training_loss_decides():
    assert monitor_of(None).name == "loss"


@pytest.mark.parametrize(
    ("ndcg", "loss", "is_better"),
    [
        (0.3, 9.0, True),
        (0.1, 1.0, False),
        (0.2, 1.9, True),
        (0.2, 2.0, False),
        (0.2, 2.1, False),
    ],
)
def test_of_epochs_with_the_same_ndcg_that_of_the_lower_loss_is_better(
    ndcg, loss, is_better
):
    one, other = (
        {"loss": 0.0, "val_loss": loss, "val_ndcg@10": ndcg},
        {"loss": 0.0, "val_loss": 2.0, "val_ndcg@10": 0.2},
    )
    assert Monitor("val_ndcg@10").is_better(one, other) == is_better
