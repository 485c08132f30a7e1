"""What a report says of the histories that it shows."""

import pytest

from trainer.report.examples import Example
from trainer.report.examples_section import examples_section
from trainer.serving.requests import Event


@pytest.mark.parametrize(
    ("split", "said"),
    [
        ("test", "Users of the test split, which was held out"),
        ("eval", "Users of the eval split, which was held out"),
        ("train", "holds nothing out: the model was trained on these very histories"),
    ],
)
def test_examples_say_whether_they_were_held_out(split, said):
    example = Example((Event("2016-04-20", "item2"),), "2016-05-01", [], None)
    introduction = examples_section([example], split).parts[0].text
    assert said in introduction
    assert ("held out" in introduction) == (split != "train")


@pytest.mark.parametrize(
    ("split", "said"),
    [
        ("test", "the latest --max_seen of them, are left out of the answers"),
        ("train", "items that the user had before them may be recommended"),
    ],
)
def test_examples_say_what_is_left_out(split, said):
    example = Example((Event("2016-04-20", "item2"),), "2016-05-01", [], None)
    assert said in examples_section([example], split).parts[0].text
