"""What a report says of the steps of a training."""

import json

import pytest

from tests.support.training import small_options, write_cyclic_data
from trainer.data.data_set import open_data_set
from trainer.report.parts import Text
from trainer.report.repeat_section import repeat_section
from trainer.report.training_facts import training_facts
from trainer.run_files import METRICS
from trainer.runs import read_options
from trainer.training.train import train


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return write_cyclic_data(tmp_path_factory.mktemp("data") / "set")


def trained(data, run, **steps):
    """The facts of a run whose learning rate falls from 0.02 by a line."""
    options = small_options(
        data, run, epochs=2, patience=0, learning_rate_schedule="linear"
    )
    train(options, export=False, **steps)
    return training_facts(str(run), read_options(str(run)))


def said(data, run, facts):
    """The paragraphs of the section on how to repeat a run."""
    section = repeat_section(str(run), data, open_data_set(data).manifest, facts)
    return [part.text for part in section.parts if isinstance(part, Text)]


def test_the_steps_that_tfx_asked_for_are_those_of_the_report(data, tmp_path):
    # 150 windows in batches of 32: 5 steps make an epoch.
    run = tmp_path / "run"
    facts = trained(data, run, num_steps=7)
    assert facts.metrics["num_steps"] == 7
    assert facts.metrics["steps_per_epoch"] == 5
    # The second epoch ends with its second step, at the end of all.
    assert facts.learning_rate == pytest.approx([0.02 * (1 - 5 / 7), 0.0])
    (text,) = said(data, run, facts)
    assert "given 7 steps" in text
    assert "2 whole epochs, 10 steps" in text


def test_whole_epochs_are_repeated_by_the_command(data, tmp_path):
    run = tmp_path / "run"
    facts = trained(data, run)
    assert facts.metrics["num_steps"] == 10
    assert facts.learning_rate == pytest.approx([0.01, 0.0])
    assert said(data, run, facts) == []
    # As runs from before are.
    metrics = json.loads((run / METRICS).read_text())
    del metrics["num_steps"], metrics["steps_per_epoch"]
    (run / METRICS).write_text(json.dumps(metrics))
    facts = training_facts(str(run), read_options(str(run)))
    assert facts.learning_rate == pytest.approx([0.01, 0.0])
    assert said(data, run, facts) == []
