"""What a report says of the figures of its evaluations."""

import numpy as np
import pytest

from schemas.layout import EVAL, TEST
from tests.support.data_sets import cyclic_windows, write_data_set
from trainer.data.data_set import open_data_set
from trainer.evaluation.evaluation import evaluate
from trainer.report.quality import Quality
from trainer.report.quality_section import quality_section


class Constant:
    """Scores everything alike."""

    name = "constant"

    def score(self, batch):
        return np.zeros((len(batch["item_id"]), 5), np.float32)


@pytest.fixture(scope="module")
def data_set(tmp_path_factory):
    windows = cyclic_windows(24, 5, 3, seed=1)
    folder = tmp_path_factory.mktemp("quality") / "data"
    split = (windows[:16], windows[16:20], windows[20:])
    return open_data_set(write_data_set(folder, *split, num_items=5, max_length=3))


def test_a_run_that_is_not_measured_says_how_or_why_not(data_set, tmp_path):
    (how,) = quality_section("run", data_set, []).parts
    assert how.text.startswith(
        "Not measured yet: run `python -m trainer evaluate --run"
    )
    windows = cyclic_windows(4, 5, 3, seed=1)
    folder = write_data_set(tmp_path / "data", windows, num_items=5, max_length=3)
    (why,) = quality_section("run", open_data_set(folder), []).parts
    assert why.text == (
        "The data set holds nothing out: there is nothing to measure on."
    )


def section_text(data_set, evaluation, **more):
    """What the section says of how it was measured."""
    found = [Quality(evaluation["split"], evaluation)]
    (text,) = (
        part.text
        for part in quality_section("run", data_set, found, **more).parts
        if part.kind == "text" and "free of leaks" in part.text
    )
    return text


@pytest.mark.parametrize("split", [TEST, EVAL])
def test_figures_of_eval_say_that_the_epoch_was_chosen_on_them(data_set, split):
    evaluation = evaluate(data_set, [Constant()], split)
    text = section_text(data_set, evaluation.to_json())
    assert ("epoch that a run keeps was chosen on these targets" in text) == (
        split == EVAL
    )


def test_parts_of_a_single_user_have_no_interval(data_set):
    evaluation = evaluate(data_set, [Constant()], TEST).to_json()
    of_length = evaluation["measures"]["constant"]["cuts"]["history_length"]
    first = next(iter(of_length.values()))
    first |= {"users": 1, "intervals": dict.fromkeys(first["intervals"])}
    parts = quality_section("run", data_set, [Quality(TEST, evaluation)]).parts
    (table,) = (
        p for p in parts if getattr(p, "title", "") == "By history length, test"
    )
    assert table.columns == (
        "history length",
        "targets",
        "users",
        "NDCG@10",
        "low",
        "high",
    )
    of_one = [row for row in table.rows if row[2] == "1"]
    assert of_one
    assert {tuple(row[4:]) for row in of_one} == {("-", "-")}
    of_more = [row for row in table.rows if row[2] != "1"]
    assert "-" not in {cell for row in of_more for cell in row}


def test_a_run_that_learned_from_attributes_says_so(data_set):
    evaluation = evaluate(data_set, [Constant()], TEST).to_json()
    latest = "And --item_features: an item's latest value, of held-out events too"
    assert latest in section_text(data_set, evaluation, with_attributes=True)
    assert "--item_features" not in section_text(data_set, evaluation)


def test_a_row_with_the_gap_hidden_is_explained(data_set):
    evaluation = evaluate(data_set, [Constant()], TEST).to_json()
    told = section_text(data_set, evaluation)
    evaluation["measures"]["constant (gap hidden)"] = evaluation["measures"]["constant"]
    hidden = section_text(data_set, evaluation)
    sentence = "(gap hidden): not told when the next event comes, as no baseline is."
    assert sentence in hidden
    assert "(gap hidden)" not in told


def test_a_run_that_is_not_measured_says_how_in_a_command_to_paste(data_set):
    (part,) = quality_section("my run", data_set, []).parts
    assert "evaluate --run 'my run' --data " in part.text
