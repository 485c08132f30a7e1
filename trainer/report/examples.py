"""What a run recommends to some users, beside what they had."""

from dataclasses import dataclass
from pathlib import Path

from trainer import run_files
from trainer.data.data_set import DataSet
from trainer.data.item_table import ItemTable
from trainer.serving.client import Client, Recommendation
from trainer.serving.examples import example_requests
from trainer.serving.requests import Event
from trainer.storage.paths import join
from trainer.storage.stand_ins import local

NUM_USERS = 5
TOP_K = 10


@dataclass(frozen=True)
class Example:
    """A history, oldest event first, and what the model answers.

    Attributes:
      history: its events.
      as_of: the day it is asked for.
      recommendations: best first.
      table: attributes of the items, where the export has any.
    """

    history: tuple[Event, ...]
    as_of: str
    recommendations: list[Recommendation]
    table: ItemTable | None


def examples(run: str, data_set: DataSet) -> list[Example]:
    """Asks the exported model for users of the data set, those with most inputs.

    Returns:
      Nothing where the run was trained without an export.

    Raises:
      UserError: the export or the data set is damaged.
    """
    export = join(run, run_files.EXPORT)
    if not Path(local(export)).exists():
        return []
    client = Client(export)
    requests = example_requests(data_set, NUM_USERS)
    return [
        # Without the user's id: a report is passed on.
        Example(request.history, request.as_of, answer, client.item_table)
        for request, answer in client.recommend(requests, TOP_K)
    ]
