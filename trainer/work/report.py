"""The work of `python -m trainer report`."""

from schemas.errors import UserError
from trainer.commands.report import ReportOptions
from trainer.data.data_copy import local_data_set, to_report
from trainer.data.data_set import open_data_set
from trainer.report import write_report
from trainer.run_files import METRICS, OWNED, REPORT, is_reported
from trainer.runs import check_finished, read_options
from trainer.storage.mirrors import mirrored
from trainer.storage.paths import join


def run(options: ReportOptions) -> None:
    """Writes RUN/report.html, and says where it is.

    Raises:
      UserError: the run or the data set cannot be used, or the file not be written.
    """
    page = join(options.run, REPORT)
    with mirrored(options.run, OWNED, is_reported, last=(METRICS,)):
        check_finished(options.run)
        trained = read_options(options.run)
        data = options.data or trained.data
        with local_data_set(data, to_report):
            try:
                data_set = open_data_set(data)
            except UserError as error:
                if options.data:
                    raise
                raise UserError(
                    f"{error} The run learned from it; if it has moved, say where it "
                    "is with --data."
                ) from error
            try:
                write_report(options.run, trained, data_set)
            except OSError as error:
                raise UserError(
                    f"{page} cannot be written ({error.strerror})."
                ) from error
    print(page)
