import dataclasses
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.accounting.accounts import (
    DayPlan,
    PlacedReject,
    ReadAccount,
    SequenceAccount,
    add_read_accounts,
    add_sequence_accounts,
    plan_days,
    reference_day,
    row_counts,
)
from pipeline.accounting.reject_lines import reject_lines
from pipeline.options import Options, ReadOptions
from pipeline.parse.review_schema import ReviewSchema
from pipeline.parse.rows import INVALID_DATE, MISSING, NOT_JSON, Reject
from schemas.errors import UserError
from schemas.settings import SplitSettings, WindowSettings

READ = ReadOptions(ReviewSchema("user", "item", "date", ("iso",)))


def options(**changes):
    return Options(READ, **changes)


def reject(ordinal, block, row, detail="`item` is missing or empty", reason=MISSING):
    return PlacedReject(
        ordinal, f"{ordinal}.csv", block, Reject(row, reason, detail, f"text {row}")
    )


counts = st.dictionaries(st.integers(0, 3), st.integers(1, 9))
names = st.sampled_from(["a", "b"])
rejects = st.builds(reject, st.integers(0, 2), st.integers(0, 2), st.integers(0, 5))
accounts = st.builds(
    ReadAccount,
    accepted=st.integers(0, 9),
    rejected=st.dictionaries(names, st.integers(1, 9)),
    dropped=st.dictionaries(names, st.integers(1, 9)),
    days=counts,
    places=st.dictionaries(
        st.tuples(st.integers(0, 1), st.integers(0, 3)), st.integers(0, 9)
    ),
    first_rejects=st.lists(rejects, max_size=4).map(tuple),
    values=st.dictionaries(names, st.integers(0, 9)),
)


@given(st.lists(accounts, max_size=4), st.randoms())
def test_accounts_add_up_in_any_order_and_in_steps(parts, random):
    whole = add_read_accounts(parts)
    assert whole.read == sum(part.read for part in parts)
    assert sum(whole.days.values()) == sum(sum(p.days.values()) for p in parts)
    assert sum(whole.values.values()) == sum(sum(p.values.values()) for p in parts)
    in_order = sorted(r.order for p in parts for r in p.first_rejects)
    assert [r.order for r in whole.first_rejects] == in_order[:3]
    shuffled = random.sample(parts, len(parts))
    cut = random.randint(0, len(parts))
    steps = [add_read_accounts(shuffled[:cut]), add_read_accounts(shuffled[cut:])]
    again = add_read_accounts(steps)
    assert again.read == whole.read
    assert (again.rejected, again.dropped) == (whole.rejected, whole.dropped)
    assert (again.days, again.places) == (whole.days, whole.places)


def test_rows_before_a_block_are_those_of_its_file():
    account = add_read_accounts(
        ReadAccount(places={block: count})
        for block, count in [((0, 0), 10), ((0, 500), 7), ((0, 900), 3), ((1, 0), 99)]
    )
    starts = [(0, 0), (0, 500), (0, 900), (1, 0)]
    assert [account.rows_before(*block) for block in starts] == [0, 10, 17, 0]


def test_lines_of_rejects_are_in_order_with_their_row_in_the_file():
    account = ReadAccount(places={(0, 0): 10, (0, 500): 7, (1, 0): 99})
    placed = [reject(1, 0, 4), reject(0, 500, 2), reject(0, 500, 0), reject(0, 0, 9)]
    lines = list(reject_lines(placed, account))
    assert lines[0] == (
        b'{"file": "0.csv", "row": 10, "reason": "missing_field", '
        b'"detail": "`item` is missing or empty", "text": "text 9"}\n'
    )
    rows = [line.split(b'"row": ')[1].split(b",")[0] for line in lines]
    assert rows == [b"10", b"11", b"13", b"5"]
    for order in itertools.permutations(placed):
        assert list(reject_lines(order, account)) == lines


def test_line_of_a_reject_can_hold_any_name_of_a_file():
    placed = PlacedReject(0, "caf\udce9", 0, Reject(0, NOT_JSON, "d", "\u00e9"))
    (line,) = reject_lines([placed], ReadAccount())
    assert b'"file": "caf\\udce9"' in line
    assert '"text": "\u00e9"'.encode() in line


def test_days_are_planned_from_all_events():
    account = ReadAccount(accepted=100, days={day: 1 for day in range(100)})
    assert plan_days(account, options()) == DayPlan(99, (89, 94))
    split = SplitSettings.of("random")
    assert plan_days(account, options(split=split)) == DayPlan(99, ())


def test_no_rows_are_one_sentence():
    with pytest.raises(UserError, match=r"the input holds no rows; .* --input"):
        plan_days(ReadAccount(), options())


def test_rows_that_were_all_dropped_are_told_by_flag():
    account = ReadAccount(accepted=1200, dropped={"min_rating": 1200})
    with pytest.raises(
        UserError, match=r"no row is left of 1,200: --min_rating dropped 1,200; loosen"
    ):
        plan_days(account, options())


