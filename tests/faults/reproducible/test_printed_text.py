"""What programs print says the same in any locale, and never ends in a traceback."""

import json

import pytest

from tests.support.surroundings import Surroundings
from tests.trainer.serving import catalogue

pytestmark = pytest.mark.slow

# A history that leaves "é" to be recommended.
FLAGS = ("--history=2016-04-20:b,2016-05-01:d", "--top_k=8")


def predict(where: Surroundings, *flags: str) -> bytes:
    done = where.run(
        "trainer", "predict", f"--model={catalogue.export()}", *FLAGS, *flags
    )
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    return done.stdout


def test_lines_of_json_are_the_same_in_any_encoding(plain, other):
    expected, found = predict(plain), predict(other)
    assert json.loads(found) == json.loads(expected)
    assert "é" in [entry["item_id"] for entry in json.loads(found)["recommendations"]]


def test_a_table_shows_what_an_encoding_lacks_by_its_number(surroundings):
    shown = predict(surroundings["ascii"], "--format=table").decode("ascii")
    assert "\\xe9" in shown
