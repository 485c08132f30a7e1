"""An exported model over a small catalogue, and a log of users who take its items."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow.parquet as pq
import pytest

from pipeline.recommend.__main__ import main
from tests.support.reviews import Columns, rows_of, write_reviews
from tests.trainer.serving import catalogue
from trainer.__main__ import main as trainer

NUM_USERS = 60


class Done(NamedTuple):
    """What a run left."""

    status: int
    lines: list[str]
    output: Path

    @property
    def manifest(self) -> dict[str, Any]:
        return json.loads((self.output / "manifest.json").read_text())

    @property
    def files(self) -> dict[str, bytes]:
        folder = self.output / "recommendations"
        return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}

    @property
    def rows(self) -> dict[str, dict[str, Any]]:
        """Each user's row, of JSON lines or Parquet."""
        rows: list[dict[str, Any]] = []
        for path in sorted((self.output / "recommendations").iterdir()):
            if path.suffix == ".parquet":
                rows += pq.read_table(path).to_pylist()
            else:
                lines = gzip.decompress(path.read_bytes()).splitlines()
                rows += [json.loads(line) for line in lines]
        by_user = {row["user_id"]: row for row in rows}
        assert len(by_user) == len(rows)
        return by_user


@pytest.fixture(scope="session")
def model() -> str:
    """The folder of an export whose reference day is 2017-01-01."""
    return str(catalogue.export("age"))


@pytest.fixture(scope="session")
def log() -> Columns:
    """Events of 60 users in any order: 1 to 9 each, unknown items and ties too."""
    generator = np.random.default_rng(5)
    users = np.repeat(np.arange(NUM_USERS), generator.integers(1, 10, NUM_USERS))
    items = generator.choice([*catalogue.ITEMS, "never heard of"], len(users))
    months = generator.integers(0, 30, len(users))
    order = generator.permutation(len(users))
    return {
        "user_id": [f"user {user}" for user in users[order]],
        "item_id": items[order].tolist(),
        "date": [
            f"{2015 + month // 12}-{month % 12 + 1:02}-07" for month in months[order]
        ],
    }


@pytest.fixture
def recommend(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], model: str, log: Columns
) -> Callable[..., Done]:
    """Runs the program on `log`, or on other reviews."""

    def call(*flags: str, reviews: str = "", model: str = model) -> Done:
        reviews = reviews or write_reviews(log, tmp_path / "log.jsonl", "jsonl")
        output = tmp_path / "recs"
        capfd.readouterr()
        status = main(
            [f"--input={reviews}", f"--model={model}", f"--output={output}", *flags]
        )
        shown = capfd.readouterr()
        assert shown.out == ""
        assert "Traceback" not in shown.err
        return Done(status, shown.err.splitlines(), output)

    return call


@pytest.fixture
def predict(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], model: str, log: Columns
) -> Callable[..., dict[str, dict[str, float]]]:
    """Asks `trainer predict` for all histories; items and scores of each user."""

    def call(*flags: str) -> dict[str, dict[str, float]]:
        histories: dict[str, list[list[str]]] = {}
        for row in rows_of(log):
            history = histories.setdefault(row["user_id"], [])
            history.append([row["date"], row["item_id"]])
        path = tmp_path / "histories.jsonl"
        path.write_text(
            "".join(
                json.dumps({"user_id": user, "history": history}) + "\n"
                for user, history in histories.items()
            )
        )
        capfd.readouterr()
        arguments = [f"--model={model}", f"--input={path}", "--format=jsonl", *flags]
        assert trainer(["predict", *arguments]) == 0
        answers = map(json.loads, capfd.readouterr().out.splitlines())
        return {
            answer["user_id"]: {
                entry["item_id"]: entry["score"] for entry in answer["recommendations"]
            }
            for answer in answers
        }

    return call
