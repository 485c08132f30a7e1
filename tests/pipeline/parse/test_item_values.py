"""The latest value of each item wins, whatever the blocks and their order."""

import itertools

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.arrays.columns import to_bytes
from pipeline.arrays.partitions import divided
from pipeline.parse import item_values
from pipeline.parse.events import ITEM
from pipeline.parse.item_values import (
    ITEM_VALUE_SCHEMA,
    block_values,
    count_values,
    item_table,
    merge_values,
    text_columns,
)
from tests.support.events import event_batch
from tests.support.reference import Row

FIELDS = ("category", "size")
VALUES = st.sampled_from([None, "gown", "dress", "é", "4"])
# (item, moment, category, size), with many ties.
EVENTS = st.lists(
    st.tuples(
        st.sampled_from(["10", "9", "é", "a b"]), st.integers(-2, 2), VALUES, VALUES
    ),
    min_size=1,
    max_size=40,
)


def reduced(events, first=0):
    """Returns the values of a block whose positions count from `first`."""
    batch = event_batch([Row("u", item, moment) for item, moment, *_ in events], first)
    values = [pa.array([e[place] for e in events], pa.string()) for place in (2, 3)]
    return block_values(batch, values)


def literal(events):
    """Returns the table by its rule, a row at a time."""
    table = {}
    ordered = sorted(enumerate(events), key=lambda pair: (pair[1][1], pair[0]))
    for _, (item, _, *values) in ordered:
        row = table.setdefault(item, dict.fromkeys(FIELDS))
        row.update({n: v for n, v in zip(FIELDS, values, strict=True) if v})
    items = sorted(table, key=str.encode)
    return [{"item_id": item, **table[item]} for item in items]


@given(EVENTS, st.data())
def test_the_merged_table_is_the_latest_value_of_every_item(events, data):
    cuts = data.draw(st.lists(st.integers(0, len(events)), max_size=5))
    bounds = sorted({0, len(events), *cuts})
    blocks = [
        reduced(events[start:stop], start) for start, stop in itertools.pairwise(bounds)
    ]
    parts: dict[int, list[bytes]] = {}
    num_parts = data.draw(st.integers(1, 4))
    for block in data.draw(st.permutations(blocks)):
        for part, rows in divided(block, ITEM, num_parts):
            parts.setdefault(part, []).append(rows)
    merged = []
    for of_part in parts.values():
        # In two steps or in one, as engines combine.
        cut = data.draw(st.integers(0, len(of_part)))
        early = [merge_values(of_part[:cut])] if cut else []
        merged.append(merge_values([*early, *of_part[cut:]]))
    shuffled = data.draw(st.permutations(merged))
    expected = literal(events)
    assert item_table(shuffled, FIELDS).to_pylist() == expected


@given(EVENTS)
def test_a_block_keeps_one_row_of_an_item_and_field(events):
    rows = reduced(events).to_pylist()
    found = [(row["item"], row["field"]) for row in rows]
    assert len(set(found)) == len(found)
    there = {(item, n) for item, _, *v in events for n in (0, 1) if v[n]}
    assert set(found) == there | {(item, -1) for item, *_ in events}


def test_an_item_without_a_value_is_in_the_table():
    table = item_table(
        [to_bytes(reduced([("a", 1, "gown", "4"), ("b", 1, None, None)]))], FIELDS
    )
    assert table.to_pylist() == [
        {"item_id": "a", "category": "gown", "size": "4"},
        {"item_id": "b", "category": None, "size": None},
    ]


def test_the_position_decides_at_one_moment_and_nothing_is_no_value():
    events = [("a", 5, "first", "4"), ("a", 5, "second", None), ("a", 4, "old", "2")]
    table = item_table([to_bytes(reduced(events))], FIELDS)
    assert table.to_pylist() == [{"item_id": "a", "category": "second", "size": "4"}]


def test_no_rows_at_all():
    assert reduced([]).schema == ITEM_VALUE_SCHEMA
    assert item_table([], FIELDS).to_pylist() == []


def test_values_are_counted_by_items_of_the_vocabulary():
    events = [
        ("a", 1, "gown", "4"),
        ("a", 2, "gown", "6"),
        ("b", 1, "gown", None),
        ("c", 1, "dress", "6"),
        ("d", 1, "top", "6"),  # not in the vocabulary
    ]
    table = item_table([to_bytes(reduced(events))], FIELDS)
    counted = count_values(table, pa.array(["c", "b", "a", "e"]))
    assert [
        dict(zip(values.to_pylist(), counts.tolist(), strict=True))
        for values, counts in counted
    ] == [{"dress": 1, "gown": 2}, {"6": 2}]


def test_texts_of_many_blocks_may_have_more_than_a_column_of_string_holds():
    kinds = {field.name: field.type for field in ITEM_VALUE_SCHEMA}
    assert kinds["item"] == kinds["value"] == pa.large_string()
    merged = merge_values([to_bytes(reduced([("a", 1, "gown", "4")]))])
    table = item_table([merged], FIELDS)
    assert set(table.schema.types) == {pa.large_string()}


@pytest.mark.parametrize("piece", [1, 5, 1 << 30])
def test_the_table_is_kept_as_string_in_pieces(monkeypatch, piece):
    monkeypatch.setattr(item_values, "PIECE_BYTES", piece)
    events = [("a", 1, "gown", "4"), ("b", 1, None, "é"), ("c", 1, "dress", None)]
    table = item_table([to_bytes(reduced(events))], FIELDS)
    kept = text_columns(table)
    assert set(kept.schema.types) == {pa.string()}
    assert kept.to_pylist() == table.to_pylist()
    assert kept.column("category").num_chunks == {1: 3, 5: 2, 1 << 30: 1}[piece]


def test_the_table_of_no_items_is_kept():
    kept = text_columns(item_table([], FIELDS))
    assert (kept.num_rows, set(kept.schema.types)) == (0, {pa.string()})
