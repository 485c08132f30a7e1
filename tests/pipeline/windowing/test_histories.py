"""Histories: order, ties, repeats, the latest events, and the way through bytes."""

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from pipeline.arrays import columns
from pipeline.windowing.histories import build_histories, from_batch, to_batch
from tests.support.events import event_batch, rows_of_few_users
from tests.support.reference import DAY_MS, Row
from tests.support.reference import histories as reference_histories


def as_dict(histories):
    found = {}
    for number, user in enumerate(histories.users.to_pylist()):
        events = slice(histories.offsets[number], histories.offsets[number + 1])
        items = histories.items.take(pa.array(histories.item_codes[events]))
        days = histories.days[events].tolist()
        found[user] = list(zip(items.to_pylist(), days, strict=True))
    return found


@given(rows_of_few_users())
def test_histories_are_in_order_of_moment_and_then_of_position(rows):
    histories, dropped = build_histories([event_batch(rows)])
    assert as_dict(histories) == reference_histories(rows)
    assert dropped == {}


@given(rows_of_few_users(), st.integers(1, 5), st.randoms(use_true_random=False))
def test_the_cut_and_the_order_of_batches_do_not_matter(rows, size, random):
    whole, _ = build_histories([event_batch(rows)])
    parts = [
        event_batch(rows[start : start + size], start)
        for start in range(0, len(rows), size)
    ]
    random.shuffle(parts)
    in_parts, _ = build_histories(parts)
    assert as_dict(in_parts) == as_dict(whole)
    assert in_parts.users.to_pylist() == whole.users.to_pylist()


def test_times_decide_within_a_day_and_the_file_decides_without_times():
    day = 5 * DAY_MS
    timed = [Row("u", "late", day + 9), Row("u", "early", day + 1)]
    bare = [Row("u", "first", day), Row("u", "second", day)]
    assert as_dict(build_histories([event_batch(timed)])[0])["u"] == [
        ("early", 5),
        ("late", 5),
    ]
    assert as_dict(build_histories([event_batch(bare)])[0])["u"] == [
        ("first", 5),
        ("second", 5),
    ]


def test_days_before_1970_round_down():
    histories, _ = build_histories([event_batch([Row("u", "a", -1)])])
    assert histories.days.tolist() == [-1]


def test_users_come_in_the_order_of_their_digests():
    rows = [Row(f"user {n}", "a", 0) for n in range(50)]
    histories, _ = build_histories([event_batch(rows)])
    digests = [tuple(digest) for digest in histories.digests.tolist()]
    assert digests == sorted(digests)
    assert histories.users.to_pylist() != sorted(histories.users.to_pylist())


REPEATING = [
    Row("u", item, day * DAY_MS)
    for item, day in [("a", 1), ("a", 1), ("b", 1), ("a", 1), ("a", 2), ("a", 3)]
]


def test_exact_repeats_are_those_of_item_and_day():
    histories, dropped = build_histories([event_batch(REPEATING)], "exact")
    assert as_dict(histories)["u"] == [("a", 1), ("b", 1), ("a", 2), ("a", 3)]
    assert dropped == {"drop_repeats": 2}


def test_consecutive_repeats_are_runs_of_an_item():
    histories, dropped = build_histories([event_batch(REPEATING)], "consecutive")
    assert as_dict(histories)["u"] == [("a", 1), ("b", 1), ("a", 1)]
    assert dropped == {"drop_repeats": 3}


def test_max_history_keeps_the_latest_after_repeats_are_dropped():
    histories, dropped = build_histories([event_batch(REPEATING)], "exact", 2)
    assert as_dict(histories)["u"] == [("a", 2), ("a", 3)]
    assert dropped == {"drop_repeats": 2, "max_history": 2}


@given(rows_of_few_users(), st.integers(1, 4))
def test_max_history_keeps_the_end_of_every_history(rows, most):
    histories, dropped = build_histories([event_batch(rows)], max_history=most)
    full = reference_histories(rows)
    assert as_dict(histories) == {user: events[-most:] for user, events in full.items()}
    cut = sum(max(len(events) - most, 0) for events in full.values())
    assert dropped.get("max_history", 0) == cut


@given(rows_of_few_users(), st.integers(1, 4), st.integers(-3, 31))
def test_max_history_counts_on_both_sides_of_a_day_and_joins_no_two_sides_of_a_gap(
    rows, most, first
):
    batches = [event_batch(rows)]
    histories, dropped = build_histories(batches, "none", most, first)
    expected = []
    for user, events in reference_histories(rows).items():
        early = [event for event in events if event[1] < first]
        late = [event for event in events if event[1] >= first]
        if len(late) > most:
            expected += [(user, early[-most:]), (user, late[-most:])]
        else:
            expected += [(user, early[-most:] + late)]
    found = [
        (user, as_dict(histories_of(histories, number))[user])
        for number, user in enumerate(histories.users.to_pylist())
    ]
    assert sorted(found) == sorted(expected)
    kept = sum(len(events) for _, events in expected)
    assert dropped.get("max_history", 0) == len(rows) - kept
    of_user = dict.fromkeys(histories.users.to_pylist(), 0)
    for user, events in expected:
        of_user[user] += len(events)
    assert histories.user_lengths.tolist() == list(of_user.values())


def histories_of(histories, number):
    return from_batch(to_batch(histories).slice(number, 1))


@given(rows_of_few_users(), st.integers(0, 3), st.integers(1, 4))
def test_histories_survive_the_way_through_bytes_and_slices(rows, start, length):
    histories, _ = build_histories([event_batch(rows)])
    batch = columns.from_bytes(columns.to_bytes(to_batch(histories)))
    assert as_dict(from_batch(batch)) == as_dict(histories)
    part = from_batch(batch.slice(start, length))
    users = histories.users.to_pylist()[start : start + length]
    assert as_dict(part) == {user: as_dict(histories)[user] for user in users}
    assert np.array_equal(part.digests, histories.digests[start : start + length])


@given(rows_of_few_users())
def test_each_event_knows_its_history_and_its_place_there(rows):
    histories, _ = build_histories([event_batch(rows)])
    history, index = histories.event_places()
    expected = [
        (number, place)
        for number, length in enumerate(histories.lengths)
        for place in range(length)
    ]
    assert list(zip(history.tolist(), index.tolist(), strict=True)) == expected
