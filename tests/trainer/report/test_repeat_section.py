"""The commands of a report, read by the programs that they are for."""

import json
import shlex
from dataclasses import replace

import pytest

from pipeline.flags import make_parser, to_options
from schemas.layout import MANIFEST
from schemas.manifest import Manifest
from tests.support.data_sets import Window, write_data_set
from trainer.__main__ import make_parser as make_trainer_parser
from trainer.options import TrainOptions
from trainer.report.repeat_section import repeat_section
from trainer.report.training_facts import TrainingFacts


@pytest.fixture(scope="module")
def manifest(tmp_path_factory):
    folder = tmp_path_factory.mktemp("repeat") / "data"
    windows = [Window([1, 2], 3)]
    write_data_set(folder, windows, windows, num_items=3)
    return Manifest.from_json((folder / MANIFEST).read_text(), str(folder))


def parsed(arguments):
    return to_options(make_parser().parse_args(arguments), num_partitions=1)


def commands(run, data, manifest):
    """The words of each command that the section shows."""
    options = TrainOptions(data=data, output=run)
    facts = TrainingFacts([], {}, [], {}, options)
    code, *_ = repeat_section(run, data, manifest, facts).parts
    return [shlex.split(line) for line in code.text.splitlines()]


@pytest.mark.parametrize(
    "flags",
    [
        [],
        ["--item_fields=category,body type"],
        ["--item_fields=-category,brand", "--user_field=-user"],
        ["--date_format=%d.%m.%Y", "--date_format=unix_ms", "--date_field=the day"],
        ["--rating_field=stars", "--min_rating=-1.5", "--latest_date=2018-01-08"],
        ["--split=leave_one_out", "--reference_date=1969-01-08", "--num_shards=3"],
        ["--split=user", "--eval_fraction=0.2", "--test_fraction=0", "--seed=7"],
        ["--bucketing=uniform", "--day_buckets=9", "--drop_repeats=exact"],
        ["--max_length=9", "--stride=2", "--max_history=99", "--min_item_count=2"],
        ["--input_format=csv", "--quoted_line_breaks=no"],
    ],
    ids=" ".join,
)
def test_the_pipelines_command_gives_the_same_settings(manifest, flags):
    options = parsed(["--input", "reviews", "--output", "data", *flags])
    # As the manifest keeps them.
    settings = json.loads(json.dumps(options.settings()))
    made = replace(manifest, settings=settings)
    command, *_ = commands("run", "data", made)
    assert command[:3] == ["python", "-m", "pipeline"]
    assert parsed(command[3:]) == options


def test_what_only_a_schema_can_say_is_no_flag_of_the_command(manifest):
    options = parsed(["--input=a", "--output=b", "--rating_field=s", "--min_rating=2"])
    schema = replace(options.read.schema, rating_required=True)
    read = replace(options.read, schema=schema)
    settings = replace(options, read=read).settings()
    assert settings["rating_required"] is True
    command, *_ = commands("run", "data", replace(manifest, settings=settings))
    assert parsed(command[3:]).read == replace(read, schema=options.read.schema)


def test_folders_with_blanks_stay_one_word(manifest):
    for words in commands("my run", "my data", manifest):
        if words[2] == "trainer":
            make_trainer_parser().parse_args(words[3:])
    pipeline, train, evaluate, _ = commands("my run", "my data", manifest)
    assert pipeline[pipeline.index("--output") + 1] == "my data"
    assert train[train.index("--config") + 1] == "my run/config.json"
    assert evaluate[evaluate.index("--data") + 1] == "my data"


def test_no_command_measures_on_what_is_not_held_out(manifest):
    of_all = [words[:4] for words in commands("run", "data", manifest)]
    all_train = replace(manifest, records={"train": manifest.records["train"]})
    found = [words[:4] for words in commands("run", "data", all_train)]
    measure = ["python", "-m", "trainer", "evaluate"]
    assert found == [words for words in of_all if words != measure] != of_all
