"""The page of all commands and flags, made from the parsers themselves."""

import argparse
import re
from collections.abc import Iterator

from pipeline.flags import PROG as PIPELINE
from pipeline.flags import make_parser as pipeline_parser
from pipeline.inspection.flags import make_inspect_parser
from pipeline.recommend.flags import make_parser as recommend_parser
from pipeline.sample.__main__ import make_parser as sample_parser
from trainer.__main__ import make_parser as trainer_parser

_START = """\
# Commands

What `--help` prints, made from the same parsers. Flags are spelled out in full, and an
unknown one is an error that names the nearest known one.

## Shell completion

`pip install` adds the commands `seamstress-pipeline`, `seamstress-recommend` and
`seamstress-trainer`, which are the same programs as `python -m pipeline`,
`python -m pipeline.recommend` and `python -m trainer`. Shells complete these. What is
behind `python -m` they can't: the command there is `python`. For bash:

```sh
folder=~/.local/share/bash-completion/completions
mkdir -p $folder
for name in pipeline recommend trainer; do
  seamstress-$name --print_completion bash > $folder/seamstress-$name
done
```

The package bash-completion reads that folder; without it, `source` the files in
`~/.bashrc`. For zsh, write what `--print_completion zsh` prints to files
`_seamstress-trainer` and so on, in a folder of `$fpath`.
"""


def parsers() -> Iterator[argparse.ArgumentParser]:
    """Yields the parser of every program, and of every command behind it."""
    yield pipeline_parser()
    yield make_inspect_parser(PIPELINE)
    yield recommend_parser()
    yield sample_parser()
    trainer = trainer_parser()
    yield trainer
    yield from trainer.commands().values()


def command_reference() -> str:
    """Returns the page."""
    return "\n".join([_START, *(line for of in parsers() for line in _section(of))])


def _section(parser: argparse.ArgumentParser) -> Iterator[str]:
    yield f"## {parser.prog}\n"
    yield f"{parser.description}\n"
    yield from _epilog(parser.epilog or "")
    for group in parser._action_groups:
        # Those that groups share out among themselves, and --help, which all have.
        actions = [
            action
            for action in group._group_actions
            if not isinstance(action, argparse._HelpAction)
        ]
        if not actions:
            continue
        yield f"### {group.title}\n"
        if group.description:
            yield f"{_text(group.description)}\n"
        for action in actions:
            if isinstance(action, argparse._SubParsersAction):
                for name, meaning in zip(
                    action.choices, action._choices_actions, strict=True
                ):
                    yield f"`{name}`\n:   {_text(meaning.help or '')}\n"
            else:
                yield f"{_term(parser, action)}\n:   {_help(parser, action)}\n"


def _epilog(text: str) -> Iterator[str]:
    """Yields an epilog, its indented examples as blocks of code."""
    for part in text.split("\n\n"):
        lines = part.splitlines()
        if lines and lines[0] in ("example:", "examples:"):
            del lines[0]
        if lines and lines[0].startswith("  "):
            yield "\n".join(["```sh", *(line[2:] for line in lines), "```", ""])
        else:
            yield f"{_text(part)}\n"


def _term(parser: argparse.ArgumentParser, action: argparse.Action) -> str:
    formatter = parser._get_formatter()
    if not action.option_strings:
        return f"`{action.metavar or action.dest}`"
    names = ", ".join(action.option_strings)
    if action.nargs == 0:
        return f"`{names}`"
    value = formatter._format_args(action, action.dest.upper())
    return f"`{names} {value}`"


def _help(parser: argparse.ArgumentParser, action: argparse.Action) -> str:
    text = _text(parser._get_formatter()._expand_help(action))
    return f"{text} (required)" if action.required and action.option_strings else text


def _text(text: str) -> str:
    """Returns text with nothing in it that Markdown would take for its own."""
    parts = re.split(r"(`[^`]*`)", text)
    parts[::2] = [re.sub(r"([*<>\[\]|])", r"\\\1", part) for part in parts[::2]]
    return "".join(parts)
