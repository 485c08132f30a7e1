"""Search spaces: what they may say, and what they then mean."""

import dataclasses
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import UsageError
from trainer.config_files import read_config
from trainer.options import TrainOptions
from trainer.tuning.space import TUNED, Choices, Range, option_value, parse_space
from trainer.tuning.space_files import read_space, ready_spaces


def test_choices_become_values_of_the_options():
    space = parse_space(
        {
            "units": {"choices": ["128", [256, 64]]},
            "dropout": {"choices": [0, 0.5]},
            "attention": {"choices": [True, False]},
            "loss": {"choices": ["full"]},
            "item_features": {"choices": ["", "brand", ["brand", "colour"]]},
        },
        "lstm",
    )
    assert space.dimensions == (
        Choices("units", ((128,), (256, 64))),
        Choices("dropout", (0.0, 0.5)),
        Choices("attention", (True, False)),
        Choices("loss", ("full",)),
        Choices("item_features", ((), ("brand",), ("brand", "colour"))),
    )
    assert space.names == ("units", "dropout", "attention", "loss", "item_features")
    assert space.size == 2 * 2 * 2 * 3


def test_ranges_keep_the_type_of_the_option():
    space = parse_space(
        {
            "dropout": {"min": 0, "max": 0.6, "step": 0.1},
            "batch_size": {"min": 64, "max": 512, "step": 2, "sampling": "log"},
            "learning_rate": {"min": 1e-4, "max": 1e-2, "sampling": "log"},
        },
        "gru",
    )
    dropout, batch_size, learning_rate = space.dimensions
    assert isinstance(dropout, Range)
    assert isinstance(batch_size, Range)
    assert isinstance(learning_rate, Range)
    assert dropout.values == (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6)
    assert batch_size.values == (64, 128, 256, 512)
    assert all(type(value) is int for value in batch_size.values)
    assert learning_rate.values is None
    assert not learning_rate.is_whole
    assert space.size is None


def test_a_value_that_is_trained_with_is_short_and_in_the_range():
    learning_rate = Range("learning_rate", 1e-4, 1e-2, None, "log")
    assert learning_rate.rounded(0.00123456789) == 0.00123457
    assert learning_rate.rounded(0.010000000002) == 1e-2
    assert Range("epochs", 1, 5).rounded(5.9) == 5


@given(
    least=st.floats(0.0, 0.4),
    span=st.floats(0.01, 0.5),
    count=st.integers(1, 20),
)
def test_steps_start_at_the_least_and_stay_in_the_range(least, span, count):
    step = span / count
    values = Range("dropout", least, least + span, step).values
    assert values is not None
    assert len(values) == count + 1
    assert values[0] == pytest.approx(least, abs=1e-6)
    assert values[-1] == pytest.approx(least + span, abs=1e-6)
    assert all(least <= value <= least + span for value in values)


@given(least=st.integers(1, 9), factor=st.integers(2, 5), count=st.integers(1, 6))
def test_log_steps_are_powers(least, factor, count):
    most = least * factor**count + (factor > 2)
    values = Range("batch_size", least, most, factor, "log").values
    assert values == tuple(least * factor**k for k in range(count + 1))


