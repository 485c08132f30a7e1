import json

import pytest

from schemas.exported_model import Description

DESCRIPTION = Description(
    max_length=5, reference_day=17_000, num_items=8, day_feature="age"
)


def test_a_description_comes_back_from_its_text():
    assert Description.from_json(DESCRIPTION.to_json()) == DESCRIPTION


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"format_version": 2}, "`format_version` must be 1, got 2"),
        ({"colour": "red"}, "other fields"),
    ],
)
def test_another_version_is_refused(change, problem):
    text = json.dumps({**json.loads(DESCRIPTION.to_json()), **change})
    with pytest.raises(ValueError, match=problem):
        Description.from_json(text)


@pytest.mark.parametrize("text", ["", "[]", "{", "7"])
def test_what_is_no_description(text):
    with pytest.raises(ValueError):  # noqa: PT011 (json's own words)
        Description.from_json(text)
