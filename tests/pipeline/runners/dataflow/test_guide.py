"""docs/dataflow.md names flags that exist."""

import re

from apache_beam.options.pipeline_options import PipelineOptions

from pipeline.flags import make_parser
from schemas.cli.command_line import Parser
from tests.support.programs import ROOT

# Of other programs: gcloud's, the trainer's, and of the scripts.
OTHERS = {"--all", "--data", "--endpoint", "--location"}


def test_every_flag_is_known_to_the_pipeline_or_to_beam():
    beam = Parser(prog="", add_help=False)
    for options in PipelineOptions.__subclasses__():
        options._add_argparse_args(beam)
    known = {*make_parser().flags(), *beam.flags()}
    texts = [ROOT / "docs" / "dataflow.md", ROOT / "submit_dataflow.sh"]
    for path in texts:
        named = set(re.findall(r"(?<![\w-])--[a-z0-9_]+", path.read_text()))
        assert len(named) > 10
        assert named - OTHERS - {"--help"} <= known
