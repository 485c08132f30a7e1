"""Events as the pipeline's algorithms take them, from rows of the reference."""

from collections.abc import Sequence

import pyarrow as pa
from hypothesis import strategies as st

from pipeline.parse.events import EVENT_SCHEMA
from tests.support.reference import DAY_MS, Row


def event_batch(rows: Sequence[Row], first: int = 0) -> pa.RecordBatch:
    """Returns rows as a batch of events whose positions count from `first`."""
    return pa.record_batch(
        [
            pa.array([row.user for row in rows], pa.string()),
            pa.array([row.item for row in rows], pa.string()),
            pa.array([row.moment for row in rows], pa.int64()),
            pa.array(range(first, first + len(rows)), pa.int64()),
        ],
        schema=EVENT_SCHEMA,
    )


def rows_of_few_users(max_size: int = 60) -> st.SearchStrategy[list[Row]]:
    """Draws rows with many ties: few users, items, days and times of day."""
    return st.lists(
        st.builds(
            lambda user, item, day, time: Row(
                f"u{user}", f"i{item}", day * DAY_MS + time
            ),
            st.integers(0, 4),
            st.integers(0, 6),
            st.integers(-3, 30),
            st.sampled_from([0, 0, 1, DAY_MS - 1]),
        ),
        min_size=1,
        max_size=max_size,
    )
