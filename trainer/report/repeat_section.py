"""The section that tells how to make the run again."""

import json
import shlex
from typing import Any

from schemas.manifest import Manifest
from trainer.report.parts import Code, Part, Section, Table, Text
from trainer.report.training_facts import TrainingFacts

# Flags that take their values with commas between them; other lists repeat theirs.
_WITH_COMMAS = frozenset({"item_fields"})
# What a schema of the user's own says, and no flag: the command leaves it out.
_OF_A_SCHEMA = frozenset({"rating_required"})


def repeat_section(
    run: str, data: str, manifest: Manifest, facts: TrainingFacts
) -> Section:
    """Returns commands, settings and versions."""
    quoted_run, quoted_data = shlex.quote(run), shlex.quote(data)
    commands = [
        f"python -m pipeline --input REVIEWS --output {quoted_data} "
        + " ".join(_flags(manifest.settings)),
        f"python -m trainer train --data {quoted_data} --output NEW_RUN "
        f"--config {quoted_run}/config.json",
        *(
            [f"python -m trainer evaluate --run NEW_RUN --data {quoted_data}"]
            if manifest.holds_out
            else []
        ),
        "python -m trainer report --run NEW_RUN",
    ]
    versions = {**manifest.versions, **facts.metrics.get("versions", {})}
    parts: list[Part] = [
        Code("\n".join(commands), "Commands"),
        *([Text(_other_steps(facts))] if facts.steps_left_out else []),
        _table("Settings of the training", facts.options.to_json()),
        _table("Settings of the data set", manifest.settings),
        _table("Versions", versions),
    ]
    return Section("repeat", "How to repeat it", parts)


def _other_steps(facts: TrainingFacts) -> str:
    steps, epochs = facts.metrics["num_steps"], facts.options.epochs
    return (
        f"The training was given {steps:,} steps, TFX's train_steps, for which the "
        f"trainer has no flag: the command gives it {epochs:,} whole epochs, "
        f"{steps + facts.steps_left_out:,} steps, at whose end the learning rate is 0. "
        "TFX's Trainer with the same train_steps repeats it."
    )


def _table(title: str, values: dict[str, Any]) -> Table:
    rows = [(name, _text(value)) for name, value in sorted(values.items())]
    return Table(("name", "value"), rows, title, kind="folded")


def _flags(settings: dict[str, Any]) -> list[str]:
    """Returns the pipeline's flags that give these settings."""
    flags = []
    for name, value in settings.items():
        if name in _OF_A_SCHEMA:
            continue
        values = value if isinstance(value, list) else [value]
        if name in _WITH_COMMAS:
            values = [",".join(map(str, values))]
        flags += [_flag(name, _text(one)) for one in values if one is not None]
    return flags


def _flag(name: str, text: str) -> str:
    # Apart, what starts with a dash would be read as a flag of its own.
    between = "=" if text.startswith("-") else " "
    return f"--{name}{between}{shlex.quote(text)}"


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
