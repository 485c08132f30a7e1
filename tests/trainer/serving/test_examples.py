"""Histories that are shown as examples, out of a data set."""

import pytest

from schemas.errors import UserError
from tests.support.data_sets import Window, write_data_set
from tests.support.training import small_options
from trainer.__main__ import main
from trainer.data import records
from trainer.data.data_set import open_data_set
from trainer.serving.client import Client
from trainer.serving.examples import example_requests
from trainer.serving.requests import Event, Request
from trainer.training.train import train

DAYS = [16_800, 16_801, 16_803, 16_900]


@pytest.fixture(scope="module")
def data_set(tmp_path_factory):
    path = write_data_set(
        tmp_path_factory.mktemp("examples") / "data",
        [Window([1, 2], 3)],
        held_out=[Window([3], 1, user="eval")],
        test=[
            Window([2], 1, user="short", days=DAYS[2:]),
            Window([1, 4, 2], 3, user="long", days=DAYS),
            Window([1, 2], 4, user="long", start=1, days=DAYS[1:]),
        ],
        num_items=3,
        num_shards=1,
    )
    return open_data_set(path)


def test_the_longest_known_history_of_each_user_comes_first(data_set):
    # Item 4 is unknown: it has no name that could be shown.
    long = Request(
        (Event("2015-12-31", "item1"), Event("2016-01-03", "item2")),
        as_of="2016-04-09",
        user_id="long",
    )
    short = Request(
        (Event("2016-01-03", "item2"),), as_of="2016-04-09", user_id="short"
    )
    assert example_requests(data_set, 5) == [long, short]
    assert example_requests(data_set, 1) == [long]


def test_what_lies_before_the_window_counts_and_is_left_out(tmp_path):
    # `later` has as many inputs in the window, and two events before it.
    path = write_data_set(
        tmp_path / "data",
        [Window([1, 2], 3)],
        test=[
            Window([1, 2], 3, user="first"),
            Window([5, 2], 3, user="later", start=2, seen=[4, 6, 5, 2]),
            Window([6], 3, user="unknown", start=9, seen=[4, 6]),
        ],
        num_items=5,
        max_length=2,
        num_shards=1,
        with_graph=True,
    )
    data_set = open_data_set(path)
    later, first, unknown = example_requests(data_set, 3)
    assert [one.user_id for one in (later, first, unknown)] == [
        "later",
        "first",
        "unknown",
    ]
    assert [event.item_id for event in later.history] == ["item5", "item2"]
    # Item 6 is unknown, and the inputs are in the history.
    assert (later.seen, first.seen, unknown.seen) == (("item4",), (), ("item4",))
    run = str(tmp_path / "run")
    train(small_options(path, run, epochs=1))
    ((_, answer),) = Client(f"{run}/model").recommend([later], 10)
    assert {one.item_id for one in answer} == {"item1", "item3"}


def test_training_records_tell_nothing_of_what_was_seen(tmp_path):
    path = write_data_set(
        tmp_path / "data",
        [Window([1, 2], 3, user="u"), Window([2, 1], 3, user="u", start=4)],
        num_items=3,
        split="none",
        num_shards=1,
    )
    (request,) = example_requests(open_data_set(path), 3)
    assert [event.item_id for event in request.history] == ["item2", "item1"]
    assert request.seen == ()


def test_without_a_test_split_they_come_from_eval(tmp_path):
    path = write_data_set(
        tmp_path / "data",
        [Window([1, 2], 3)],
        held_out=[Window([3], 1, user="eval")],
        num_items=3,
    )
    (request,) = example_requests(open_data_set(path), 3)
    assert request.user_id == "eval"


def test_the_longest_are_found_whatever_is_read_at_a_time(tmp_path, monkeypatch):
    windows = [
        Window([1] * (1 + number % 4), 2, user=f"u{number % 13}")
        for number in range(60)
    ]
    path = write_data_set(tmp_path / "data", windows, num_items=3, num_shards=3)
    data_set = open_data_set(path)
    whole = example_requests(data_set, 7)
    assert [len(request.history) for request in whole] == [4] * 7
    assert len({request.user_id for request in whole}) == 7
    monkeypatch.setattr(records, "_PARSE_BATCH", 3)
    assert example_requests(data_set, 7) == whole


def test_a_data_set_without_records_has_none(tmp_path):
    path = write_data_set(tmp_path / "data", [], num_items=3)
    with pytest.raises(UserError, match="holds no records to take examples from"):
        example_requests(open_data_set(path), 3)


@pytest.mark.parametrize(
    ("flags", "problem"),
    [
        (["--examples=3"], "--examples and --data go together"),
        (["--history=2016-04-20:1", "--data=d"], "--examples and --data go together"),
        (["--examples=0", "--data=d"], "--examples must be at least 1, got 0"),
        (
            ["--examples=1", "--data=d", "--as_of=2020-01-01"],
            "--as_of has no meaning with --examples",
        ),
    ],
)
def test_a_wrong_command_line_is_status_2(flags, problem, capsys):
    assert main(["predict", "--model=nowhere", *flags]) == 2
    assert problem in capsys.readouterr().err
