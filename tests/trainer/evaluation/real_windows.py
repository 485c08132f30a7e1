"""A literal, slow transcription of the window and split rules, for real files.

One event after the other in plain Python, in the words of the rules, so that the
published figures of the baselines do not rest on the pipeline's own code.
"""

import csv
import gzip
from collections import Counter
from datetime import date

import numpy as np

from trainer.data.records import Ragged
from trainer.evaluation.held_out import HeldOut

MAX_LENGTH = 5
MIN_ITEMS = 3
SECS_PER_DAY = 86_400


def read_rent_the_runway(folder):
    """Yields (user, item, seconds, day) of the file's rows, in its order."""
    path = folder / "renttherunway_user_item_date.csv.gz"
    with gzip.open(path, "rt", newline="") as file:
        for row in csv.DictReader(file):
            day = (date.fromisoformat(row["review_date"]) - date(1970, 1, 1)).days
            yield row["user_id"], row["item_id"], day * SECS_PER_DAY, day


def read_beauty(folder):
    """Yields (user, item, seconds, day) of the file's rows, in its order."""
    path = folder / "beauty_user_item_timestamp.tsv.gz"
    with gzip.open(path, "rt", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            secs = int(row["timestamp"])
            yield row["user_id"], row["item_id"], secs, secs // SECS_PER_DAY


def histories_of(rows):
    """Returns {user: [(item, day), ...]} by moment, then by place in the file."""
    histories = {}
    for position, (user, item, secs, day) in enumerate(rows):
        histories.setdefault(user, []).append((secs, position, item, day))
    return {
        user: [(item, day) for _, _, item, day in sorted(events)]
        for user, events in histories.items()
    }


def divide(histories, split):
    """Returns the training part of each user, and the test targets.

    Returns:
      {user: number of training events, its first ones} of the users whose training
      part is cut into windows, and [(user, index of the target)].
    """
    if split == "leave_one_out":
        long = {u: h for u, h in histories.items() if len(h) >= MIN_ITEMS}
        training = {u: len(h) - 2 for u, h in long.items() if len(h) - 2 >= 2}
        return training, [(u, len(h) - 1) for u, h in long.items()]
    days = sorted(day for history in histories.values() for _, day in history)
    first_eval, first_test = np.quantile(days, [0.90, 0.95], method="inverted_cdf")
    early = {
        u: sum(day < first_eval for _, day in history)
        for u, history in histories.items()
    }
    training = {u: n for u, n in early.items() if n >= MIN_ITEMS}
    targets = [
        (user, index)
        for user, history in histories.items()
        for index, (_, day) in enumerate(history)
        if day >= first_test and index >= MIN_ITEMS - 1
    ]
    return training, targets


def windows_of(history):
    """Yields (start, events of the inputs and of the last target) of a history."""
    last = len(history) - 1
    start = 0
    while True:
        target = min(start + MAX_LENGTH, last)
        yield start, history[start : target + 1]
        if target == last:
            return
        start += 1


def padded(values):
    return [0] * (MAX_LENGTH + 1 - len(values)) + list(values)


def examples(histories, split):
    """Returns the training windows' features, the test targets, and N."""
    training, targets = divide(histories, split)
    counts = Counter(
        item for user, n in training.items() for item, _ in histories[user][:n]
    )
    by_frequency = sorted(counts, key=lambda item: (counts[item], item), reverse=True)
    ids = {item: index + 1 for index, item in enumerate(by_frequency)}
    unknown = len(ids) + 1

    users, starts, items, days = [], [], [], []
    for user, num_events in training.items():
        for start, window in windows_of(histories[user][:num_events]):
            users.append(user.encode())
            starts.append(start)
            items.append(padded([ids[item] for item, _ in window]))
            days.append(padded([day for _, day in window]))
    windows = {
        "user_id": np.array(users, object),
        "start": np.array(starts),
        "item_id": np.array(items)[:, :-1],
        "target": np.array(items)[:, 1:],
        "day": np.array(days),
    }

    inputs, answers, seen, lengths = [], [], [], [0]
    for user, index in targets:
        earlier = [ids.get(item, unknown) for item, _ in histories[user][:index]]
        inputs.append(padded(earlier[-MAX_LENGTH:])[1:])
        answers.append(ids.get(histories[user][index][0], unknown))
        seen += set(earlier)
        lengths.append(len(set(earlier)))
    held_out = HeldOut(
        inputs={"item_id": np.array(inputs)},
        target=np.array(answers),
        user=np.unique([user for user, _ in targets], return_inverse=True)[1],
        seen=Ragged(np.array(seen, np.int32), np.cumsum(lengths)),
        num_items=len(ids),
    )
    return windows, held_out
