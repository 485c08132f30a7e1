"""What the charts of the training say of themselves."""

import pytest

from tests.support.training import small_options
from trainer.report.parts import Chart
from trainer.report.training_facts import TrainingFacts
from trainer.report.training_section import training_section

METRICS = {
    "best_epoch": 1,
    "epochs": 1,
    "seconds": 2.5,
    "windows_per_second": 60.0,
    "parameters": 7,
    "devices": "CPU:0",
    "model": {"num_items": 2000},
}


def caption(tmp_path, names, **changes):
    """The one below the chart of the loss."""
    options = small_options("data", tmp_path / "run", **changes)
    curves = {name: [1.0] for name in names}
    facts = TrainingFacts([1], curves, [0.1], METRICS, options)
    parts = training_section(facts).parts
    (chart,) = [each for each in parts if isinstance(each, Chart)][:1]
    return chart.caption


SAMPLED = {"loss": "sampled", "num_negatives": 1024}
SMOOTHED = {"loss": "full", "label_smoothing": 0.1}


@pytest.mark.parametrize("names", [["loss"], ["loss", "val_loss"]])
@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"loss": "full"}, "of training, over all items, while it learns"),
        (SAMPLED, "of training, over samples of 1,024 items, while"),
        ({**SAMPLED, "num_negatives": 2000}, "of training, over all items, while"),
        (SMOOTHED, "over all items with 0.1 of each target spread over them, while"),
    ],
)
def test_the_loss_is_said_to_be_what_it_is(tmp_path, names, changes, said):
    text = caption(tmp_path, names, **changes)
    assert said in text
    assert ("val_loss: of the eval split, over all items" in text) == (
        "val_loss" in names
    )
    assert "The kept epoch, 1, is marked." in text
