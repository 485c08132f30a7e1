"""Puts a report together and writes it."""

import logging
import os
import shlex
from importlib.resources import files
from pathlib import Path

import jinja2
from plotly.offline import get_plotlyjs

from schemas.errors import UserError
from schemas.storage.whole_file import write_whole
from trainer import run_files, runs
from trainer.data.data_set import DataSet, open_data_set
from trainer.learned_from import difference
from trainer.options import TrainOptions
from trainer.report.data_facts import data_facts
from trainer.report.data_section import data_section
from trainer.report.examples import examples
from trainer.report.examples_section import examples_section
from trainer.report.parts import Section
from trainer.report.quality import read_quality
from trainer.report.quality_section import quality_section
from trainer.report.repeat_section import repeat_section
from trainer.report.training_facts import TrainingFacts, training_facts
from trainer.report.training_section import training_section
from trainer.serving.examples import example_split
from trainer.storage.stand_ins import local

_logger = logging.getLogger(__name__)

_PAGE = files("trainer.report") / "page"


def write_report(run: str, options: TrainOptions, data_set: DataSet) -> Path:
    """Writes `report.html` into a finished run's folder, in place of an earlier one.

    Args:
      run: the folder of the run.
      options: those that it was trained with.
      data_set: the one that it was trained on.

    Returns:
      The local path of the file.

    Raises:
      UserError: the run or the data set is damaged, or the run learned from another
        data set: what the page said of both would be wrong.
      OSError: the file cannot be written.
    """
    training = training_facts(run, options)
    if difference(training.metrics, data_set.manifest):
        raise UserError(
            f"{run} did not learn from {data_set.path} as it is now; name the data set "
            "of the run with --data, or train again."
        )
    sections = [
        data_section(data_set, data_facts(data_set)),
        training_section(training),
        quality_section(
            run,
            data_set,
            read_quality(run),
            with_attributes=bool(options.item_features),
        ),
        examples_section(examples(run, data_set), *example_split(data_set.manifest)),
        repeat_section(run, data_set.path, data_set.manifest, training),
    ]
    path = Path(local(run), run_files.REPORT)
    write_whole(path, _page(run, training, data_set, sections))
    return path


def report_if_possible(run: str, data: str) -> None:
    """Writes the report, or warns that it was not: the work behind it is done."""
    try:
        write_report(run, runs.read_options(run), open_data_set(data))
    except (UserError, OSError) as error:
        _logger.warning(
            "the report was not written (%s); `python -m trainer report --run %s` "
            "makes it",
            error,
            shlex.quote(run),
        )


def _page(
    run: str, training: TrainingFacts, data_set: DataSet, sections: list[Section]
) -> str:
    name = os.path.basename(os.path.abspath(run)) if "://" not in run else run
    environment = jinja2.Environment(
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    template = environment.from_string(_text("report.html.j2"))
    return template.render(
        title=f"Run {name}",
        summary=f"A {training.options.model} trained on {data_set.path}.",
        sections=sections,
        style=_text("report.css"),
        script=_text("report.js"),
        plotly=get_plotlyjs(),
    )


def _text(name: str) -> str:
    return (_PAGE / name).read_text(encoding="utf-8")
