"""What was learned is enough to tell items apart."""

import pytest

from pipeline.accounting.read_account import ReadAccount
from pipeline.steps.learned import Learned, check_items
from schemas.errors import UserError

ACCOUNT = ReadAccount(accepted=1_300, days={7: 1_000, 9: 234})


def test_two_items_are_enough():
    learned = Learned(2, 9, 9)
    assert check_items(learned, 2, ACCOUNT, 1) is learned


@pytest.mark.parametrize(
    ("num_items", "min_item_count", "sentence"),
    [
        (1, 1, "all 1,234 events are of one item; check --item_field."),
        (1, 5, "all 1,234 events are of one item; check --item_field."),
        (7, 5, "one item alone has --min_item_count 5 training events; lower it."),
        (7, 1, "all training events are of one item; check --item_field, or give more"),
    ],
)
def test_a_vocabulary_of_one_item_is_refused(num_items, min_item_count, sentence):
    with pytest.raises(UserError) as caught:
        check_items(Learned(1, 9, 9), num_items, ACCOUNT, min_item_count)
    assert str(caught.value).startswith(sentence)
