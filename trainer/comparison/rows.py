"""Ranks become the rows of a comparison."""

from collections.abc import Sequence

from trainer.comparison.comparison import Kind, Row
from trainer.comparison.ranked_runs import Rankings
from trainer.comparison.trained_run import TrainedRun
from trainer.evaluation.evaluator import Evaluator
from trainer.evaluation.measures import measure
from trainer.evaluation.ranking import TargetRanks


def model_rows(
    kind: Kind,
    name: str,
    runs: Sequence[TrainedRun],
    rankings: Sequence[Rankings],
    evaluator: Evaluator,
    best_baseline: TargetRanks | None = None,
) -> list[Row]:
    """Returns a row for each way in which the runs of one model were asked.

    Args:
      kind: where the model came from.
      name: what the table calls it.
      runs: its runs, one for each seed; at least one.
      rankings: theirs, in the same order.
      evaluator: what ranked.
      best_baseline: the ranks of the best baseline; None where there is none.
    """
    rows = []
    for addition in rankings[0]:
        ranks = [ranking[addition] for ranking in rankings]
        above = evaluator.difference(ranks, [best_baseline]) if best_baseline else {}
        rows.append(
            Row(
                kind=kind,
                measured=evaluator.measure(f"{name}{addition}", ranks),
                runs=tuple(runs),
                of_runs=_figures_of(ranks),
                above=above,
            )
        )
    return rows


def baseline_row(
    name: str, ranks: TargetRanks, fit_seconds: float, evaluator: Evaluator
) -> Row:
    """Returns the row of a baseline that took `fit_seconds` to be fitted."""
    return Row(
        kind="baseline",
        measured=evaluator.measure(name, [ranks]),
        fit_seconds=fit_seconds,
    )


def _figures_of(
    ranks: Sequence[TargetRanks],
) -> dict[str, tuple[dict[str, float], ...]]:
    """Returns the measures of each of several runs, by ranking."""
    if len(ranks) == 1:
        return {}
    return {
        "filtered": tuple(measure(run.filtered) for run in ranks),
        "all": tuple(measure(run.all) for run in ranks),
    }
