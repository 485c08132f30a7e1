"""What the pages say exists: links, and commands that are taken as they stand."""

import re
import shlex
from urllib.parse import unquote

import pytest

from pipeline.flags import make_parser as pipeline_parser
from pipeline.inspection.flags import make_inspect_parser
from pipeline.recommend.flags import make_parser as recommend_parser
from pipeline.runners.beam_flags import beam_options
from pipeline.sample.__main__ import make_parser as sample_parser
from tests.support.programs import ROOT
from trainer.__main__ import make_parser as trainer_parser

PAGES = sorted(
    [
        *ROOT.glob("*.md"),
        *(ROOT / "docs").glob("*.md"),
        *(ROOT / folder / "README.md" for folder in ("benchmarks", "containers")),
        ROOT / "requirements" / "README.md",
    ]
)
LINK = re.compile(r"\]\(([^)\s#]+)(?:#[^)\s]*)?\)")
BLOCK = re.compile(r"^```(?:sh|bash)\n(.*?)^```", re.DOTALL | re.MULTILINE)
PROGRAM = re.compile(r"-m ((?:pipeline|trainer)(?:\.\w+)?)(?= |$)")
# What ends a command on its line.
ENDS = frozenset({"|", ">", "&&", ";", "<"})


def page_name(path):
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("page", PAGES, ids=page_name)
def test_links_of_the_repository_lead_to_files(page):
    for link in LINK.findall(page.read_text()):
        if "://" not in link:
            assert (page.parent / unquote(link)).exists(), link


def commands(page):
    """The words of every command of the programs on a page, and the program."""
    for block in BLOCK.findall(page.read_text()):
        for line in block.replace("\\\n", " ").splitlines():
            if (found := PROGRAM.search(line)) is None:
                continue
            words = shlex.split(line[found.end() :], comments=True)
            end = next((n for n, word in enumerate(words) if word in ENDS), None)
            yield found[1], words[:end]


COMMANDS = [
    pytest.param(program, words, id=f"{page_name(page)} {number}")
    for page in PAGES
    for number, (program, words) in enumerate(commands(page))
]


def test_there_are_commands():
    assert len(COMMANDS) > 30


@pytest.mark.parametrize(("program", "words"), COMMANDS)
def test_command_is_taken_by_its_program(program, words):
    if program == "trainer":
        assert trainer_parser().parse_args(words).command == words[0]
    elif program == "pipeline.sample":
        assert sample_parser().parse_args(words).output
    elif words[0] == "inspect":
        assert vars(make_inspect_parser(program).parse_args(words[1:]))
    else:
        parser = {"pipeline": pipeline_parser, "pipeline.recommend": recommend_parser}[
            program
        ]()
        own, of_beam = parser.parse_known_args(words)
        assert own.input
        assert own.output
        beam_options(of_beam, parser.flags(), program)
