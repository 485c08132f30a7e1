"""The section on the quality, as `evaluate` measured it."""

import shlex

from trainer.data.data_set import DataSet
from trainer.evaluation import ABOUT_GAP_HIDDEN, GAP_HIDDEN, caveats_of_runs
from trainer.evaluation.table import NO_INTERVAL
from trainer.learned_from import difference
from trainer.report.charts import bars, intervals
from trainer.report.parts import Chart, Part, Section, Text
from trainer.report.quality import SHOWN, Bounded, Quality

_CUTS = ("history_length", "target_popularity")
_CUT_MEASURE = "ndcg@10"


def quality_section(
    run: str, data_set: DataSet, found: list[Quality], *, with_attributes: bool = False
) -> Section:
    """Returns the comparison with the baselines and the cuts, for each split.

    Args:
      run: the folder of the run.
      data_set: the one that it learned from.
      found: the figures of its evaluations.
      with_attributes: whether it learned from attributes of items.
    """
    parts: list[Part] = []
    if not found:
        parts.append(
            Text(
                "Not measured yet: run `python -m trainer evaluate --run "
                f"{shlex.quote(run)} --data {shlex.quote(data_set.path)}`."
                if data_set.manifest.holds_out
                else "The data set holds nothing out: there is nothing to measure on."
            )
        )
    for quality in found:
        if differs := difference(quality.value, data_set.manifest):
            parts.append(
                Text(
                    f"The {quality.split} figures are of {quality.value['data']}, a "
                    f"data set of other {differs} than the run learned from."
                )
            )
        parts += [
            _protocol(quality, with_attributes),
            *_comparison(quality),
            *_cuts(quality),
        ]
    return Section("quality", "Quality", parts)


def _protocol(quality: Quality, with_attributes: bool) -> Text:
    value = quality.value
    level = 100 * value["intervals"]["level"]
    caveats = caveats_of_runs(quality.split, with_attributes=with_attributes)
    about_runs = "".join(f" And {caveat}." for caveat in caveats)
    hidden = any(name.endswith(GAP_HIDDEN) for name in quality.scorers)
    about_hidden = f" {ABOUT_GAP_HIDDEN}." if hidden else ""
    return Text(
        f"{quality.split.capitalize()} split: {value['targets']:,} targets of "
        f"{value['users']:,} users, each ranked among all {value['items']:,} items but "
        f"those that the user had seen. {100 * value['unknown_share']:.1f} % of the "
        f"targets are unknown items and {100 * value['seen_share']:.1f} % were seen "
        f"before: both count as a miss. --split {value['data_split']}: "
        f"{value['caveat']}.{about_runs} Bars are {level:g} % intervals over users; "
        "a single user has none."
        f"{about_hidden}"
    )


def _comparison(quality: Quality) -> list[Part]:
    charts: list[Part] = []
    for measure in SHOWN:
        rows = {name: quality.interval(name, measure) for name in quality.scorers}
        charts.append(
            Chart(
                intervals(rows, measure.upper(), quality.scorers[0]),
                f"chart-{quality.split}-{measure.replace('@', '-')}",
                f"{measure.upper()} on the {quality.split} split; the run stands out.",
                f"{measure.upper()}, {quality.split}",
                ("", measure.upper(), "low", "high"),
                [(name, *_cells(bounded)) for name, bounded in rows.items()],
            )
        )
    return charts


def _cuts(quality: Quality) -> list[Part]:
    charts: list[Part] = []
    for name in _CUTS:
        if name not in quality.value["cuts"]:
            continue
        rows = quality.cut(name, _CUT_MEASURE)
        counts = quality.counts(name)
        targets = {label: number for label, (number, _) in counts.items()}
        words = name.replace("_", " ")
        identity = f"chart-{quality.split}-{name.replace('_', '-')}"
        charts += [
            Chart(
                intervals(rows, _CUT_MEASURE.upper()),
                identity,
                f"{quality.scorers[0]} by {quality.value['cuts'][name]}.",
                f"By {words}, {quality.split}",
                (words, "targets", "users", _CUT_MEASURE.upper(), "low", "high"),
                [
                    (label, *(f"{n:,}" for n in counts[label]), *_cells(bounded))
                    for label, bounded in rows.items()
                ],
            ),
            Chart(
                bars({"targets": targets}, words, "targets"),
                f"{identity}-targets",
                "How many targets each part holds.",
            ),
        ]
    return charts


def _cells(bounded: Bounded) -> list[str]:
    value, interval = bounded
    bounds = [NO_INTERVAL] * 2 if interval is None else [f"{v:.4f}" for v in interval]
    return [f"{value:.4f}", *bounds]
