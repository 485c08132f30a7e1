"""Full-ranking evaluation against `predict` and `argsort` of the same model.

The peer is what a user of Keras would write: scores of all users at once by
`model.predict`, those of seen items taken out, `np.argsort`, and the place of the
target. Both give HR@10 and NDCG@10, which are checked to be equal.
"""

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.common.data_sets import BEAUTY, DataSpec, build_data_set, check_sources
from benchmarks.common.flags import TIMED_ROUNDS, add_output, add_rounds, check_numbers
from benchmarks.common.programs import Usage, run_python
from benchmarks.common.report import Report, Table, make_output
from benchmarks.common.timing import Timing
from benchmarks.common.trained_runs import train_run
from schemas.errors import UsageError

PRODUCT = "rank_targets"
PEER = "predict and argsort"
DATA = DataSpec(BEAUTY, "leave_one_out", 50)

_NOTES = (
    "Ranks of all test targets over the whole catalogue without seen items, to HR@10 "
    "and NDCG@10; the product also ranks among all items and finds the ten best",
    "The peer asks `predict` for batches of 512, and for windows as the data set holds "
    "them",
    "Times in turns inside one process; peak memory of a process that ranks once. Of "
    "more targets than there are, which are repeated, the peer is left out",
    "Floor: the multiply-adds of real events and of the logits at the speed measured "
    "for a product of large matrices",
)


@dataclass(frozen=True)
class Ranked:
    """What was timed.

    Attributes:
      targets: ranked.
      items: N.
      events: real events of their windows.
      window: W.
      timings: the product first.
      floor_seconds: what the multiply-adds alone would take.
      multiply_adds_a_second: as measured.
      figures: HR@10 and NDCG@10 of each way.
    """

    targets: int
    items: int
    events: int
    window: int
    timings: Sequence[Timing]
    floor_seconds: float
    multiply_adds_a_second: float
    figures: dict[str, dict[str, float]]


@dataclass(frozen=True)
class Weighed:
    """A process that ranked some targets once.

    Attributes:
      way: `PRODUCT` or `PEER`.
      targets: how many it ranked.
      usage: what it took.
    """

    way: str
    targets: int
    usage: Usage


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the flags of `ranking`."""
    add_output(parser)
    parser.add_argument(
        "--config",
        default="long",
        metavar="FILE",
        help="of the model, which is trained for one epoch (default: long)",
    )
    add_rounds(parser)
    parser.add_argument(
        "--shares",
        default="0.25,1,4",
        metavar="X,X",
        help="shares of the targets whose memory is measured; above 1 targets are "
        "repeated, and the peer is left out (default: 0.25,1,4)",
    )


def run(args: argparse.Namespace, command: str) -> int:
    """Measures, prints and writes.

    Args:
      args: what the flags of `add_arguments` gave.
      command: the command line, for the table.

    Returns:
      The exit status.
    """
    check_numbers(args, [TIMED_ROUNDS])
    try:
        shares = [float(share) for share in args.shares.split(",")]
    except ValueError:
        shares = [0.0]
    if not all(share > 0.0 for share in shares):
        raise UsageError(
            "--shares must be numbers above 0 with commas between them, got "
            f"{args.shares!r}"
        )
    check_sources([DATA])
    folder = make_output(args.output)
    data = build_data_set(DATA, folder)
    model = train_run(data, args.config, folder)
    weighed = [
        weigh(way, model, data, share, folder)
        for share in shares
        for way in (PRODUCT, PEER)
        if way == PRODUCT or share <= 1.0
    ]

    from trainer.quiet import load_tensorflow

    load_tensorflow()
    from benchmarks.answers.ranking_ways import time_ways

    ranked = time_ways(str(model), str(data), args.rounds)
    print(report_of(ranked, weighed, args.rounds, command).write(folder), end="")
    return 0


def weigh(way: str, run: Path, data: Path, share: float, folder: Path) -> Weighed:
    """Ranks a share of the targets once, in a process of its own.

    Raises:
      UserError: the process failed, for instance for lack of memory.
    """
    path = folder / "ranking-way.json"
    with path.open("wb") as stream:
        usage = run_python(
            *(
                "-m",
                "benchmarks.answers.ranking_ways",
                way,
                str(run),
                str(data),
                str(share),
            ),
            stdout=stream,
        )
    targets = json.loads(path.read_text())["targets"]
    path.unlink()
    return Weighed(way, targets, usage)


def report_of(
    ranked: Ranked, weighed: Sequence[Weighed], rounds: int, command: str
) -> Report:
    """Returns the tables of time and of memory."""
    product = ranked.timings[0]
    return Report(
        subject="ranking",
        title="Full-ranking evaluation",
        command=command,
        notes=(
            f"{ranked.targets:,} targets over {ranked.items:,} items; windows of "
            f"{ranked.window}, which hold {ranked.events / ranked.targets:.1f} events "
            "on average",
            *_NOTES,
            f"Median of {rounds} rounds; matrices are multiplied at "
            f"{ranked.multiply_adds_a_second / 1e9:,.0f} billion multiply-adds a "
            "second",
        ),
        tables=[
            Table(
                "Time",
                ["way", "seconds", "targets/s", "times as long", "times the floor"],
                [_time_cells(way, product, ranked) for way in ranked.timings],
            ),
            Table(
                "Memory",
                ["way", "targets", "peak GB", "CPU seconds, imports too"],
                [
                    [
                        each.way,
                        f"{each.targets:,}",
                        f"{each.usage.peak_bytes / 1e9:.2f}",
                        f"{each.usage.cpu_seconds:.1f}",
                    ]
                    for each in sorted(weighed, key=lambda each: each.way, reverse=True)
                ],
            ),
        ],
        figures=_figures(ranked, weighed, rounds),
    )


def _time_cells(way: Timing, product: Timing, ranked: Ranked) -> list[str]:
    return [
        way.name,
        f"{way.median:.2f}",
        f"{ranked.targets / way.median:,.0f}",
        f"{way.ratio_to(product):.2f}",
        f"{way.median / ranked.floor_seconds:.1f}",
    ]


def _figures(ranked: Ranked, weighed: Sequence[Weighed], rounds: int) -> dict[str, Any]:
    return {
        "rounds": rounds,
        "ranked": asdict(ranked),
        "memory": [asdict(each) for each in weighed],
    }
