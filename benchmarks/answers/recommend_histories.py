"""Reviews to the file of histories that `trainer predict` reads, and their floor."""

import datetime
import json
from pathlib import Path
from typing import Any

# Of the files that `pipeline.sample` writes.
_DATE_FORM = "%B %d, %Y"


def write_histories(reviews: Path, histories: Path) -> int:
    """Groups reviews by user and sorts them by day, as JSON lines.

    Args:
      reviews: JSON lines with `user_id`, `item_id` and `review_date`.
      histories: what to write.

    Returns:
      The number of users.
    """
    events: dict[str, list[tuple[str, str]]] = {}
    with reviews.open() as lines:
        for row in map(json.loads, lines):
            day = datetime.datetime.strptime(row["review_date"], _DATE_FORM).date()
            event = (day.isoformat(), row["item_id"])
            events.setdefault(row["user_id"], []).append(event)
    with histories.open("w") as file:
        for user, history in events.items():
            # Stable: events of one day stay in their order.
            history.sort(key=lambda event: event[0])
            file.write(json.dumps({"user_id": user, "history": history}) + "\n")
    return len(events)


def floor_seconds(run: str, histories: Path) -> float:
    """Returns what the multiply-adds of all histories would take at the least.

    Args:
      run: the folder of a trained run.
      histories: what `write_histories` wrote.
    """
    from benchmarks.common.matrix_speed import multiply_adds_a_second
    from benchmarks.common.trained_runs import logit_multiply_adds, multiply_adds
    from trainer.runs import load_run

    model: Any = load_run(run)[0]
    config = model.config
    with histories.open() as lines:
        lengths = [len(json.loads(line)["history"]) for line in lines]
    events = sum(min(length, config.max_length) for length in lengths)
    work = events * multiply_adds(model) + len(lengths) * logit_multiply_adds(model)
    speed = multiply_adds_a_second()
    return float(work / speed)
