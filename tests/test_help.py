"""`--help` of every program: groups, units, defaults, and an example that runs."""

import argparse
import shlex

import pytest

from pipeline.flags import make_parser as pipeline_parser
from pipeline.flags import to_options
from pipeline.inspection.flags import make_inspect_parser
from pipeline.recommend.flags import make_parser as recommend_parser
from pipeline.recommend.flags import to_options as to_recommend_options
from pipeline.sample.__main__ import make_parser as sample_parser
from schemas.cli.command_line import Parser
from trainer.__main__ import COMMANDS
from trainer.__main__ import make_parser as trainer_parser
from trainer.flags import from_arguments

PARSERS: dict[str, Parser] = {
    "python -m pipeline": pipeline_parser(),
    "python -m pipeline inspect": make_inspect_parser("python -m pipeline"),
    "python -m pipeline.recommend": recommend_parser(),
    "python -m pipeline.sample": sample_parser(),
    "python -m trainer": trainer_parser(),
    **{
        f"python -m trainer {name}": command
        for name, command in trainer_parser().commands().items()
    },
}
# What a number counts, as help shows it behind a flag.
UNITS = frozenset(
    {
        *(
            "BUCKETS",
            "EPOCHS",
            "EVENTS",
            "FACTOR",
            "FILES",
            "HEADS",
            "HISTORIES",
            "ITEMS",
        ),
        *("PARTS", "RATE", "RATING", "ROWS", "SECONDS", "SHARE", "SIZE", "STEPS"),
        *("TIMES", "TRIALS", "USERS", "WINDOWS"),
        "NUMBER",  # Of a seed, which counts nothing.
    }
)
# Flags that stand beside --help, in no group of their own.
MOST_WITHOUT_A_GROUP = 5

FLAGS = [
    pytest.param(prog, action, id=f"{prog.removeprefix('python -m ')} {action.dest}")
    for prog, parser in PARSERS.items()
    for action in parser._actions
    if action.option_strings and action.default is not argparse.SUPPRESS
]
# The trainer's own leave no trace where they are not given.
FLAGS += [
    pytest.param("python -m trainer train", action, id=f"train {action.dest}")
    for action in PARSERS["python -m trainer train"]._actions
    if action.default is argparse.SUPPRESS and action.dest != "help"
]


def help_of(prog: str, action: argparse.Action) -> str:
    return PARSERS[prog]._get_formatter()._expand_help(action)


def examples_of(prog: str) -> list[list[str]]:
    """The words of each example in a parser's epilog, whose lines are indented."""
    epilog = str(PARSERS[prog].epilog).replace("\\\n", " ")
    assert epilog.startswith(("example:\n", "examples:\n"))
    lines = [line for line in epilog.splitlines() if line.startswith("  ")]
    return [shlex.split(line) for line in lines]


def test_every_command_of_the_trainer_is_looked_at():
    assert {f"python -m trainer {name}" for name in COMMANDS} <= PARSERS.keys()


EXAMPLES = [(prog, words) for prog in PARSERS for words in examples_of(prog)]


def test_every_program_has_an_example():
    assert {prog for prog, _ in EXAMPLES} == PARSERS.keys()


@pytest.mark.parametrize(("prog", "words"), EXAMPLES)
def test_example_is_taken_by_its_own_program(prog, words):
    assert words[: len(prog.split())] == prog.split()
    if prog.startswith("python -m trainer"):
        args = PARSERS["python -m trainer"].parse_args(words[3:])
        if args.command == "train":
            from_arguments(args)
        return
    args = PARSERS[prog].parse_args(words[len(prog.split()) :])
    if prog == "python -m pipeline":
        to_options(args, num_partitions=1)
    if prog == "python -m pipeline.recommend":
        to_recommend_options(args, num_partitions=1)


@pytest.mark.parametrize("prog", PARSERS)
def test_flags_stand_in_groups(prog):
    (options,) = (
        group for group in PARSERS[prog]._action_groups if group.title == "options"
    )
    named = [
        action
        for action in options._group_actions
        if action.default is not argparse.SUPPRESS
    ]
    assert len(named) <= MOST_WITHOUT_A_GROUP


@pytest.mark.parametrize(("prog", "action"), FLAGS)
def test_flag_says_its_default_or_that_it_is_needed(prog, action):
    text = help_of(prog, action)
    is_needed = action.required or "needed" in text
    one_of_several = any(
        action in group._group_actions
        for group in PARSERS[prog]._mutually_exclusive_groups
        if group.required
    )
    is_switch = action.nargs == 0 and not isinstance(
        action, argparse.BooleanOptionalAction
    )
    if is_needed or one_of_several or is_switch:
        return
    assert "(default: " in text
    is_known = isinstance(action.default, int | float | str)
    if is_known and action.default != argparse.SUPPRESS:
        said = text.rpartition("(default: ")[2].replace(",", "")
        assert said.startswith(f"{action.default}".replace(",", ""))


@pytest.mark.parametrize(("prog", "action"), FLAGS)
def test_number_has_a_unit(prog, action):
    if action.type in (int, float):
        assert action.metavar in UNITS


def test_choices_are_named():
    for prog, parser in PARSERS.items():
        shown = parser.format_help()
        for action in parser._actions:
            if action.choices and action.option_strings:
                assert f"{{{','.join(map(str, action.choices))}}}" in shown, prog


def test_help_of_the_pipeline_names_its_command(capsys):
    with pytest.raises(SystemExit) as stop:
        PARSERS["python -m pipeline"].parse_args(["--help"])
    assert stop.value.code == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "`python -m pipeline inspect DATA` says what one holds" in shown
