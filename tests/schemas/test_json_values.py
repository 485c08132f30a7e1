import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.json_values import json_text, parse_json

values = st.recursive(
    st.none() | st.booleans() | st.text() | st.floats(allow_nan=False) | st.integers(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(values)
def test_values_come_back_as_from_pythons_own_parser(value):
    text = json_text(value)
    assert parse_json(text) == json.loads(text) == value
    assert parse_json(text.encode("utf-8", errors="surrogatepass")) == value


@pytest.mark.parametrize("digits", [640, 641, 4300, 4301, 100_000])
def test_whole_number_of_any_length_keeps_every_digit(digits):
    found = parse_json(f"[-{'7' * digits}]")
    assert [str(number) for number in found] == [f"-{'7' * digits}"]


@pytest.mark.parametrize("text", ["", "{", "nul", "[1,]", "007", "[1] 2"])
def test_what_is_no_json_is_a_value_error(text):
    with pytest.raises(ValueError, match="line 1 column"):
        parse_json(text)


def test_nesting_beyond_what_python_follows():
    with pytest.raises(RecursionError):
        parse_json("[" * 100_000)
    nested: list[object] = []
    for _ in range(100_000):
        nested = [nested]
    assert json_text(nested) == "(nested too deeply to be shown)"
