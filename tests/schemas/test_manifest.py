import dataclasses
import json

import pytest

from schemas.digests import sealed, unsealed
from schemas.errors import UserError
from schemas.features import example_features
from schemas.layout import shard_name
from schemas.manifest import CONTRACT_VERSION, Manifest, RowCounts
from schemas.settings import BucketSettings, SplitSettings, WindowSettings

FIRST, SECOND, ONLY = shard_name(0, 2), shard_name(1, 2), shard_name(0, 1)
MANIFEST = Manifest(
    window=WindowSettings(max_length=4, stride=2),
    split=SplitSettings("user", 0.2, 0.1, seed=7),
    buckets=BucketSettings("uniform", 20),
    num_items=30,
    nb_days_buckets=19,
    gap_days_buckets=12,
    reference_day=17_000,
    last_day=17_100,
    cut_days=(16_900, 17_000),
    latest_date="2018-01-08",
    features=example_features(4),
    records={"train": {FIRST: 3, SECOND: 4}, "eval": {ONLY: 0}},
    rows=RowCounts(10, 7, {"not_json": 2, "missing_field": 1}, {"min_rating": 2}),
    statistics={"users": 5},
    settings={
        "max_length": 4,
        "min_items": 3,
        "split": "user",
        "date_format": ["iso"],
        "min_rating": None,
    },
    digests={
        f"train/{FIRST}": "a" * 64,
        f"train/{SECOND}": "b" * 64,
        f"eval/{ONLY}": "c" * 64,
        "transform_fn/saved_model.pb": "d" * 64,
    },
    versions={"numpy": "2.4"},
)


def read(text):
    return Manifest.from_json(text, "data/manifest.json")


def changed(**changes):
    """Returns the text of the manifest with other values, and a digest that fits."""
    value = unsealed(json.loads(MANIFEST.to_json()))
    for name, change in changes.items():
        value[name] = change(value[name]) if callable(change) else change
    return json.dumps(sealed(value))


def test_round_trip():
    assert read(MANIFEST.to_json()) == MANIFEST


def test_text_is_the_same_for_the_same_content():
    other = dataclasses.replace(
        MANIFEST,
        records={"eval": {ONLY: 0}, "train": {SECOND: 4, FIRST: 3}},
        settings=dict(reversed(MANIFEST.settings.items())),
    )
    assert other.to_json() == MANIFEST.to_json()
    assert MANIFEST.to_json().endswith("}\n")


def test_counts_of_a_split():
    assert MANIFEST.num_records("train") == 7
    assert MANIFEST.num_records("eval") == 0
    assert MANIFEST.num_records("test") == 0


def test_digest_follows_the_settings_alone():
    same = dataclasses.replace(MANIFEST, versions={}, statistics={})
    assert same.settings_digest == MANIFEST.settings_digest
    other = dataclasses.replace(MANIFEST, settings={"max_length": 5})
    assert other.settings_digest != MANIFEST.settings_digest


def test_rows_must_add_up():
    with pytest.raises(
        ValueError, match=r"`read` must be accepted \+ rejected, got 10 and 7 \+ 2\."
    ):
        RowCounts(10, 7, {"not_json": 2}, {})


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", "3", '"text"', "{}", '{"version": 1}', "\ufeff{}"]
)
def test_text_that_is_no_manifest_is_one_sentence(text):
    with pytest.raises(
        UserError,
        match=r"data/manifest\.json is not a Seamstress manifest; .*overwrite",
    ):
        read(text)


@pytest.mark.parametrize("version", [CONTRACT_VERSION + 1, 0, "1", None])
def test_another_contract_version_is_refused(version):
    with pytest.raises(
        UserError, match=rf"has contract version {version}, this program reads 4; write"
    ):
        read(changed(contract_version=version))


def without(name):
    value = unsealed(json.loads(MANIFEST.to_json()))
    del value[name]
    return json.dumps(sealed(value))


@pytest.mark.parametrize(
    "name",
    sorted(
        unsealed(json.loads(MANIFEST.to_json())).keys()
        - {"contract_version", "versions"}
    ),
)
def test_manifest_without_a_part_is_refused(name):
    with pytest.raises(
        UserError, match=r"data/manifest\.json (is damaged|was changed)"
    ):
        read(without(name))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"more": 1}, r"is damaged \(.*more"),
        ({"window": {"max_length": 0}}, r"is damaged \(`max_length` must be at least"),
        ({"split": {"name": "tme"}}, r"is damaged \(`split` must be one of"),
        ({"rows": lambda rows: rows | {"read": 11}}, r"is damaged \(`read` must be"),
        ({"features": []}, "is damaged"),
        ({"features": {"item_id": 5}}, "is damaged"),
        ({"cut_days": 5}, "is damaged"),
    ],
)
def test_damaged_manifest_is_refused(changes, message):
    with pytest.raises(UserError, match=message):
        read(changed(**changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"settings": lambda settings: settings | {"max_length": 9}},
        {"settings_digest": "0" * 64},
        {"window": lambda window: window | {"max_length": 9}},
        {"window": lambda window: window | {"min_items": 9}},
        {"split": {"name": "random", "eval_fraction": 0.1, "test_fraction": 0.0}},
        {"features": lambda features: {"item_id": features["item_id"]}},
    ],
)
def test_settings_that_do_not_go_together_are_refused(changes):
    with pytest.raises(
        UserError, match=r"was changed after it was written: .*overwrite"
    ):
        read(changed(**changes))


def test_manifest_that_was_edited_is_refused():
    value = json.loads(MANIFEST.to_json())
    for name in ("num_items", "reference_day", "latest_date", "digest"):
        with pytest.raises(
            UserError,
            match=r"was changed after it was written: its content .*overwrite",
        ):
            read(json.dumps({**value, name: "5"}))
    del value["digest"]
    with pytest.raises(UserError, match=r"was changed after it was written"):
        read(json.dumps(value))
