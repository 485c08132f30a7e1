"""The `preprocessing_fn`: literal rows in, literal columns and vocabulary out."""

import functools
import json

import apache_beam as beam
import numpy as np
import pyarrow as pa
import pytest
import tensorflow as tf
import tensorflow_transform.beam as tft_beam
from apache_beam.runners.portability.fn_api_runner import FnApiRunner

from pipeline.preprocessing import preprocessing_fn, windows_to_ids
from pipeline.steps.transform import raw_adapter_config
from pipeline.windowing.raw_windows import PASSED_THROUGH
from schemas.errors import UsageError
from schemas.settings import BucketSettings

W = 3
COUNTS = ["item_counts", "counted_ages", "age_counts", "counted_gaps", "gap_counts"]


def raw_batch(rows):
    """rows: dicts with items [W + 1], ages, gaps, is_training, seen and counts."""

    def lists(values, kind=None):
        return pa.array(values, pa.large_list(kind or pa.int64()))

    binary = pa.large_binary()
    text = [[item.encode() for item in row["items"]] for row in rows]
    seen = [[item.encode() for item in row.get("seen", [])] for row in rows]
    return pa.record_batch(
        {
            "items": lists(text, binary),
            "ages": lists([row["ages"] for row in rows]),
            "gaps": lists([row["gaps"] for row in rows]),
            "is_training": lists([[row.get("is_training", 1)] for row in rows]),
            "user_id": lists([[b"u"]] * len(rows), binary),
            "start": lists([[0]] * len(rows)),
            "day": lists([[0] * (W + 1)] * len(rows)),
            "seen": lists(seen, binary),
            "counted_items": lists(
                [[i.encode() for i in row.get("counted_items", [])] for row in rows],
                binary,
            ),
            **{name: lists([row.get(name, []) for row in rows]) for name in COUNTS},
            **{name: lists([[0]] * len(rows)) for name in PASSED_THROUGH},
        }
    )


def keep(pair, path):
    with open(path, "w") as stream:
        json.dump(pair[0].to_pylist(), stream, default=bytes.decode)


def transform(train, others, tmp_path, function=windows_to_ids, **settings):
    """Returns the transformed rows of train and of others, and the vocabulary."""
    fn = functools.partial(function, **settings)
    config = raw_adapter_config(W)
    tmp_path.mkdir(exist_ok=True)
    with (
        beam.Pipeline(runner=FnApiRunner()) as pipeline,
        tft_beam.Context(temp_dir=str(tmp_path / "temp")),
    ):
        batches = {
            name: pipeline | name >> beam.Create([raw_batch(rows)], reshuffle=False)
            for name, rows in (("train", train), ("others", others))
        }
        graph = (batches["train"], config) | tft_beam.AnalyzeDataset(fn)
        for name, batch in batches.items():
            rows, _ = ((batch, config), graph) | f"Transform{name}" >> (
                tft_beam.TransformDataset(output_record_batches=True)
            )
            _ = rows | f"Keep{name}" >> beam.Map(keep, str(tmp_path / name))
        _ = graph | tft_beam.WriteTransformFn(str(tmp_path / "out"))
    found = {name: json.loads((tmp_path / name).read_text()) for name in batches}
    path = tmp_path / "out" / "transform_fn" / "assets" / "item_vocabulary"
    return found["train"], found["others"], path.read_text().split()


TRAIN = [
    {
        "items": ["", "a", "b", "a"],
        "ages": [0, 9, 4],
        "gaps": [0, 5, 4],
        "counted_items": ["a", "b"],
        "item_counts": [2, 1],
        "counted_ages": [9, 4],
        "age_counts": [1, 1],
        "counted_gaps": [5, 4],
        "gap_counts": [1, 1],
    },
    {
        # The next window of the same history: c alone is new.
        "items": ["a", "b", "a", "c"],
        "ages": [9, 4, 0],
        "gaps": [5, 4, 0],
        "counted_items": ["c"],
        "item_counts": [1],
        "counted_ages": [0],
        "age_counts": [1],
        "counted_gaps": [0],
        "gap_counts": [1],
    },
]
HELD_OUT = [
    {
        "items": ["", "c", "z", "y"],
        "ages": [0, 50, 4],
        "gaps": [0, 2, 999],
        "is_training": 0,
        "seen": ["z", "c", "b"],
    }
]


