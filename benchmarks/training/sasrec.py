"""Training of the transformer on Amazon Beauty beside RecBole's SASRec.

Equal: vectors, layers, heads, feed-forward size, dropout, the full cross-entropy with
tied vectors, Adam, float32, windows of 50, the targets of a step, and the set of the
transitions that an epoch learns from. RecBole makes a sample of every prefix of a
history, padded to 50, and learns its last transition; the product learns all
transitions of a window at once. So there are two ratios: of an epoch, and of the same
arithmetic, where the product trains on RecBole's samples.
"""

import argparse
from dataclasses import dataclass
from typing import Any

from benchmarks.common.data_sets import (
    BEAUTY,
    DataSpec,
    build_data_set,
    check_sources,
    real_file,
)
from benchmarks.common.flags import add_output, add_rounds
from benchmarks.common.report import Report, Table, make_output
from benchmarks.common.timing import ROUNDS
from schemas.errors import UsageError

MAX_LENGTH = 50
DIM, LAYERS, HEADS, INNER = 64, 2, 2, 256
DROPOUT, BATCH, LEARNING_RATE = 0.5, 2048, 0.001

SETTINGS: dict[str, Any] = {
    "model": "transformer",
    "day_feature": "none",
    "item_embedding": DIM,
    "units": (INNER,) * LAYERS,
    "num_heads": HEADS,
    "dropout": DROPOUT,
    "tie_embeddings": True,
    "loss": "full",
    "train_positions": "once",
    "unknown_rate": 0.0,
    "learning_rate": LEARNING_RATE,
    "learning_rate_schedule": "constant",
    "weight_decay": 0.0,
}
RECBOLE_SETTINGS: dict[str, Any] = {
    "hidden_size": DIM,
    "n_layers": LAYERS,
    "n_heads": HEADS,
    "inner_size": INNER,
    "hidden_dropout_prob": DROPOUT,
    "attn_dropout_prob": DROPOUT,
    "loss_type": "CE",
    "MAX_ITEM_LIST_LENGTH": MAX_LENGTH,
    "train_batch_size": BATCH,
    "train_neg_sample_args": None,
    "learning_rate": LEARNING_RATE,
    "load_col": {"inter": ["user_id", "item_id", "timestamp"]},
    "TIME_FIELD": "timestamp",
    "eval_args": {
        "split": {"LS": "valid_and_test"},
        "order": "TO",
        "mode": "full",
        "group_by": "user",
    },
    "use_gpu": False,
    "state": "WARNING",
}

_NOTES = (
    f"{LAYERS} layers, {HEADS} heads, vectors of {DIM}, feed-forward {INNER}, dropout "
    f"{DROPOUT} (the product's blocks a fifth of it), windows of {MAX_LENGTH}, full "
    f"cross-entropy, Adam, float32; about {BATCH} targets to a step",
    "Windows: each transition once, rows of one width to a batch; prefixes: RecBole's "
    f"samples, each padded to {MAX_LENGTH}, one target to a sample",
)


@dataclass(frozen=True)
class SasrecTimes:
    """An epoch of one way.

    Attributes:
      name: of the way.
      rows: of an epoch, padding left out.
      targets: that it learns from.
      steps: of an epoch.
      timed_steps: how many of them a round trained.
      seconds: of each round.
      epoch: seconds of an epoch: the median, times `steps` / `timed_steps`.
      floor: the seconds that the multiply-adds of its real steps take.
    """

    name: str
    rows: int
    targets: int
    steps: int
    timed_steps: int
    seconds: tuple[float, ...]
    epoch: float
    floor: float


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the flags of `sasrec`."""
    add_output(parser)
    add_rounds(parser)
    parser.add_argument(
        "--recbole_python",
        metavar="PATH",
        help="an interpreter with RecBole; without it its row is left out",
    )
    parser.add_argument(
        "--steps",
        type=int,
        default=5,
        metavar="N",
        help="steps of a round on prefixes, which are all of one size: an epoch of 65 "
        "is reckoned from them (default: 5)",
    )


def run(args: argparse.Namespace, command: str) -> int:
    """Measures, prints and writes.

    Args:
      args: what the flags of `add_arguments` gave.
      command: the command line, for the table.

    Returns:
      The exit status.
    """
    if args.rounds < ROUNDS:
        raise UsageError(f"--rounds must be at least {ROUNDS}, got {args.rounds}")
    if args.steps < 1:
        raise UsageError(f"--steps must be at least 1, got {args.steps}")
    specs = [
        DataSpec(BEAUTY, "leave_one_out", MAX_LENGTH, stride)
        for stride in (MAX_LENGTH, 1)
    ]
    check_sources(specs)
    folder = make_output(args.output)
    apart, overlapping = (build_data_set(spec, folder) for spec in specs)

    from trainer.quiet import load_tensorflow

    load_tensorflow()
    from benchmarks.common.matrix_speed import multiply_adds_a_second
    from benchmarks.training.sasrec_times import measure_sasrec

    speed = multiply_adds_a_second()
    times = measure_sasrec(
        apart,
        overlapping,
        real_file(BEAUTY),
        folder,
        args.rounds,
        args.steps,
        args.recbole_python,
        speed,
    )
    report = Report(
        subject="sasrec",
        title="Training of the transformer",
        command=command,
        notes=(
            *_NOTES,
            f"Medians of {args.rounds} rounds in turns; prefixes: {args.steps} steps a "
            "round, as parts of an epoch. The floor: the multiply-adds of the real "
            "steps and targets, forward and backward, at the "
            f"{speed / 1e9:.0f} thousand million a second of TensorFlow's product of "
            "two matrices",
        ),
        tables=[sasrec_table(times)],
        figures={
            "multiply_adds_per_second": speed,
            "ways": [vars(each) for each in times],
        },
    )
    print(report.write(folder), end="")
    return 0


def sasrec_table(times: list[SasrecTimes]) -> Table:
    """Returns the table; RecBole, where it was measured, is the last way."""
    last = times[-1]
    cells = [
        [
            each.name,
            f"{each.rows:,}",
            f"{each.targets:,}",
            str(each.steps),
            f"{each.epoch:.1f}",
            f"{last.epoch / each.epoch:.2f}",
            f"{each.epoch / each.floor:.2f}",
        ]
        for each in times
    ]
    missing = "RecBole is left out: no --recbole_python was given."
    return Table(
        "An epoch",
        [
            "way",
            "rows",
            "targets",
            "steps",
            "seconds",
            "times as fast as the last line",
            "times the floor",
        ],
        cells,
        () if last.name.startswith("RecBole") else (missing,),
    )