def test_rows_that_were_all_refused_are_told_by_reason():
    account = ReadAccount(rejected={MISSING: 2}, first_rejects=(reject(0, 0, 6),))
    with pytest.raises(UserError) as caught:
        plan_days(account, options(max_reject_fraction=1.0))
    assert str(caught.value) == (
        "no row is left of 2: refused were 2 field missing or empty; the first:\n"
        "  0.csv row 7: `item` is missing or empty\n"
        "Check --schema, the --*_field names, --date_format and --latest_date."
    )


def test_too_many_rejects_are_told_with_the_first_three():
    account = add_read_accounts(
        [
            ReadAccount(
                accepted=94,
                rejected={INVALID_DATE: 2, MISSING: 4},
                days={0: 94},
                places={(0, 0): 50, (0, 800): 50},
                first_rejects=(
                    reject(0, 800, 2),
                    reject(0, 0, 6, "`date` 'x' is no date"),
                    reject(0, 800, 1),
                    reject(0, 800, 9),
                ),
            )
        ]
    )
    with pytest.raises(UserError) as caught:
        plan_days(account, options())
    assert str(caught.value) == (
        "6 of 100 rows were refused (2 date not understood, 4 field missing or empty), "
        "more than --max_reject_fraction 0.05 allows; the first:\n"
        "  0.csv row 7: `date` 'x' is no date\n"
        "  0.csv row 52: `item` is missing or empty\n"
        "  0.csv row 53: `item` is missing or empty\n"
        "Check --schema, the --*_field names and --date_format, or raise the fraction."
    )
    assert plan_days(account, options(max_reject_fraction=0.06)).last_day == 0


def test_a_fraction_of_nothing_allows_no_reject():
    account = ReadAccount(accepted=10**6, rejected={MISSING: 1}, days={0: 10**6})
    with pytest.raises(UserError, match="1 of 1,000,001 rows were refused"):
        plan_days(account, options(max_reject_fraction=0.0))


def test_sequence_accounts_add_up():
    parts = [
        SequenceAccount(3, 2, 9, {"drop_repeats": 1}, 70, {"train": 4, "eval": 1}),
        SequenceAccount(1, 0, 1, {"drop_repeats": 2, "max_history": 5}, None),
        SequenceAccount(2, 2, 8, {}, 71, {"train": 3}),
    ]
    expected = SequenceAccount(
        6,
        4,
        18,
        {"drop_repeats": 3, "max_history": 5},
        71,
        {"train": 7, "eval": 1},
    )
    for order in itertools.permutations(parts):
        assert add_sequence_accounts(order) == expected
    assert add_sequence_accounts([]) == SequenceAccount()


@pytest.mark.parametrize(
    ("split", "expected"),
    [("time", 70), ("leave_one_out", 70), ("random", 99), ("user", 99), ("none", 99)],
)
def test_reference_day_is_the_last_training_day_or_the_last_day(split, expected):
    chosen = options(split=SplitSettings.of(split))
    account = SequenceAccount(5, 3, 20, {}, 70)
    assert reference_day(account, DayPlan(99), chosen) == expected
    given_day = options(split=SplitSettings.of(split), reference_day=50)
    assert reference_day(account, DayPlan(99), given_day) == 50


def test_no_history_of_min_items_is_one_sentence():
    chosen = options(window=WindowSettings(min_items=4))
    with pytest.raises(
        UserError,
        match=r"none of 1,234 users has a history of --min_items 4 events; lo",
    ):
        reference_day(SequenceAccount(1234, 0, 3000), DayPlan(99), chosen)


def test_a_split_that_leaves_nothing_to_train_on_is_one_sentence():
    account = SequenceAccount(10, 5, 30, {}, None)
    with pytest.raises(UserError, match="--split time leaves no user with enough even"):
        reference_day(account, DayPlan(99), options(reference_day=50))


def test_counts_of_the_manifest_are_sorted_and_hold_both_kinds_of_drops():
    read = ReadAccount(8, {NOT_JSON: 1, MISSING: 2}, {"min_rating": 3})
    sequence = SequenceAccount(dropped={"drop_repeats": 1})
    counts = row_counts(read, sequence)
    assert (counts.read, counts.accepted) == (11, 8)
    assert list(counts.rejected.items()) == [(MISSING, 2), (NOT_JSON, 1)]
    assert list(counts.dropped.items()) == [("drop_repeats", 1), ("min_rating", 3)]


def test_a_field_of_items_that_no_event_has_is_one_sentence():
    read = dataclasses.replace(READ, item_fields=("category", "size"))
    account = ReadAccount(accepted=3, days={17: 3}, values={"category": 2, "size": 0})
    with pytest.raises(UserError) as caught:
        plan_days(account, Options(read))
    assert str(caught.value) == (
        "no row has text or a number in `size`, which --item_fields names; check the "
        "name, or leave it out."
    )
    complete = dataclasses.replace(account, values={"category": 2, "size": 1})
    assert plan_days(complete, Options(read)).last_day == 17
