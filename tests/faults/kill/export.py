"""Exports the model of a finished run once more.

python -m tests.faults.kill.export RUN DATA OUTPUT
"""

import sys
from collections.abc import Sequence

from schemas.cli.command_line import run_program

PROG = "export"


def main(argv: Sequence[str]) -> int:
    return run_program(_export, argv, PROG)


def _export(argv: Sequence[str]) -> int:
    run, data, output = argv
    from trainer.quiet import load_tensorflow

    load_tensorflow()
    from trainer.data.data_set import open_data_set
    from trainer.runs import load_run
    from trainer.serving.export import export_model

    model, options = load_run(run)
    export_model(open_data_set(data), model, output, options.day_feature)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
