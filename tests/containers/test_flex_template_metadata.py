"""The Flex Template's metadata says what the pipeline's command line says."""

import argparse
import json
import re

import pytest

from pipeline.flags import PROG, make_parser, to_options
from pipeline.flex_template import to_arguments
from pipeline.parse.review_schema import ready_schemas
from pipeline.runners.beam_flags import beam_options
from tests.support.programs import ROOT

METADATA = json.loads(
    (ROOT / "containers" / "flex_template" / "metadata.json").read_text()
)
PARAMETERS = {of["name"]: of for of in METADATA["parameters"]}
# Beam's own, which a template must be given.
OF_BEAM = "sdk_container_image"
ACTIONS = {
    action.dest: action
    for action in make_parser()._actions
    # Those of --help and --print_completion print and end.
    if action.default is not argparse.SUPPRESS
}
# A value for each parameter that the pipeline takes, and one that it refuses.
VALUES = {
    "input": ("gs://bucket/reviews-*.csv.gz", "reviews.csv"),
    "output": ("gs://bucket/data", "gs://bucket"),
    "num_partitions": ("0", "-1"),
    "user_field": ("customer", "a\nb"),
    "item_field": ("sku", "a\nb"),
    "date_field": ("bought on", "a\nb"),
    "rating_field": ("stars", "a\nb"),
    "item_fields": ("category,body type", "a\nb"),
    "date_format": ("%d.%m.%Y", "a\nb"),
    "latest_date": ("2018-01-08", "8.1.2018"),
    "max_reject_fraction": ("0.05", "5"),
    "min_rating": ("3.5", "good"),
    "num_shards": ("64", "0"),
    "max_length": ("20", "0"),
    "min_items": ("3", "1"),
    "stride": ("2", "0"),
    "max_history": ("0", "-1"),
    "reference_date": ("2018-01-08", "today"),
    "eval_fraction": ("0.1", "1.5"),
    "test_fraction": ("0.05", "-0.1"),
    "seed": ("0", "-1"),
    "max_seen": ("100", "0"),
    "min_item_count": ("5", "0"),
    "day_buckets": ("2", "1"),
    OF_BEAM: ("europe-west1-docker.pkg.dev/p/r/seamstress-pipeline:1", "no image"),
}


def matches(name: str, value: str) -> bool:
    return all(re.search(regex, value) for regex in PARAMETERS[name]["regexes"])


def test_metadata_has_a_name_and_a_description():
    assert METADATA["name"]
    assert METADATA["description"]
    assert METADATA["streaming"] is False


def test_parameters_are_the_flags():
    assert len(PARAMETERS) == len(METADATA["parameters"])
    assert set(PARAMETERS) == {*ACTIONS, OF_BEAM}


def test_image_of_the_workers_is_a_flag_of_beam():
    assert PARAMETERS[OF_BEAM]["isOptional"] is False
    options = beam_options([f"--{OF_BEAM}=a/b:1"], [], PROG)
    assert options.get_all_options()[OF_BEAM] == "a/b:1"


@pytest.mark.parametrize("name", PARAMETERS)
def test_parameter_is_described(name):
    parameter = PARAMETERS[name]
    assert set(parameter) <= {
        *("name", "label", "helpText", "isOptional", "regexes", "paramType"),
        *("defaultValue", "enumOptions"),
    }
    assert parameter["label"]
    assert parameter["helpText"].endswith(".")


@pytest.mark.parametrize("name", ACTIONS)
def test_parameter_agrees_with_its_flag(name):
    action, parameter = ACTIONS[name], PARAMETERS[name]
    assert parameter["isOptional"] is not action.required
    if action.default in (None, [], ()):
        assert "defaultValue" not in parameter
    else:
        default = parameter["defaultValue"]
        assert default == str(action.default).lower()
    choices = ready_schemas() if name == "schema" else action.choices
    options = [of["value"] for of in parameter.get("enumOptions", ())]
    assert options == list(choices or ())
    assert (parameter["paramType"] == "ENUM") is bool(choices)
    assert (parameter["paramType"] == "BOOLEAN") is (action.nargs == 0)
    assert (parameter["paramType"] == "NUMBER") is (action.type in (int, float))


def test_every_value_that_can_be_wrong_is_checked():
    checked = {name for name, of in PARAMETERS.items() if "regexes" in of}
    free = {n for n, of in PARAMETERS.items() if of["paramType"] in ("ENUM", "BOOLEAN")}
    assert checked == set(VALUES) == set(PARAMETERS) - free


@pytest.mark.parametrize("name", VALUES)
def test_check_takes_good_values_and_refuses_bad_ones(name):
    good, bad = VALUES[name]
    assert matches(name, good)
    assert not matches(name, bad)
    if "defaultValue" in PARAMETERS[name]:
        assert matches(name, PARAMETERS[name]["defaultValue"])


@pytest.mark.parametrize("name", sorted(set(VALUES) - {OF_BEAM, "input"}))
def test_good_value_is_one_of_the_pipeline(name):
    values = {
        "input": VALUES["input"][0],
        "output": VALUES["output"][0],
        "schema": "movielens",
        name: VALUES[name][0],
    }
    parser = make_parser()
    given = to_arguments([f"--{n}={value}" for n, value in values.items()], parser)
    parsed = parser.parse_args(given)
    assert getattr(parsed, name) not in (None, [])
    to_options(parsed, num_partitions=1)


def test_all_defaults_together_are_the_pipelines_defaults():
    required = {"input": VALUES["input"][0], "output": VALUES["output"][0]}
    defaults = {
        name: of["defaultValue"]
        for name, of in PARAMETERS.items()
        if "defaultValue" in of
    }
    parser = make_parser()
    given = [f"--{n}={value}" for n, value in {**required, **defaults}.items()]
    short = [f"--{n}={value}" for n, value in required.items()]
    assert parser.parse_args(to_arguments(given, parser)) == parser.parse_args(short)
