import logging

import pytest

from pipeline import live_counts
from pipeline.progress import (
    DATA_SET_STAGES,
    RECOMMEND_STAGES,
    _Live,
    _Stage,
    stage_display,
    stage_in_words,
)

ENGINE = logging.getLogger("apache_beam.runners.portability.fn_api_runner.fn_runner")


def stage(name):
    ENGINE.debug("Running bundle for stage %s", name)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("((ref_AppliedPTransform_ReadEvents-ReadBlocks_12)+(x))", "reading reviews"),
        ("SortHistories/BuildHistories/ParDo", "sorting histories"),
        ("CountTraining/Count", "counting items and days"),
        (
            "TransformWindows/Analyze/VocabularyAccumulate",
            "learning vocabulary and day",
        ),
        ("TransformWindows/ToIds/Transform", "turning items and days into ids"),
        ("WriteExamples/WriteShards", "writing TFRecords"),
        ("WriteItems/LearnValues/VocabularyMerge", "writing the attributes of items"),
        ("MakeManifest", "writing the manifest"),
        ("ReadEvents/NamePatterns/Impulse", ""),
    ],
)
def test_stages_in_words(name, words):
    assert stage_in_words(name, DATA_SET_STAGES).startswith(words)
    assert bool(stage_in_words(name, DATA_SET_STAGES)) == bool(words)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("((ref_AppliedPTransform_ReadEvents-ReadBlocks_12)+(x))", "reading reviews"),
        ("MakeRequests/ParDo(MakeRequests)", "sorting histories"),
        ("AskModel/BeamML_RunInference", "asking the model and writing its answers"),
        ("MakeManifest", "writing the manifest"),
        ("ReadEvents/NamePatterns/Impulse", ""),
    ],
)
def test_stages_of_recommend_in_words(name, words):
    assert stage_in_words(name, RECOMMEND_STAGES) == words


def test_each_stage_is_one_line_when_it_begins(capsys):
    with stage_display(DATA_SET_STAGES):
        stage("MakeManifest/Impulse")  # a constant of a later step
        stage("ReadEvents/ReadBlocks")
        stage("ReadEvents/ReadBlocks")
        ENGINE.debug("something else")
        ENGINE.info("something else")
        stage("NamePatterns")
        stage("BuildHistories")
        stage("ReadEvents/ReadBlocks")
    lines = capsys.readouterr().err.splitlines()
    assert [line.partition(" s  ")[2] for line in lines] == [
        "reading reviews",
        "sorting histories",
    ]


def test_rows_are_told_with_their_speed_when_they_are_read(capsys):
    with stage_display(DATA_SET_STAGES):
        stage("ReadEvents/ReadBlocks")
        live_counts.add_rows(1_200)
        live_counts.add_rows(34)
        stage("BuildHistories")
        stage("CountTraining")
    shown = [line.split(" s  ")[1] for line in capsys.readouterr().err.splitlines()]
    assert shown[0] == "reading reviews"
    assert shown[1].startswith("1,234 rows, ")
    assert shown[1].endswith(" rows a second")
    assert shown[2:] == ["sorting histories", "counting items and days"]


def test_a_terminal_shows_the_stage_and_the_rows_as_they_come():
    live = _Live()
    assert str(live.__rich__()) == "starting (0 s)"
    live.stage = _Stage("reading reviews")
    live_counts.add_rows(50)
    assert str(live.__rich__()).startswith("reading reviews (0 s, 50 rows, ")


def test_quiet_shows_nothing(capsys):
    with stage_display(DATA_SET_STAGES, quiet=True):
        stage("ReadEvents/ReadBlocks")
    assert capsys.readouterr().err == ""


def test_warnings_of_the_engine_are_passed_on(caplog):
    with stage_display(DATA_SET_STAGES), caplog.at_level(logging.WARNING):
        ENGINE.warning("a warning")
    assert "a warning" in caplog.text


def test_the_log_is_as_before_also_after_an_error():
    logger = logging.getLogger("apache_beam.runners.portability.fn_api_runner")
    before = (logger.level, logger.propagate, list(logger.handlers))
    with pytest.raises(RuntimeError), stage_display(DATA_SET_STAGES):
        raise RuntimeError
    assert (logger.level, logger.propagate, list(logger.handlers)) == before


def test_what_dataflow_says_of_a_job_is_shown(capsys):
    service = logging.getLogger("apache_beam.runners.dataflow.dataflow_runner")
    with stage_display(DATA_SET_STAGES):
        service.info("Job %s is in state %s", "2026-1", "JOB_STATE_RUNNING")
        service.info("2026-11-24: JOB_MESSAGE_BASIC: Autoscaling: 3 workers")
        service.info(
            "2026-11-24: JOB_MESSAGE_BASIC: Executing operation ReadEvents/ReadBlocks+x"
        )
    shown = [line.split(" s  ")[1] for line in capsys.readouterr().err.splitlines()]
    assert shown == ["the job is running", "reading reviews"]
