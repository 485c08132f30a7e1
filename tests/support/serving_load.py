"""Asks an exported model from many threads at once, and looks at every answer.

    python -m tests.support.serving_load --model RUN/model --seconds 120 --threads 16

The answers of a pool of random requests are taken one after the other first. Then all
threads draw requests from the pool and compare what comes back, to the last bit. Half
of the requests go through the signatures of `tf.saved_model.load`, half through a
session on the graph, which is TensorFlow Serving's way. The last line is a JSON object
of what was found.
"""

import argparse
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from schemas.exported_model import AS_OF, EVENT_DATE, SCORE, TOP_K
from schemas.features import ITEM_ID, VOCABULARY_FILENAME
from tests.support.memory import Held, held
from tests.support.serving_requests import REFUSED, Asked, request

# Signature and session.
DOORS = ("signature", "session")

# What an answer is compared by: shapes, items and the bits of the scores, or the kind
# of an error.
Answer = tuple[Any, ...]
Ask = Callable[[Asked], Answer]


@dataclass
class Found:
    """What a run found.

    Attributes:
      requests: asked by the threads, by door.
      refused: those that ended in an error, as they had when asked alone.
      kinds: how often histories of each kind were asked.
      wrong: the first answers that were not those of one thread, in words.
      num_wrong: all of them.
      held: memory after each round, the threads at rest.
      asked: requests up to the end of each round.
    """

    requests: Counter[str] = field(default_factory=Counter)
    refused: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    num_wrong: int = 0
    held: list[Held] = field(default_factory=list)
    asked: list[int] = field(default_factory=list)


class Server:
    """An exported model, asked through either door."""

    def __init__(self, model: str) -> None:
        import tensorflow as tf

        self._tf = tf
        self._loaded = tf.saved_model.load(model)
        graph = tf.Graph()
        self._session = tf.compat.v1.Session(graph=graph)
        with graph.as_default():
            meta = tf.compat.v1.saved_model.load(self._session, ["serve"], model)
        self._definitions = dict(meta.signature_def)

    def answer(self, door: str, asked: Asked) -> Answer:
        """Returns what a request is answered, or the name of its error."""
        ask = self._by_signature if door == "signature" else self._by_session
        try:
            items, scores = ask(asked)
        except self._tf.errors.OpError as error:
            return (type(error).__name__,)
        return items.shape, tuple(items.ravel()), scores.shape, scores.tobytes()

    def _by_signature(self, asked: Asked) -> tuple[Any, Any]:
        constant = self._tf.constant
        answer = self._loaded.signatures[asked.signature](
            **{
                ITEM_ID: constant(asked.item_id, self._tf.string),
                EVENT_DATE: constant(asked.event_date, self._tf.string),
                AS_OF: constant(asked.as_of, self._tf.string),
                TOP_K: constant(asked.top_k),
            }
        )
        return answer[ITEM_ID].numpy(), answer[SCORE].numpy()

    def _by_session(self, asked: Asked) -> tuple[Any, Any]:
        definition = self._definitions[asked.signature]
        values = {
            ITEM_ID: asked.item_id,
            EVENT_DATE: asked.event_date,
            AS_OF: asked.as_of,
            TOP_K: np.int32(asked.top_k),
        }
        items, scores = self._session.run(
            [definition.outputs[name].name for name in (ITEM_ID, SCORE)],
            {definition.inputs[name].name: value for name, value in values.items()},
        )
        return items, scores


def run_load(
    model: str, seconds: float, threads: int, pool: int, rounds: int, seed: int
) -> Found:
    """Asks a model from many threads.

    Args:
      model: the folder of the export.
      seconds: how long, over all rounds.
      threads: how many ask at once.
      pool: how many requests there are to choose from.
      rounds: after each of which all threads rest and memory is looked at.
      seed: of all draws.
    """
    vocabulary = Path(model, "assets", VOCABULARY_FILENAME).read_bytes().split(b"\n")
    requests = [request(number, vocabulary[:-1], seed) for number in range(pool)]
    server = Server(model)
    expected = {
        (door, number): server.answer(door, asked)
        for door in DOORS
        for number, asked in enumerate(requests)
    }
    found = Found(kinds=Counter(asked.kind for asked in requests))
    for (door, number), answer in expected.items():
        if (len(answer) == 1) != (requests[number].kind in REFUSED):
            found.num_wrong += 1
            found.wrong.append(f"{requests[number].kind}, {door}: {answer!r:.300}")
    draws = [random.Random(f"{seed}:{thread}") for thread in range(threads)]
    for _ in range(rounds):
        until = time.monotonic() + seconds / rounds
        counts = _round(server, requests, expected, draws, until)
        for count in counts:
            found.requests += count.requests
            found.refused += count.refused
            found.num_wrong += count.num_wrong
            found.wrong += count.wrong
        del counts, count
        found.asked.append(sum(found.requests.values()))
        found.held.append(held())
    return found


def _round(
    server: Server,
    requests: Sequence[Asked],
    expected: dict[tuple[str, int], Answer],
    draws: Sequence[random.Random],
    until: float,
) -> list[Found]:
    counts = [Found() for _ in draws]

    def work(draw: random.Random, count: Found) -> None:
        while time.monotonic() < until:
            number = draw.randrange(len(requests))
            asked = requests[number]
            # TensorFlow's Python keeps about a kilobyte of each error that a signature
            # raises, of whatever model; a session keeps nothing.
            door = "session" if asked.kind in REFUSED else draw.choice(DOORS)
            answer = server.answer(door, asked)
            count.requests[door] += 1
            count.refused += len(answer) == 1
            if answer != expected[door, number]:
                count.num_wrong += 1
                count.wrong.append(
                    f"request {number} ({asked.kind}) through the {door}: "
                    f"{answer!r:.300} and not {expected[door, number]!r:.300}"
                )

    with ThreadPoolExecutor(len(draws)) as threads:
        # The list raises what a thread raised.
        list(threads.map(work, draws, counts))
    return counts


def main(argv: Sequence[str]) -> None:
    """Runs the program."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", required=True)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--threads", type=int, default=16)
    parser.add_argument("--pool", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--seed", type=int, default=0)
    print(json.dumps(vars(run_load(**vars(parser.parse_args(argv))))))


if __name__ == "__main__":
    main(sys.argv[1:])
