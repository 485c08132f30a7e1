"""The section on the data set."""

from schemas.days import iso_date
from schemas.features import GAP_DAYS, NB_DAYS
from schemas.layout import EVAL, TEST, TRAIN
from schemas.settings import SPLIT_CAVEATS
from trainer.data.data_set import DataSet
from trainer.report.charts import bars, ranked
from trainer.report.data_facts import DataFacts, DayBucket
from trainer.report.parts import Chart, Facts, Part, Section, Table, Text

_DAYS = {NB_DAYS: "ages of the items", GAP_DAYS: "gaps to the next item"}


def data_section(data_set: DataSet, facts: DataFacts) -> Section:
    """Returns what the data set holds."""
    manifest = data_set.manifest
    parts: list[Part] = [
        Facts(_counts(data_set)),
        Text(
            f"Windows of up to {data_set.max_length} items; --split "
            f"{manifest.split.name}: {SPLIT_CAVEATS[manifest.split.name]}. Training "
            f"ages count from {iso_date(manifest.reference_day)}, the last accepted "
            f"day is {iso_date(manifest.last_day)}.{_attributes(data_set)}"
        ),
        *_rejected(data_set),
        *_counted(facts),
        _months(facts),
        _lengths(facts),
        _popular(data_set, facts),
        *(_buckets(name, found) for name, found in facts.buckets.items()),
    ]
    return Section("data", "The data", parts)


def _counts(data_set: DataSet) -> dict[str, str]:
    manifest = data_set.manifest
    statistics = manifest.statistics
    shown = {
        "rows read": manifest.rows.read,
        "accepted": manifest.rows.accepted,
        "rejected": sum(manifest.rows.rejected.values()),
        "left out by choice": sum(manifest.rows.dropped.values()),
        "users": statistics.get("users", 0),
        "of them long enough": statistics.get("users_long_enough", 0),
        "items": statistics.get("items", 0),
        "in the vocabulary": manifest.num_items,
    }
    counts = {name: f"{value:,}" for name, value in shown.items()}
    for split in (TRAIN, EVAL, TEST):
        windows = data_set.num_records(split)
        unknown = statistics.get(f"{split}_unknown_targets", 0)
        share = f", {100 * unknown / windows:.1f} % unknown" if unknown else ""
        counts[f"{split} windows"] = f"{windows:,}{share}"
    return counts


def _attributes(data_set: DataSet) -> str:
    if not data_set.manifest.settings.get("item_fields"):
        return ""
    return (
        " An attribute of an item is its latest value in the input, of held-out events "
        "too: where it changes, a model that learns from it is not free of leaks."
    )


def _rejected(data_set: DataSet) -> list[Part]:
    rows = data_set.manifest.rows
    left_out = [
        *((reason, "rejected", count) for reason, count in rows.rejected.items()),
        *((f"--{flag}", "left out by choice", n) for flag, n in rows.dropped.items()),
    ]
    if not left_out:
        return [Text("Every row of the input was accepted.")]
    table = [(reason, kind, f"{count:,}") for reason, kind, count in left_out]
    return [Table(("why", "what became of it", "rows"), table, "Rows left out")]


def _counted(facts: DataFacts) -> list[Part]:
    if facts.counted == 1:
        return []
    share = 100 * facts.counted
    return [Text(f"What follows was counted on {share:.1f} % of the windows.")]


def _months(facts: DataFacts) -> Chart:
    both = {
        "training": {month: train for month, (train, _) in facts.months.items()},
        "held out": {month: held for month, (_, held) in facts.months.items()},
    }
    shown = {name: values for name, values in both.items() if any(values.values())}
    return Chart(
        bars(shown, "month", "events", is_date=True),
        "chart-months",
        "Training events by month, and targets held out to measure on.",
        "Events per month",
        ("month", "training events", "held-out targets"),
        [(month, f"{a:,}", f"{b:,}") for month, (a, b) in facts.months.items()],
    )


def _lengths(facts: DataFacts) -> Chart:
    return Chart(
        bars({"users": facts.lengths}, "events of a user", "users"),
        "chart-lengths",
        "Users by the number of their events, of those with a window.",
        "Lengths of the histories",
        ("events", "users"),
        [(label, f"{count:,}") for label, count in facts.lengths.items()],
    )


def _popular(data_set: DataSet, facts: DataFacts) -> Chart:
    table = data_set.item_table

    def attributes(item: str) -> list[str]:
        values = {} if table is None else table.attributes(item)
        return [value or "" for value in values.values()]

    return Chart(
        ranked({one.item: one.events for one in facts.popular}, "training events"),
        "chart-popular",
        f"The most popular tenth of the items has {100 * facts.top_tenth:.0f} % of the "
        "training events.",
        "Most popular items",
        ("item", "training events", "share", *(table.fields if table else ())),
        [
            (
                one.item,
                f"{one.events:,}",
                f"{100 * one.share:.2f} %",
                *attributes(one.item),
            )
            for one in facts.popular
        ],
    )


def _buckets(name: str, buckets: list[DayBucket]) -> Chart:
    # The width of the last one, which has no end, is that of a day.
    widths = {
        str(one.number): 1 if one.last is None else one.last - one.first + 1
        for one in buckets
    }
    return Chart(
        bars({"days": widths}, "bucket", "days"),
        f"chart-{name.replace('_', '-')}",
        f"How many days each bucket of the {_DAYS[name]} spans; the last one has no "
        "end.",
        f"Buckets of {name}: {_DAYS[name]}",
        ("bucket", "from day", "to day"),
        [
            (
                str(one.number),
                f"{one.first:,}",
                "" if one.last is None else f"{one.last:,}",
            )
            for one in buckets
        ],
    )