@given(
    st.dictionaries(
        st.sampled_from(["dropout", "learning_rate", "epochs", "batch_size"]),
        st.tuples(st.integers(1, 50), st.integers(1, 40), st.booleans()),
        min_size=1,
    )
)
def test_what_a_space_writes_it_reads_back(ends):
    values = {}
    for name, (least, span, is_log) in ends.items():
        scale = 100 if name in ("dropout", "learning_rate") else 1
        values[name] = {"min": least / scale, "max": (least + span) / scale}
        if scale == 1:
            values[name] = {"min": least, "max": least + span}
        if is_log:
            values[name]["sampling"] = "log"
    space = parse_space(values, "lstm")
    assert parse_space(json.loads(json.dumps(space.to_json())), "lstm") == space


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({}, "it names nothing to search"),
        ({"droput": {"choices": [0.1]}}, "'droput'; did you mean 'dropout'?"),
        ({"xyz": {"choices": [0.1]}}, "unknown option 'xyz'; remove it"),
        ({"seed": {"choices": [1]}}, "'seed' is no setting that can be searched"),
        ({"model": {"choices": ["gru"]}}, "'model' is no setting that can be"),
        ({"num_heads": {"choices": [1]}}, "'num_heads' changes nothing in the model"),
        ({"dropout": 0.1}, "`dropout` must be .*choices.*, got 0.1"),
        ({"dropout": {"choises": [0]}}, "key 'choises'; did you mean 'choices'?"),
        ({"dropout": {"choices": []}}, "must be a list of one value or more"),
        ({"dropout": {"choices": 0.1}}, "must be a list of one value or more"),
        ({"dropout": {"choices": [0, 0.0]}}, "has the choice 0.0 twice"),
        ({"units": {"choices": ["64", [64]]}}, r"has the choice \[64\] twice"),
        ({"units": {"choices": ["64,x"]}}, "`units` must be whole numbers with commas"),
        ({"units": {"choices": [64]}}, "`units` must be a list of whole numbers"),
        ({"units": {"min": 1, "max": 2}}, "`units` is no number and takes"),
        ({"loss": {"choices": ["ful"]}}, "`loss` must be one of"),
        ({"attention": {"choices": [1]}}, "`attention` must be of type bool, got 1"),
        ({"epochs": {"choices": [1.5]}}, "`epochs` must be of type int, got 1.5"),
        ({"dropout": {"min": 0.1}}, "`dropout` lacks 'max'"),
        ({"dropout": {"max": 0.1}}, "`dropout` lacks 'min'"),
        ({"dropout": {"min": 0, "max": 1}}, r"`dropout` must be in \[0, 1\), got 1"),
        ({"epochs": {"min": 0, "max": 9}}, "`epochs` must be at least 1, got 0"),
        ({"epochs": {"min": 9, "max": 9}}, "'max' of `epochs` must be above 'min'"),
        (
            {"epochs": {"min": 1, "max": 9, "choices": [1]}},
            "must be choices or a range, not both",
        ),
        (
            {"epochs": {"min": 1, "max": 9, "step": 0.5}},
            "'step' of `epochs` must be a whole number above 0, got 0.5",
        ),
        (
            {"dropout": {"min": 0.1, "max": 0.9, "step": 0}},
            "'step' of `dropout` must be a number above 0, got 0",
        ),
        (
            {"dropout": {"min": 0.1, "max": 0.9, "step": 1, "sampling": "log"}},
            "must be a number above 1 with sampling log, got 1",
        ),
        (
            {"dropout": {"min": 0.0, "max": 0.9, "sampling": "log"}},
            "'min' of `dropout` must be above 0 with 'sampling' log, got 0.0",
        ),
        (
            {"dropout": {"min": 0.1, "max": 0.9, "sampling": "lin"}},
            "'sampling' of `dropout` must be linear or log, got 'lin'",
        ),
        (
            {"learning_rate": {"min": 0.1, "max": float("nan")}},
            "`learning_rate` must be positive, got nan",
        ),
    ],
)
def test_what_cannot_be_searched_is_refused_by_name(values, message):
    with pytest.raises(UsageError, match=message):
        parse_space(values, "lstm")


def test_each_option_can_be_searched_or_belongs_elsewhere():
    left = {field.name for field in dataclasses.fields(TrainOptions)} - set(TUNED)
    assert left == {
        *("data", "output", "overwrite", "checkpoint_secs", "quiet"),
        *("model", "seed", "mixed_precision", "jit_compile"),
        *("steps_per_execution", "data_on_device", "deterministic"),
    }


@pytest.mark.parametrize("model", ["lstm", "gru", "transformer"])
def test_each_model_has_a_ready_space(model):
    assert model in ready_spaces()
    space = read_space(model, model)
    assert {"learning_rate", "dropout", "units"} <= set(space.names)


@pytest.mark.parametrize("name", ["fashion", "long", "long_gru"])
def test_a_search_can_find_the_best_configs(name):
    config = read_config(name)
    for dimension in read_space(config["model"], config["model"]).dimensions:
        value = option_value(dimension.name, config[dimension.name])
        if dimension.values is None:
            assert dimension.least <= value <= dimension.most
        else:
            assert value in dimension.values


def test_a_space_is_read_from_a_file_and_named_in_its_errors(tmp_path):
    file = tmp_path / "mine.json"
    file.write_text('{"epochs": {"min": 1, "max": 3}}')
    assert read_space(str(file), "gru").dimensions == (Range("epochs", 1, 3),)
    file.write_text('{"epoch": {"min": 1, "max": 3}}')
    with pytest.raises(UsageError, match=r"--space .*mine.json: .*mean 'epochs'\?"):
        read_space(str(file), "gru")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "is not JSON"),
        ("[]", "must hold a JSON object of options"),
        (None, "cannot be read .*No such file.*gru, lstm, transformer"),
    ],
)
def test_files_that_are_no_spaces_are_refused(tmp_path, content, message):
    file = tmp_path / "mine.json"
    if content is not None:
        file.write_text(content)
    with pytest.raises(UsageError, match=message):
        read_space(str(file), "gru")
