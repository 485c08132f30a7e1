import json

import pytest

from schemas.digests import sealed, unsealed
from schemas.exported_model import Description

DESCRIPTION = Description(
    max_length=5,
    reference_day=17_000,
    num_items=8,
    day_feature="age",
    digests={"saved_model.pb": "0" * 64},
)


def test_a_description_comes_back_from_its_text():
    again = Description.from_json(DESCRIPTION.to_json())
    assert again == DESCRIPTION
    assert again.digests == DESCRIPTION.digests


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"format_version": 1}, "`format_version` must be 2, got 1"),
        ({"colour": "red"}, "other fields"),
        ({"num_items": 0}, "`num_items` must be a whole number from 1"),
        ({"max_length": "5"}, "`max_length` must be a whole number"),
        ({"reference_day": 1e400}, "`reference_day` must be a whole number"),
        ({"digests": None}, "`digests` must be an object of digests"),
    ],
)
def test_another_version_is_refused(change, problem):
    value = {**unsealed(json.loads(DESCRIPTION.to_json())), **change}
    with pytest.raises(ValueError, match=problem):
        Description.from_json(json.dumps(sealed(value)))


def test_an_edited_description_is_refused():
    value = {**json.loads(DESCRIPTION.to_json()), "num_items": 9}
    with pytest.raises(ValueError, match="content must be that of its `digest`"):
        Description.from_json(json.dumps(value))


@pytest.mark.parametrize("text", ["", "[]", "{", "7", "[" * 100_000])
def test_what_is_no_description(text):
    with pytest.raises(ValueError):  # noqa: PT011 (json's own words)
        Description.from_json(text)


def test_an_export_without_counts_of_items_has_fewer_signatures_and_takes_no_rules():
    old = Description(5, 17_000, 3, "age", {"saved_model.pb": "0" * 64})
    assert not old.takes_rules
    assert old.signatures == {"serving_default", "keep_seen"}
    new = Description(5, 17_000, 3, "age", {"assets.extra/item_counts.txt": "0" * 64})
    assert new.takes_rules
    assert new.signatures == {"serving_default", "keep_seen", "adjusted"}
