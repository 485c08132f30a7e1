"""Accounts of rows."""

from hypothesis import given
from hypothesis import strategies as st

from pipeline.accounting.read_account import (
    ReadAccount,
    add_read_accounts,
    rows_before,
)
from tests.support.rejects import reject

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


@given(accounts)
def test_rows_before_a_block_are_those_of_its_file(account):
    assert rows_before(account) == {
        (ordinal, block): sum(
            count
            for (of_file, start), count in account.places.items()
            if of_file == ordinal and start < block
        )
        for ordinal, block in account.places
    }


def test_rows_before_the_blocks_of_a_large_input_are_summed_once():
    # One by one, 20,000 blocks would take minutes.
    account = ReadAccount(places={(0, block): 3 for block in range(20_000)})
    assert rows_before(account)[0, 19_999] == 3 * 19_999