def test_ids_follow_frequency_and_falling_bytes_and_count_an_event_once(tmp_path):
    train, others, vocabulary = transform(
        TRAIN, HELD_OUT, tmp_path, buckets=BucketSettings("uniform", 10)
    )
    # a twice, b and c once each: of these, c has the larger bytes. Counted by window,
    # b would come before c.
    assert vocabulary == ["a", "c", "b"]
    assert train[0]["item_id"] == [0, 1, 3]
    assert train[0]["target"] == [1, 3, 1]
    assert train[1]["item_id"] == [1, 3, 1]
    assert train[1]["target"] == [3, 1, 2]
    assert others[0]["item_id"] == [0, 2, 4]
    assert others[0]["target"] == [2, 4, 4]
    assert others[0]["seen"] == [4, 2, 3]
    # Uniform over 0 ... 9: boundaries 0, 1, 1, 2, ... 9, and a day beyond is clamped.
    assert train[0]["nb_days"] == [0, 10, 5]
    assert others[0]["nb_days"] == [0, 10, 5]


def test_a_rare_item_is_unknown_and_no_training_target(tmp_path):
    train, others, vocabulary = transform(
        TRAIN,
        HELD_OUT,
        tmp_path,
        buckets=BucketSettings("quantile", 4),
        min_item_count=2,
    )
    assert vocabulary == ["a"]
    assert train[0]["item_id"] == [0, 1, 2]
    assert train[0]["target"] == [1, 0, 1]
    assert others[0]["target"] == [2, 2, 2]
    # Each training input once: ages 9, 4, 0; quartiles of three values.
    assert train[1]["nb_days"] == [4, 3, 2]
    assert train[0]["nb_days"][0] == 0


def test_counts_stand_for_as_many_events(tmp_path):
    blank = {"items": [""] * 4, "ages": [0] * 3, "gaps": [0] * 3}
    counted = {
        **blank,
        "counted_items": ["a", "b", "a"],
        "item_counts": [40, 50, 20],
        "counted_ages": [1, 2, 3],
        "age_counts": [1, 1, 8],
    }
    train, others, vocabulary = transform(
        [counted], HELD_OUT, tmp_path, buckets=BucketSettings("quantile", 2)
    )
    assert vocabulary == ["a", "b"]
    # The median of ten days, eight of which are 3: a day below it is in bucket 1.
    assert others[0]["nb_days"] == [0, 2, 2]
    assert train[0]["item_id"] == [0, 0, 0]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("custom_config", "settings"),
    [
        (None, {"buckets": BucketSettings()}),
        (
            {"bucketing": "uniform", "day_buckets": 10, "min_item_count": 2},
            {"buckets": BucketSettings("uniform", 10), "min_item_count": 2},
        ),
    ],
)
def test_tfx_calls_the_same_function(custom_config, settings, tmp_path):
    expected = transform(TRAIN, HELD_OUT, tmp_path / "a", **settings)
    found = transform(
        TRAIN,
        HELD_OUT,
        tmp_path / "b",
        preprocessing_fn,
        **({} if custom_config is None else {"custom_config": custom_config}),
    )
    assert found == expected


@pytest.mark.parametrize(
    ("custom_config", "sentence"),
    [
        ({"day_bucket": 9}, "unknown key 'day_bucket'; did you mean 'day_buckets'?"),
        ({"min_item_count": 0}, "`min_item_count` must be a whole number from 1 on"),
        ({"bucketing": "even"}, "`bucketing` must be one of"),
        ({"day_buckets": "many"}, "custom_config cannot be used: "),
    ],
)
def test_wrong_custom_config_is_one_sentence(custom_config, sentence):
    with pytest.raises(UsageError) as caught:
        preprocessing_fn({}, custom_config)
    assert sentence in str(caught.value)


@pytest.mark.parametrize(
    ("day", "bucket"),
    [(2520, 100), (2478, 99), (2096, 84), (992, 40), (848, 35), (4, 2), (3, 2), (0, 1)],
)
def test_uniform_buckets_are_the_notebooks(day, bucket):
    from pipeline.preprocessing import uniform_boundaries

    boundaries = uniform_boundaries(tf.constant(2520, tf.int64), 100)
    found = int(np.searchsorted(boundaries.numpy(), day, side="left"))
    assert max(found, 1) == bucket


def test_uniform_boundaries_are_numpys():
    from pipeline.preprocessing import uniform_boundaries

    for largest in (0, 1, 7, 98, 99, 100, 2520, 9861):
        steps = np.floor(np.linspace(0, largest, 100)).astype(int)
        expected = sorted([0, 1, *steps[1:].tolist()])
        found = uniform_boundaries(tf.constant(largest, tf.int64), 100)
        assert found.numpy().tolist() == expected
