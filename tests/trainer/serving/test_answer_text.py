"""JSON lines of answers, wherever they are printed."""

import contextlib
import io
import json

import pytest

from trainer.serving.answer_text import json_line
from trainer.serving.client import Recommendation
from trainer.serving.requests import Request

REQUEST = Request((), user_id="zoë")
ANSWER = [Recommendation("thé", 0.5)]


@pytest.mark.parametrize(
    ("stdout", "is_ascii"),
    [
        # Has no encoding: it takes text.
        (io.StringIO(), False),
        (io.TextIOWrapper(io.BytesIO(), "UTF-8"), False),
        (io.TextIOWrapper(io.BytesIO(), "latin-1"), True),
        (None, False),
    ],
    ids=["text", "utf-8", "latin-1", "none"],
)
def test_a_line_is_the_same_json_wherever_it_goes(stdout, is_ascii):
    with contextlib.redirect_stdout(stdout):
        line = json_line(REQUEST, ANSWER)
    assert json.loads(line) == {
        "user_id": "zoë",
        "recommendations": [{"item_id": "thé", "score": 0.5}],
    }
    assert line.isascii() == is_ascii
