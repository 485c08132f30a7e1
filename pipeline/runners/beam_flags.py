"""Beam's own flags: which there are, and which engine `--runner` means."""

import shutil
import weakref
from collections.abc import Mapping, Sequence

import apache_beam as beam
from apache_beam.options.pipeline_options import (
    PipelineOptions,
    SetupOptions,
    StandardOptions,
)
from apache_beam.runners.runner import PipelineRunner, create_runner

from pipeline.runners.credentials import check_credentials
from pipeline.runners.dataflow import check_dataflow, is_dataflow
from pipeline.runners.in_process import in_process_engine
from pipeline.runners.quick_options import QuickOptions
from schemas.cli.command_line import Parser, unknown_argument
from schemas.errors import UsageError

DEFAULT_RUNNER = "DirectRunner"
# Gives wrong results without an error: it drops branches and mixes tagged outputs.
_UNSUPPORTED = {"daskrunner"}
_IN_PROCESS = {
    "bundlebaseddirectrunner",
    "directrunner",
    "fnapirunner",
    "switchingdirectrunner",
}


def beam_options(
    arguments: Sequence[str], own_flags: Sequence[str], prog: str
) -> PipelineOptions:
    """Turns what the program's own parser left over into Beam's options.

    Args:
      arguments: the arguments that are no flag of the program.
      own_flags: the program's flags, for suggestions.
      prog: the program, for messages.

    Raises:
      UsageError: Beam knows no such flag, or its value is wrong.
    """
    parser = Parser(prog=prog, add_help=False)
    for options in PipelineOptions.__subclasses__():
        options._add_argparse_args(parser)
    _, rest = parser.parse_known_args(list(arguments))
    if rest:
        raise unknown_argument(rest[0], [*own_flags, *parser.flags()], prog)
    options = QuickOptions(list(arguments))
    # The code is an installed package, and pickling the main session would ship more.
    options.view_as(SetupOptions).save_main_session = False
    return options


def runner_of(name: str | None) -> PipelineRunner:
    """Returns the engine that a `--runner` names.

    `DirectRunner` is Beam's in-process engine, FnApiRunner. Beam's own DirectRunner
    would first try to download another one, so that which engine runs, and how long
    its start takes, would depend on the network.

    Raises:
      UsageError: there is no such runner, or it is not supported.
    """
    name = name or DEFAULT_RUNNER
    # Beam also takes a runner's whole path, `package.module.Runner`.
    short_name = name.rpartition(".")[2].lower()
    if short_name in _UNSUPPORTED:
        raise UsageError(
            f"--runner {name} is not supported: it drops parts of this pipeline "
            "without an error; use DirectRunner or DataflowRunner"
        )
    if short_name in _IN_PROCESS:
        return in_process_engine()
    try:
        return create_runner(name)
    except (ImportError, ValueError, AttributeError) as error:
        raise UsageError(
            f"--runner {name} can't be used ({error}); use DirectRunner, PrismRunner "
            "or DataflowRunner"
        ) from error


def new_pipeline(
    options: PipelineOptions, paths: Mapping[str, Sequence[str]]
) -> beam.Pipeline:
    """Returns an empty pipeline on the engine that the options name.

    Args:
      options: Beam's own; what follows from others is filled in.
      paths: what the workers read and write, by the flag that names it.

    Raises:
      UsageError: there is no such engine, or it needs flags that are not given.
    """
    name = options.view_as(StandardOptions).runner
    runner = runner_of(name)
    if is_dataflow(runner):
        check_dataflow(options, runner, paths)
    check_credentials(options, (path for named in paths.values() for path in named))
    try:
        pipeline = beam.Pipeline(runner=runner, options=options)
    except ValueError as error:
        raise UsageError(
            f"--runner {name} can't be used: {_one_line(error)}; give the flags that "
            "it needs, or use DirectRunner"
        ) from error
    # Beam removes it at the end of a run, but not where none begins.
    weakref.finalize(pipeline, shutil.rmtree, pipeline.local_tempdir, True)
    return pipeline


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split()).rstrip(".")
