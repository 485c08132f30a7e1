import pytest
from apache_beam.options.pipeline_options import (
    DirectOptions,
    SetupOptions,
    StandardOptions,
)
from apache_beam.runners.portability.fn_api_runner import FnApiRunner
from apache_beam.runners.portability.prism_runner import PrismRunner
from apache_beam.runners.worker.statesampler import StateSampler

from pipeline.runners.beam_flags import beam_options, new_pipeline, runner_of
from pipeline.runners.jobs import start
from schemas.errors import UsageError, UserError

OWN = ["--input", "--max_length"]


def parse(*arguments):
    return beam_options(arguments, OWN, "prog")


def test_flags_of_beam_go_through():
    options = parse("--runner", "PrismRunner", "--direct_num_workers=2")
    assert options.view_as(StandardOptions).runner == "PrismRunner"
    assert options.view_as(DirectOptions).direct_num_workers == 2


def test_no_flags():
    assert parse().view_as(StandardOptions).runner is None


@pytest.mark.parametrize("flags", [[], ["--save_main_session"]])
def test_main_session_is_never_saved(flags):
    assert parse(*flags).view_as(SetupOptions).save_main_session is False


@pytest.mark.parametrize(
    ("argument", "hint"),
    [
        ("--max_lenght", "unknown flag --max_lenght; did you mean --max_length?"),
        ("--inputs=x", "unknown flag --inputs; did you mean --input?"),
        ("--runer", "unknown flag --runer; did you mean --runner?"),
        ("--direct_num_worker=2", "did you mean --direct_num_workers?"),
        ("--zzzzzz", "unknown flag --zzzzzz; see `prog --help`"),
        ("x.csv", "'x.csv' stands where no value is expected; put it behind its flag"),
    ],
)
def test_unknown_flag_is_an_error_with_the_nearest(argument, hint):
    with pytest.raises(UsageError) as caught:
        parse(argument, "7")
    assert hint in str(caught.value)


@pytest.mark.parametrize("flag", ["--run", "--direct_num_work", "--direct_running"])
def test_abbreviation_is_refused(flag):
    with pytest.raises(UsageError, match=f"unknown flag {flag}"):
        parse(flag, "2")


def test_value_of_a_wrong_type_is_one_sentence():
    with pytest.raises(
        UsageError, match="--direct_num_workers: invalid int value: 'x'"
    ):
        parse("--direct_num_workers", "x")


@pytest.mark.parametrize(
    "name",
    [
        None,
        "DirectRunner",
        "directrunner",
        "FnApiRunner",
        "BundleBasedDirectRunner",
        "SwitchingDirectRunner",
        "apache_beam.runners.direct.direct_runner.DirectRunner",
    ],
)
def test_direct_runner_is_the_engine_in_process(name):
    assert type(runner_of(name)) is FnApiRunner


def test_a_stage_of_the_engine_in_process_ends_without_a_nap():
    runner_of("DirectRunner")
    # As Beam makes one for each stage; by default it naps up to 200 ms.
    assert StateSampler("stage", None).sampling_period_ms <= 20


def test_another_runner_keeps_its_name():
    assert isinstance(runner_of("PrismRunner"), PrismRunner)


@pytest.mark.parametrize(
    "name",
    ["DaskRunner", "daskrunner", "apache_beam.runners.dask.dask_runner.DaskRunner"],
)
def test_dask_is_refused(name):
    with pytest.raises(UsageError, match=f"--runner {name} is not supported: it drops"):
        runner_of(name)


@pytest.mark.parametrize("name", ["NoRunner", "no.such.module.Runner", "Direct Runner"])
def test_unknown_runner_is_one_sentence(name):
    with pytest.raises(
        UsageError, match=r"--runner .* can't be used \(.*DataflowRunner"
    ):
        runner_of(name)


def test_runner_that_cannot_be_started_is_one_sentence():
    pipeline = new_pipeline(parse("--runner=PortableRunner"), {})
    with pytest.raises(
        UserError, match=r"PortableRunner could not be started: .* --jo"
    ):
        start(pipeline)
