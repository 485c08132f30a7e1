"""The small catalogue that the tests of serving share, and an export over it."""

import functools
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple

# Ids 1 ... 8, by falling frequency.
ITEMS = ("a", "b", "c", "d", "é", "f,f", "g:g", "h h")
# Training events of each, and attributes; a test that needs them asks for `attributed`.
COUNTS = (800, 90, 80, 40, 40, 5, 2, 1)
FIELDS = {
    "category": ("dress", "dress", "top", "dress", "top", None, "top", "dress"),
    "size": ("S", "M", None, "S", "M", "S", None, "M"),
}
MAX_LENGTH = 3
REFERENCE_DATE = date(2017, 1, 1)
EPOCH = date(1970, 1, 1)

_ROOT = Path(__file__).parents[3]


def day(text: str) -> int:
    """Returns the days since 1970-01-01 of an ISO date."""
    return (date.fromisoformat(text) - EPOCH) // timedelta(days=1)


class Answer(NamedTuple):
    items: list[list[str]]
    scores: list[list[float]]


@functools.cache
def data_folder() -> Path:
    """A folder with `transform_fn/`, made once by the pipeline's own function."""
    # Kept for the process: functools.cache has no end at which to remove it.
    folder = Path(_temporary().name) / "data"
    subprocess.run(
        [sys.executable, "-m", "tests.trainer.serving.make_transform_graph", folder],
        cwd=_ROOT,
        check=True,
        capture_output=True,
    )
    return folder


@functools.cache
def _temporary() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="seamstress-tests-")


def data_set() -> Any:
    """The data set around the transform graph, with no records."""
    from schemas.features import example_features
    from schemas.manifest import Manifest, RowCounts
    from schemas.settings import BucketSettings, SplitSettings, WindowSettings
    from trainer.data.data_set import DataSet

    manifest = Manifest(
        window=WindowSettings(max_length=MAX_LENGTH),
        split=SplitSettings.of("time"),
        buckets=BucketSettings(),
        num_items=len(ITEMS),
        nb_days_buckets=100,
        gap_days_buckets=100,
        reference_day=day(REFERENCE_DATE.isoformat()),
        last_day=day(REFERENCE_DATE.isoformat()),
        cut_days=(),
        latest_date="2018-01-01",
        features=example_features(MAX_LENGTH),
        records={},
        rows=RowCounts(read=0, accepted=0, rejected={}, dropped={}),
        statistics={},
    )
    return DataSet(str(data_folder()), manifest)


@functools.cache
def model(day_feature: str) -> Any:
    """A small model with weights large enough that every input shows in the scores."""
    import numpy as np

    from trainer.models import ModelConfig, build_model

    config = ModelConfig(
        model="lstm",
        num_items=len(ITEMS),
        num_day_buckets=data_set().day_buckets(day_feature),
        item_embedding=6,
        day_embedding=4,
        units=(8,),
    )
    built = build_model(config)
    built.build()
    generator = np.random.default_rng(7)
    for variable in built.trainable_variables:
        variable.assign(generator.normal(0.0, 0.8, variable.shape))
    return built


@functools.cache
def export(day_feature: str = "age") -> Path:
    """A SavedModel of `model(day_feature)`."""
    import numpy as np

    from trainer.serving.export import export_model

    output = Path(_temporary().name) / f"export-{day_feature}"
    arguments = data_set(), model(day_feature), str(output), day_feature
    export_model(*arguments, np.array(COUNTS))
    return output


@functools.cache
def attributed() -> Path:
    """The export of days as ages, with `FIELDS` as attributes of its items."""
    from schemas.exported_model import ITEM_TABLE_PATH
    from tests.support.digests import accept_export
    from trainer.data.item_table import ItemTable, write_item_table

    output = Path(_temporary().name) / "attributed"
    shutil.copytree(export("age"), output)
    write_item_table(ItemTable(ITEMS, FIELDS), output / ITEM_TABLE_PATH)
    accept_export(output)
    return output


@functools.cache
def loaded(day_feature: str = "age") -> Any:
    import tensorflow as tf

    return tf.saved_model.load(str(export(day_feature)))


Row = Sequence[tuple[str, str]]


def ask(
    rows: Sequence[Row],
    as_of: Sequence[str] | None = None,
    top_k: int = len(ITEMS),
    signature: str = "serving_default",
    day_feature: str = "age",
) -> Answer:
    """Asks the export for rows of (date, item), padded behind with empty text."""
    import tensorflow as tf

    longest = max((len(row) for row in rows), default=0)
    padded = [[*row, *[("", "")] * (longest - len(row))] for row in rows]
    shape = [len(rows), longest]
    answer = loaded(day_feature).signatures[signature](
        item_id=tf.reshape(
            tf.constant([e[1] for r in padded for e in r], "string"), shape
        ),
        event_date=tf.reshape(
            tf.constant([e[0] for r in padded for e in r], "string"), shape
        ),
        as_of=tf.constant([""] * len(rows) if as_of is None else as_of, "string"),
        top_k=tf.constant(top_k),
    )
    return Answer(
        [[item.decode() for item in row] for row in answer["item_id"].numpy().tolist()],
        answer["score"].numpy().tolist(),
    )
