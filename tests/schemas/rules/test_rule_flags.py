import pytest

from schemas.cli.command_line import Parser
from schemas.errors import UsageError
from schemas.rules.rule_flags import Rules, add_rule_flags, to_rules


def parsed(*arguments: str) -> Rules:
    parser = Parser(prog="program")
    add_rule_flags(parser.add_argument_group("rules"))
    return to_rules(parser.parse_args(arguments))


def test_no_flag_is_no_rule():
    assert parsed() == Rules()
    assert not parsed()
    assert not parsed("--popularity_penalty", "0")


@pytest.mark.parametrize(
    "arguments",
    [
        ["--exclude", "f"],
        ["--only=f"],
        ["--max_per=a=1"],
        ["--popularity_penalty=0.1"],
    ],
    ids=str,
)
def test_each_flag_is_a_rule(arguments):
    assert parsed(*arguments)


def test_limits_add_up_and_a_name_may_hold_the_sign():
    found = parsed("--max_per", "category=2", "--max_per", "a=b=10")
    assert found.max_per == (("category", 2), ("a=b", 10))


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["--max_per=category"], "'category' is not ATTRIBUTE=N, such as category=2"),
        (["--max_per=category=two"], "'category=two' is not ATTRIBUTE=N"),
        (["--max_per=category=²"], "'category=²' is not ATTRIBUTE=N"),
        (["--max_per==2"], "'=2' is not ATTRIBUTE=N"),
        (["--max_per=a=0"], "`max_per` must allow at least 1 item, got a=0."),
        (["--max_per=a=1", "--max_per=a=2"], "`max_per` must name 'a' once."),
        (["--popularity_penalty=-1"], "must be from 0 to 1000, got -1.0."),
        (["--popularity_penalty=nan"], "must be from 0 to 1000, got nan."),
        (["--popularity_penalty=inf"], "must be from 0 to 1000, got inf."),
        (["--popularity_penalty=much"], "invalid float value: 'much'"),
    ],
    ids=str,
)
def test_wrong_values_are_told_in_a_sentence(arguments, problem):
    with pytest.raises(UsageError) as raised:
        parsed(*arguments)
    assert problem in str(raised.value)
