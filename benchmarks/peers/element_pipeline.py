"""The pipeline with one Beam element for each review, as Beam's guides write it.

    python element_pipeline.py REVIEWS.jsonl OUTPUT

Lines are parsed one by one, grouped by user, cut into windows of five, given to
tf.Transform as dicts (vocabulary of items, quantile buckets of days) and written as
TFRecords. All windows train: it does not split. It prints a line of JSON with
`seconds`, after all imports.
"""

import datetime
import json
import sys
import tempfile
import time

import apache_beam as beam
import tensorflow as tf
import tensorflow_transform as tft
import tensorflow_transform.beam as tft_beam
from apache_beam.runners.portability.fn_api_runner import FnApiRunner
from tensorflow_transform.tf_metadata import dataset_metadata, schema_utils

MAX_LENGTH, MIN_ITEMS, DAY_BUCKETS = 5, 3, 100
EPOCH = datetime.date(1970, 1, 1)


def parse(line):
    """Returns (user, (day, item)) of a line."""
    review = json.loads(line)
    date = datetime.datetime.strptime(review["review_date"], "%B %d, %Y").date()
    return review["user_id"], ((date - EPOCH).days, review["item_id"])


def cut(history, last_day):
    """Yields the windows of a user as dicts."""
    user, events = history
    events = sorted(events)
    if len(events) < MIN_ITEMS:
        return
    days, items = zip(*events, strict=True)
    first = 0
    while True:
        last = min(first + MAX_LENGTH, len(items) - 1)
        blank = MAX_LENGTH - (last - first)
        yield {
            "user_id": user,
            "items": [""] * blank + list(items[first : last + 1]),
            "ages": [0] * blank + [last_day - day for day in days[first:last]],
        }
        if last == len(items) - 1:
            return
        first += 1


def preprocessing_fn(inputs):
    """Items to ids, days to buckets."""
    is_padding = tf.equal(inputs["items"], "")
    ids = tft.compute_and_apply_vocabulary(inputs["items"], num_oov_buckets=1) + 1
    ids = tf.where(is_padding, tf.zeros_like(ids), ids)
    buckets = tft.bucketize(inputs["ages"], DAY_BUCKETS) + 1
    buckets = tf.where(is_padding[:, :-1], tf.zeros_like(buckets), buckets)
    return {
        "user_id": inputs["user_id"],
        "item_id": ids[:, :-1],
        "target": ids[:, 1:],
        "nb_days": buckets,
    }


def main(argv):
    """Runs the pipeline once."""
    path, output = argv
    schema = schema_utils.schema_from_feature_spec(
        {
            "user_id": tf.io.FixedLenFeature([], tf.string),
            "items": tf.io.FixedLenFeature([MAX_LENGTH + 1], tf.string),
            "ages": tf.io.FixedLenFeature([MAX_LENGTH], tf.int64),
        }
    )
    metadata = dataset_metadata.DatasetMetadata(schema)
    start = time.perf_counter()
    with (
        tempfile.TemporaryDirectory() as temporary,
        beam.Pipeline(runner=FnApiRunner()) as pipeline,
        tft_beam.Context(temp_dir=temporary),
    ):
        events = (
            pipeline | "Read" >> beam.io.ReadFromText(path) | "Parse" >> beam.Map(parse)
        )
        last_day = (
            events
            | "TakeDays" >> beam.Map(lambda event: event[1][0])
            | "FindLast" >> beam.CombineGlobally(max)
        )
        windows = (
            events
            | "GroupByUser" >> beam.GroupByKey()
            | "Cut" >> beam.FlatMap(cut, beam.pvalue.AsSingleton(last_day))
        )
        (rows, transformed), transform_fn = (
            windows,
            metadata,
        ) | "Transform" >> tft_beam.AnalyzeAndTransformDataset(preprocessing_fn)
        coder = tft.coders.ExampleProtoCoder(transformed.schema)
        _ = (
            rows
            | "Encode" >> beam.Map(coder.encode)
            | "Write"
            >> beam.io.WriteToTFRecord(
                f"{output}/windows", num_shards=8, file_name_suffix=".tfrecord.gz"
            )
        )
        _ = transform_fn | "WriteGraph" >> tft_beam.WriteTransformFn(output)
    print(json.dumps({"seconds": time.perf_counter() - start}))


if __name__ == "__main__":
    main(sys.argv[1:])
