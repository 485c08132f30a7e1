"""The section on the training."""

from typing import Any

from trainer.durations import format_duration
from trainer.report.charts import curves
from trainer.report.parts import Chart, Facts, Part, Section
from trainer.report.training_facts import TrainingFacts


def training_section(facts: TrainingFacts) -> Section:
    """Returns how the training went."""
    metrics = facts.metrics
    best = int(metrics["best_epoch"])
    parts: list[Part] = [Facts(_summary(metrics, facts))]
    for name, series, caption in (
        ("loss", facts.losses, _loss_caption(facts)),
        ("measures", facts.measures, "On the eval split, seen items left out."),
    ):
        if series:
            parts.append(_curves(facts, name, series, caption, best))
    rates = {"learning rate": facts.learning_rate}
    caption = f"At the end of each epoch: {facts.options.learning_rate_schedule}."
    parts.append(_curves(facts, "learning rate", rates, caption, None))
    return Section("training", "Training", parts)


def _summary(metrics: Any, facts: TrainingFacts) -> dict[str, str]:
    return {
        "model": facts.options.model,
        "parameters": f"{metrics['parameters']:,}",
        "epochs": f"{metrics['epochs']}, the best {metrics['best_epoch']}",
        "time": format_duration(metrics["seconds"]),
        "speed": f"{metrics['windows_per_second']:,.0f} windows a second",
        "device": str(metrics["devices"]),
    }


def _loss_caption(facts: TrainingFacts) -> str:
    """Returns what the curves of the loss are, which need not be of one kind."""
    options = facts.options
    of = "over all items"
    if options.loss == "sampled" and not _samples_all(facts):
        of = f"over samples of {options.num_negatives:,} items"
    elif options.label_smoothing:
        of += f" with {options.label_smoothing:g} of each target spread over them"
    training = f"Mean cross-entropy in nats. loss: of training, {of}, while it learns"
    if "val_loss" not in facts.losses:
        return f"{training}."
    return (
        f"{training}; val_loss: of the eval split, over all items, behind each epoch."
    )


def _samples_all(facts: TrainingFacts) -> bool:
    num_items = facts.metrics.get("model", {}).get("num_items")
    return num_items is not None and facts.options.num_negatives >= num_items


def _curves(
    facts: TrainingFacts,
    name: str,
    series: dict[str, list[float]],
    caption: str,
    best: int | None,
) -> Chart:
    marked = f" The kept epoch, {best}, is marked." if best is not None else ""
    return Chart(
        curves(facts.epochs, series, name, best),
        f"chart-{name.replace(' ', '-')}",
        caption + marked,
        name.capitalize(),
        ("epoch", *series),
        [
            (str(epoch), *(f"{values[row]:.4g}" for values in series.values()))
            for row, epoch in enumerate(facts.epochs)
        ],
    )
