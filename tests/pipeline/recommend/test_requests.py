import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.options import ReadOptions
from pipeline.parse.review_schema import load_review_schema
from pipeline.recommend.options import RecommendOptions
from pipeline.recommend.requests import (
    REQUEST_SCHEMA,
    RequestAccount,
    add_request_accounts,
    check_requests,
    events_until,
    make_requests,
    needed_events,
)
from pipeline.windowing.histories import Histories
from schemas.errors import UserError

W = 3
VOCABULARY = pa.record_batch({"item_id": [f"i{number}" for number in range(99)]})
READ = ReadOptions(load_review_schema("plain"))


def _options(**settings: object) -> RecommendOptions:
    return RecommendOptions(READ, "model", **settings)


def _histories(days: list[list[int]], items: list[int] | None = None) -> Histories:
    lengths = [len(of_user) for of_user in days]
    flat = [day for of_user in days for day in of_user]
    return Histories(
        users=pa.array([f"u{i}" for i in range(len(days))]),
        digests=np.arange(2 * len(days), dtype=np.uint64).reshape(-1, 2),
        offsets=np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
        items=pa.array([f"i{i}" for i in range(max(4, len(flat)))], pa.string()),
        item_codes=np.array(range(len(flat)) if items is None else items, np.int64),
        days=np.array(flat, np.int64),
    )


def _asked(batch: pa.RecordBatch) -> dict[str, tuple[list[int], bool]]:
    assert batch.schema == REQUEST_SCHEMA
    return {
        row["user_id"]: (row["days"], row["is_usable"]) for row in batch.to_pylist()
    }


def test_every_user_with_an_event_is_asked() -> None:
    batch, account = make_requests(
        _histories([[1, 2], [5]]), None, _options(), W, VOCABULARY
    )
    assert _asked(batch) == {"u0": ([1, 2], True), "u1": ([5], True)}
    assert (account.users, account.events, account.too_short) == (2, 3, 0)


def test_events_after_the_day_are_left_out() -> None:
    histories = _histories([[1, 9], [9], [3, 4]])
    batch, account = make_requests(histories, None, _options(as_of=4), W, VOCABULARY)
    assert _asked(batch) == {"u0": ([1], True), "u2": ([3, 4], True)}
    assert batch.column("last_day").to_pylist() == [1, 4]
    assert (account.later, account.too_short) == (2, 1)
    assert events_until(histories, 4).lengths.tolist() == [1, 0, 2]


def test_the_latest_events_are_those_up_to_the_day() -> None:
    histories = _histories([[1, 2, 3, 8, 9], [9], [4]])
    batch, account = make_requests(
        histories, None, _options(as_of=4, max_history=2), W, VOCABULARY
    )
    assert _asked(batch) == {"u0": ([2, 3], True), "u2": ([4], True)}
    assert (account.events, account.later, account.too_short) == (6, 3, 1)
    assert account.dropped == (("max_history", 1),)


def test_short_histories_are_popular_where_asked() -> None:
    histories = _histories([[1, 2], [5]])
    options = _options(min_items=2, popular=True)
    batch, account = make_requests(histories, None, options, W, VOCABULARY)
    assert _asked(batch) == {"u0": ([1, 2], True), "u1": ([5], False)}
    assert (account.too_short, account.usable) == (1, 1)


def test_users_named_are_asked_alone_and_unknown_ones_too() -> None:
    histories = _histories([[1, 2], [5]])
    batch, account = make_requests(
        histories, {"u1", "new"}, _options(popular=True), W, VOCABULARY
    )
    assert _asked(batch) == {"u1": ([5], True), "new": ([], False)}
    assert batch.column("last_day").to_pylist() == [5, None]
    assert account == RequestAccount(
        users=3, absent=1, not_asked=1, too_short=1, events=3
    )


def test_a_history_of_many_events_is_asked_about_by_its_items() -> None:
    items = [0, 1, 0, 1, 2, 0, 1, 1, 1]
    histories = _histories([list(range(9))], items)
    assert np.flatnonzero(needed_events(histories, W, False)).tolist() == [
        0,
        1,
        4,
        6,
        7,
        8,
    ]
    assert np.flatnonzero(needed_events(histories, W, True)).tolist() == [6, 7, 8]
    batch, _ = make_requests(histories, None, _options(), W, VOCABULARY)
    (row,) = batch.to_pylist()
    assert row["items"] == ["i0", "i1", "i2", "i1", "i1", "i1"]
    assert (row["num_events"], row["last_day"]) == (9, 8)


@given(st.lists(st.lists(st.integers(0, 3), max_size=9), max_size=5), st.integers(1, 4))
def test_what_is_asked_has_the_latest_events_and_all_items(
    items: list[list[int]], width: int
) -> None:
    days = [list(range(len(of_user))) for of_user in items]
    histories = _histories(days, [item for of_user in items for item in of_user])
    batch, _ = make_requests(histories, None, _options(popular=True), width, VOCABULARY)
    assert len(batch) == len(items)
    for row, of_user in zip(batch.to_pylist(), items, strict=True):
        names = [f"i{item}" for item in of_user]
        assert row["items"][-width:] == names[-width:]
        assert set(row["items"]) == set(names)
        assert len(row["items"]) <= len(set(names)) + width
        assert row["num_events"] == len(names)


def test_accounts_add_up_in_any_order() -> None:
    accounts = [
        RequestAccount(3, 1, 1, 1, 9, 2, (("drop_repeats", 1),), 4),
        RequestAccount(),
        RequestAccount(5, 0, 2, 0, 8, 0, (("drop_repeats", 2), ("max_history", 4))),
    ]
    total = RequestAccount(
        8, 1, 3, 1, 17, 2, (("drop_repeats", 3), ("max_history", 4)), 4
    )
    assert add_request_accounts(accounts) == total
    assert add_request_accounts(reversed(accounts)) == total
    assert add_request_accounts([]) == RequestAccount()


def test_somebody_must_be_answered() -> None:
    nobody = RequestAccount(users=3, not_asked=1, too_short=2)
    assert check_requests(nobody, _options(popular=True)) == nobody
    with pytest.raises(UserError, match="none of 2 users has a history of --min_items"):
        check_requests(nobody, _options())
    one = RequestAccount(users=3, not_asked=1, too_short=1)
    assert check_requests(one, _options()) == one


def test_events_of_items_that_the_model_does_not_know_are_counted() -> None:
    histories = _histories([[1, 2, 3], [1, 9]], [0, 1, 0, 3, 0])
    vocabulary = pa.record_batch({"item_id": ["i1", "i9"]})
    _, account = make_requests(histories, None, _options(as_of=5), W, vocabulary)
    assert (account.unknown, account.events, account.later) == (3, 5, 1)
    assert check_requests(account, _options()) == account


def test_a_model_that_knows_not_one_item_answers_nobody() -> None:
    account = RequestAccount(users=2, events=1_005, later=5, unknown=1_000)
    with pytest.raises(
        UserError, match="--model model knows the item of none of 1,000 events; check"
    ):
        check_requests(account, _options(popular=True))
