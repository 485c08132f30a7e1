"""`python -m benchmarks`: one subject a file, tables for each.

Usage:
    REAL_DATA=FOLDER python -m benchmarks targets --output OUT
    REAL_DATA=FOLDER python -m benchmarks ablation --output OUT --data beauty
    REAL_DATA=FOLDER python -m benchmarks logits --output OUT
"""

import shlex
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any

from schemas.cli.command_line import Parser, run_program, unknown_argument
from schemas.errors import UsageError

PROG = "python -m benchmarks"

# By folder, which is what a subject's file is in.
SUBJECTS = {
    "quality": {
        "targets": "the quality that the models reach, beside what they should reach",
        "ablation": "what each choice of model, loss and data is worth",
    },
    "data": {
        "pipeline_speed": "the pipeline beside what its users would write instead",
        "scale": "what the pipeline takes at any size, over generated logs",
    },
    "training": {
        "reading": "reading TFRecords to batches against plain tf.data pipelines",
        "epoch": "the training of the notebook's model, and its time to a quality",
        "sasrec": "the training of the transformer beside RecBole's SASRec",
        "logits": "the speed of logits at real targets against logits everywhere",
        "catalogue": "what a training step takes as the catalogue grows",
        "throughput": "windows a second of a training, and what waits for input",
    },
    "answers": {
        "ranking": "full-ranking evaluation against predict and argsort",
        "serving": "one request and batches of 256 against predict of the notebook",
        "recommend": "recommendations for all users against trainer predict",
    },
}
# The folder of each subject.
FOLDERS = {name: folder for folder, names in SUBJECTS.items() for name in names}


def main(argv: Sequence[str] | None = None) -> int:
    """Runs a subject, and prints and writes its tables.

    Args:
      argv: the arguments; None takes those of the process.

    Returns:
      The exit status, as that of the two programs.
    """
    arguments = sys.argv[1:] if argv is None else list(argv)
    return run_program(_run, arguments, PROG)


def _run(argv: Sequence[str]) -> int:
    parser = Parser(prog=PROG, description="Measures Seamstress on public data sets.")
    subjects = parser.add_subparsers(
        dest="subject", metavar="SUBJECT", title="subjects", parser_class=Parser
    )
    chosen = next((word for word in argv if word in FOLDERS), None)
    module: Any = None
    flags = parser.flags()
    for name, folder in FOLDERS.items():
        meaning = SUBJECTS[folder][name]
        sentence = f"{meaning[0].upper()}{meaning[1:]}."
        subject = subjects.add_parser(name, help=meaning, description=sentence)
        if name == chosen:
            module = import_module(f"benchmarks.{folder}.{name}")
            module.add_arguments(subject)
            flags = subject.flags()
    for word in argv if module else ():
        # Before argparse, which would first miss the flag that was misspelt.
        if word.startswith("--") and word.split("=", 1)[0] not in flags:
            raise unknown_argument(word, flags, f"{PROG} {chosen}")
    args = parser.parse_args(argv)
    if module is None:
        raise UsageError(
            f"a subject is missing; choose one of {', '.join(FOLDERS)} "
            f"(see `{PROG} --help`)"
        )
    status: int = module.run(args, shlex.join([*PROG.split(), *argv]))
    return status


if __name__ == "__main__":
    sys.exit(main())
