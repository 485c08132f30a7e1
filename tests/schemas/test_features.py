import pytest

from schemas.features import (
    FIRST_ITEM_ID,
    PADDING_ID,
    Feature,
    example_features,
    raw_features,
    unknown_id,
)


def test_ids_do_not_meet():
    num_items = 7
    ids = [PADDING_ID, *range(FIRST_ITEM_ID, num_items + 1), unknown_id(num_items)]
    assert ids == list(range(num_items + 2))


@pytest.mark.parametrize("max_length", [1, 5])
def test_shapes_of_an_example(max_length):
    shapes = {name: f.shape for name, f in example_features(max_length).items()}
    assert shapes == {
        "item_id": (max_length,),
        "nb_days": (max_length,),
        "gap_days": (max_length,),
        "target": (max_length,),
        "user_id": (),
        "start": (),
        "day": (max_length + 1,),
        "seen": None,
    }


def test_seen_is_in_held_out_examples_alone():
    splits = {name: feature.splits for name, feature in example_features(5).items()}
    assert splits.pop("seen") == ("eval", "test")
    assert set(splits.values()) == {("train", "eval", "test")}


def test_types():
    examples, raw = example_features(5), raw_features(5)
    assert [n for n, f in examples.items() if f.dtype == "bytes"] == ["user_id"]
    assert [n for n, f in raw.items() if f.dtype == "bytes"] == [
        "items",
        "user_id",
        "seen",
        "counted_items",
    ]


def test_what_passes_through_the_graph_has_one_shape_on_both_sides():
    examples, raw = example_features(5), raw_features(5)
    for name in examples.keys() & raw.keys():
        assert examples[name].shape == raw[name].shape
    assert raw["items"].shape == raw["day"].shape == (6,)
    assert raw["ages"].shape == raw["gaps"].shape == examples["item_id"].shape


@pytest.mark.parametrize(
    "feature",
    [*example_features(3).values(), *raw_features(3).values(), Feature("int64", ())],
)
def test_json_round_trip(feature):
    assert Feature.from_json(feature.to_json()) == feature
