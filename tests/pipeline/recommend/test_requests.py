import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from pipeline.histories import Histories, from_batch
from pipeline.options import ReadOptions
from pipeline.parse.review_schema import load_review_schema
from pipeline.recommend.options import RecommendOptions
from pipeline.recommend.requests import IS_USABLE, events_until, make_requests

READ = ReadOptions(load_review_schema("plain"))


def _options(**settings: object) -> RecommendOptions:
    return RecommendOptions(READ, "model", **settings)


def _histories(days: list[list[int]]) -> Histories:
    lengths = [len(of_user) for of_user in days]
    flat = [day for of_user in days for day in of_user]
    return Histories(
        users=pa.array([f"u{i}" for i in range(len(days))]),
        digests=np.arange(2 * len(days), dtype=np.uint64).reshape(-1, 2),
        offsets=np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
        items=pa.array([f"i{i}" for i in range(len(flat))], pa.string()),
        item_codes=np.arange(len(flat)),
        days=np.array(flat, np.int64),
    )


def _asked(batches: list[pa.RecordBatch]) -> dict[str, tuple[list[int], bool]]:
    found = {}
    for batch in batches:
        histories = from_batch(batch)
        days = np.split(histories.days, histories.offsets[1:-1])
        for user, of_user, usable in zip(
            histories.users.to_pylist(),
            days,
            batch.column(IS_USABLE).to_pylist(),
            strict=True,
        ):
            found[user] = (of_user.tolist(), usable)
    return found


def test_every_user_with_an_event_is_asked() -> None:
    batches, account = make_requests(_histories([[1, 2], [5]]), None, _options())
    assert _asked(batches) == {"u0": ([1, 2], True), "u1": ([5], True)}
    assert (account.users, account.events, account.too_short) == (2, 3, 0)


def test_events_after_the_day_are_left_out() -> None:
    histories = _histories([[1, 9], [9], [3, 4]])
    batches, account = make_requests(histories, None, _options(as_of=4))
    assert _asked(batches) == {"u0": ([1], True), "u2": ([3, 4], True)}
    assert (account.later, account.too_short) == (2, 1)
    assert events_until(histories, 4).lengths.tolist() == [1, 0, 2]


def test_short_histories_are_popular_where_asked() -> None:
    histories = _histories([[1, 2], [5]])
    batches, account = make_requests(
        histories, None, _options(min_items=2, popular=True)
    )
    assert _asked(batches) == {"u0": ([1, 2], True), "u1": ([5], False)}
    assert account.too_short == 1


def test_users_named_are_asked_alone_and_unknown_ones_too() -> None:
    histories = _histories([[1, 2], [5]])
    batches, account = make_requests(histories, {"u1", "new"}, _options(popular=True))
    assert _asked(batches) == {"u1": ([5], True), "new": ([], False)}
    assert (account.users, account.not_asked, account.too_short) == (3, 1, 1)


@given(st.lists(st.integers(0, 40), max_size=60))
def test_batches_hold_every_user_once_by_length(lengths: list[int]) -> None:
    histories = _histories([list(range(length)) for length in lengths])
    batches, account = make_requests(histories, None, _options(popular=True))
    asked = _asked(batches)
    assert sum(len(batch) for batch in batches) == len(asked) == len(lengths)
    assert [len(asked[f"u{i}"][0]) for i in range(len(lengths))] == lengths
    assert account.too_short == lengths.count(0)
