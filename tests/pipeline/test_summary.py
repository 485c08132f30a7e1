import dataclasses

from pipeline.summary import print_summary, summary_rows
from schemas.features import example_features
from schemas.layout import join, shard_name
from schemas.manifest import Manifest, RowCounts
from schemas.settings import BucketSettings, SplitSettings, WindowSettings

RECORDS = {
    "train": {shard_name(0, 2): 30_000, shard_name(1, 2): 4_000},
    "eval": {shard_name(0, 1): 1_600},
    "test": {shard_name(0, 1): 0},
}
MANIFEST = Manifest(
    window=WindowSettings(),
    split=SplitSettings(),
    buckets=BucketSettings(),
    num_items=5700,
    nb_days_buckets=99,
    gap_days_buckets=54,
    reference_day=17_000,
    last_day=17_100,
    cut_days=(16_900, 17_000),
    latest_date="2018-01-08",
    features=example_features(5),
    records=RECORDS,
    digests={
        join(split, name): "0" * 64
        for split, shards in RECORDS.items()
        for name in shards
    },
    rows=RowCounts(
        read=192_547,
        accepted=192_544,
        rejected={"invalid_date": 1, "missing_field": 2},
        dropped={"min_rating": 1_234},
    ),
    statistics={
        "users": 105_571,
        "users_long_enough": 16_000,
        "events": 191_310,
        "items": 5_850,
        "eval_unknown_targets": 40,
        "test_unknown_targets": 0,
    },
)


def test_table():
    assert summary_rows(MANIFEST, 12.5) == [
        ("rows read", "192,547"),
        ("  accepted", "192,544"),
        ("  rejected: date not understood", "1"),
        ("  rejected: field missing or empty", "2"),
        ("  dropped by --min_rating", "1,234"),
        ("users", "105,571"),
        ("  with 3 events or more", "16,000"),
        ("items", "5,850"),
        ("  in the vocabulary", "5,700"),
        ("reference day", "2016-07-18"),
        ("train windows", "34,000"),
        ("eval windows", "1,600"),
        ("  of them with an unknown target", "2.5%"),
        ("test windows", "0"),
        ("  of them with an unknown target", "0.0%"),
        ("seconds", "12.5"),
        ("rows a second", "15,404"),
    ]


def test_splits_stand_in_their_own_order():
    again = Manifest.from_json(MANIFEST.to_json(), "manifest.json")
    assert summary_rows(again, 12.5) == summary_rows(MANIFEST, 12.5)


def test_no_rejects_are_said_as_well():
    rows = RowCounts(5, 5, {}, {})
    manifest = dataclasses.replace(MANIFEST, rows=rows)
    assert summary_rows(manifest, 0.0)[2] == ("  rejected", "0")


def test_closing_words_name_the_folder_and_what_leaks(capsys):
    folder = f"{'long/' * 30}data [red]"
    print_summary(MANIFEST, folder, 12.5)
    lines = capsys.readouterr().err.splitlines()
    assert lines[0].split() == ["rows", "read", "192,547"]
    assert lines[-1] == (
        f"{folder} is complete. --split time: free of leaks: nothing after the cut is "
        "used for training."
    )


def test_the_item_table_has_a_line():
    manifest = dataclasses.replace(
        MANIFEST,
        settings={"item_fields": ["category", "size"]},
        statistics={**MANIFEST.statistics, "table_items": 5_850},
    )
    line = ("items.parquet", "5,850 items, 2 fields")
    assert summary_rows(manifest, 12.5)[9] == line
    assert line not in summary_rows(MANIFEST, 12.5)
