"""Training and serving cannot differ: records of the pipeline against raw histories."""

import csv
import random
import subprocess
import sys
from collections import defaultdict
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from schemas.features import DAY, ITEM_ID, START, USER_ID, example_features
from tests.trainer.serving.catalogue import EPOCH
from trainer.data.data_set import DAY_COLUMNS, DataSet, open_data_set
from trainer.data.date_buckets import DateBuckets
from trainer.models import ModelConfig, build_model
from trainer.serving.export import export_model

ROOT = Path(__file__).parents[3]
History = list[tuple[str, str]]


def write_reviews(path: Path) -> dict[str, History]:
    """Writes shuffled reviews and returns each user's history in order."""
    generator = random.Random(3)
    rows = []
    for user in range(150):
        for _ in range(generator.randint(1, 12)):
            moment = datetime(2016, 1, 1) + timedelta(days=generator.randint(0, 500))
            text = moment.date().isoformat()
            if generator.random() < 0.3:
                moment += timedelta(milliseconds=generator.randint(0, 86_399_999))
                text = moment.isoformat(timespec="milliseconds") + "Z"
            item = f"item {int(generator.expovariate(0.1))}"
            rows.append((f"user {user}", item, text, moment))
    generator.shuffle(rows)
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["user_id", "item_id", "date"])
        writer.writerows(row[:3] for row in rows)
    histories = defaultdict(list)
    for user, item, text, _ in sorted(rows, key=lambda row: row[3]):
        histories[user].append((text, item))
    return histories


def read_records(data_set: DataSet, split: str) -> dict[str, np.ndarray]:
    files = tf.data.TFRecordDataset(data_set.files(split), "GZIP")
    dtypes = {"int64": tf.int64, "bytes": tf.string}
    spec = {
        name: tf.io.FixedLenFeature(feature.shape, dtypes[feature.dtype])
        for name, feature in example_features(data_set.max_length).items()
        if feature.shape is not None
    }
    records = tf.io.parse_example(tf.stack(list(files)), spec)
    return {name: value.numpy() for name, value in records.items()}


def random_model(data_set: DataSet, day_feature: str):
    buckets = data_set.day_buckets(day_feature)
    model = build_model(
        ModelConfig("lstm", data_set.num_items, buckets, 8, 4, units=(8,))
    )
    model.build()
    generator = np.random.default_rng(11)
    for variable in model.trainable_variables:
        variable.assign(generator.normal(0.0, 0.6, variable.shape))
    return model


def served_scores(
    model, histories: list[History], as_of: list[str], items: list[bytes]
):
    """float32 [histories, N] in the order of the vocabulary."""
    longest = max(len(history) for history in histories)
    padded = [
        [*history, *[("", "")] * (longest - len(history))] for history in histories
    ]
    answer = model.signatures["keep_seen"](
        item_id=tf.constant([[item for _, item in row] for row in padded]),
        event_date=tf.constant([[text for text, _ in row] for row in padded]),
        as_of=tf.constant(as_of),
        top_k=tf.constant(len(items)),
    )
    scores = np.zeros(answer["score"].shape, np.float32)
    order = np.argsort(items)
    columns = order[np.searchsorted(np.array(items)[order], answer["item_id"].numpy())]
    np.put_along_axis(scores, columns, answer["score"].numpy(), axis=1)
    return scores


def iso(day: int) -> str:
    return (EPOCH + timedelta(days=int(day))).isoformat()


@pytest.mark.slow
@pytest.mark.parametrize("split", ["time", "leave_one_out", "user", "random", "none"])
def test_scores_equal_those_of_the_model_on_every_record(tmp_path, split):
    histories = write_reviews(tmp_path / "reviews.csv")
    data = tmp_path / "data"
    files = ["--input", str(tmp_path / "reviews.csv"), "--output", str(data)]
    subprocess.run(
        [sys.executable, "-m", "pipeline", "--quiet", "--split", split, *files],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    data_set = open_data_set(str(data))
    for day_feature in ("age", "gap", "date", "none"):
        model = random_model(data_set, day_feature)
        export_model(data_set, model, str(tmp_path / day_feature), day_feature)
        served = tf.saved_model.load(str(tmp_path / day_feature))
        for part in ("train", *data_set.manifest.split.held_out):
            records = read_records(data_set, part)
            inputs = {ITEM_ID: records[ITEM_ID].astype(np.int32)}
            if column := DAY_COLUMNS[day_feature]:
                inputs["days"] = records[column].astype(np.int32)
            if day_feature == "date":
                dated = DateBuckets.load(data_set)
                inputs["days"] = dated(records[ITEM_ID], records[DAY])
            target_days = records[DAY][:, -1]
            # Ages count from the reference day in training windows, and under some
            # splits in all; gaps always end at the target. A date is the same on
            # whatever day one asks.
            from_target = day_feature == "gap" or (
                part != "train" and data_set.manifest.split.measures_from_target
            )
            reference = np.full_like(target_days, data_set.manifest.reference_day)
            as_of = [iso(d) for d in (target_days if from_target else reference)]
            before = [
                histories[user.decode()][: start + int((items > 0).sum())]
                for user, start, items in zip(
                    records[USER_ID], records[START], records[ITEM_ID], strict=True
                )
            ]
            assert len(before) == data_set.num_records(part) > 10
            np.testing.assert_allclose(
                served_scores(served, before, as_of, data_set.vocabulary),
                model(inputs).numpy(),
                atol=1e-5,
            )
