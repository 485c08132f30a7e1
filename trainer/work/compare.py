"""The work of `python -m trainer compare`."""

import contextlib
import json
import logging

from trainer.commands.compare import CompareCall
from trainer.comparison.compare import compare
from trainer.comparison.files import OWNED, is_read, write_comparison
from trainer.comparison.markdown import format_markdown
from trainer.data.data_copy import local_data_set, to_measure
from trainer.run_files import METRICS
from trainer.run_files import is_read as is_read_of_run
from trainer.runs import check_no_data_set
from trainer.storage.copies import local_copy
from trainer.storage.mirrors import mirrored
from trainer.training.retracing import without_retracing_warnings

_logger = logging.getLogger(__name__)


def run(call: CompareCall) -> None:
    """Trains what is missing, measures, prints and writes.

    Raises:
      UsageError: the data set has no such split.
      UserError: the data set or a run cannot be used, or training failed.
      PreemptedError: SIGTERM came while a run trained; the same command goes on.
    """
    options = call.compared
    with contextlib.ExitStack() as stand_ins:
        enter = stand_ins.enter_context
        enter(mirrored(options.output, OWNED, is_read, last=(METRICS,)))
        check_no_data_set(options.output)
        for path in options.runs:
            enter(local_copy(path, is_read_of_run))
        splits = to_measure(options.split, and_train=bool(call.configs))
        enter(local_data_set(options.data, splits))
        enter(without_retracing_warnings())
        comparison = compare(options, call.configs)
        written = write_comparison(options.output, comparison)
    # Before it is printed, since what reads stdout may be gone.
    for path in written:
        _logger.info("wrote %s", path)
    if call.format == "json":
        print(json.dumps(comparison.to_json(), indent=2))
    else:
        print(format_markdown(comparison), end="")
