"""Data sets as DataFrames: what they hold, and that it is what the log holds."""

import json
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.errors import UserError
from tests.support.data_sets import Window, write_data_set, write_split_data_set
from trainer.data.data_set import open_data_set
from trainer.frames import read_events, read_items, read_windows

UNKNOWN = 4  # N + 1 of the data sets below.
WINDOW_DTYPES = {
    "user_id": pd.StringDtype(na_value=np.nan),
    "start": np.dtype("int64"),
    "items": pd.ArrowDtype(pa.list_(pa.large_string())),
    "dates": pd.ArrowDtype(pa.list_(pa.timestamp("s"))),
    "age_buckets": pd.ArrowDtype(pa.list_(pa.int32())),
    "gap_buckets": pd.ArrowDtype(pa.list_(pa.int32())),
    "target": pd.StringDtype(na_value=np.nan),
    "target_date": np.dtype("datetime64[s]"),
}


def write(folder, train, held_out=()):
    return write_data_set(
        folder,
        train,
        held_out,
        num_items=3,
        max_length=3,
        vocabulary=["dress", "göwn", "top"],
        num_shards=1,
    )


@pytest.fixture
def data(tmp_path):
    train = [
        Window([1, 2], 3, [4, 3], [2, 1], user="ann", days=[0, 31, 59]),
        Window([2, 3, 1], 2, user="ann", start=1, days=[31, 59, 60, 60]),
    ]
    held_out = [
        Window([UNKNOWN], 1, seen=[2, UNKNOWN], user="böb", start=2, days=[-1, 16_892]),
        Window([2, UNKNOWN, 3], UNKNOWN, seen=[2, UNKNOWN, 3], user="böb", start=0),
    ]
    return write(tmp_path / "data", train, held_out)


def test_a_window_is_a_row_of_raw_ids_and_dates(data):
    windows = read_windows(data)
    assert windows["user_id"].tolist() == ["ann", "ann"]
    assert windows["start"].tolist() == [0, 1]
    assert windows["items"].tolist() == [["dress", "göwn"], ["göwn", "top", "dress"]]
    assert [[str(date.date()) for date in dates] for dates in windows["dates"]] == [
        ["1970-01-01", "1970-02-01"],
        ["1970-02-01", "1970-03-01", "1970-03-02"],
    ]
    assert windows["age_buckets"].tolist() == [[4, 3], [1, 1, 1]]
    assert windows["gap_buckets"].tolist() == [[2, 1], [1, 1, 1]]
    assert windows["target"].tolist() == ["top", "göwn"]
    assert windows["target_date"].astype(str).tolist() == ["1970-03-01", "1970-03-02"]


def test_unknown_items_are_missing_and_held_out_windows_count_what_was_seen(data):
    windows = read_windows(data, "eval")
    assert windows["items"].tolist() == [[None], ["göwn", None, "top"]]
    assert windows["target"].isna().tolist() == [False, True]
    assert windows["num_seen"].tolist() == [2, 3]
    assert windows["dates"][0][0] == pd.Timestamp("1969-12-31")
    assert windows["target_date"][0] == pd.Timestamp("2016-04-01")


def test_columns_have_the_documented_types(data, tmp_path):
    assert read_windows(data).dtypes.to_dict() == WINDOW_DTYPES
    held_out = {**WINDOW_DTYPES, "num_seen": np.dtype("int64")}
    assert read_windows(data, "eval").dtypes.to_dict() == held_out
    # The data set has no record of it.
    empty = read_windows(data, "test")
    assert empty.dtypes.to_dict() == held_out
    assert empty.empty
    text, number = WINDOW_DTYPES["user_id"], np.dtype("int64")
    events = {
        "user_id": text,
        "place": number,
        "item_id": text,
        "date": np.dtype("datetime64[s]"),
    }
    for split in ("train", "eval", "test"):
        assert read_events(data, split).dtypes.to_dict() == events
    items = {"item_id": text, "id": number, "events": number}
    assert read_items(data).dtypes.to_dict() == items


def test_an_event_of_several_windows_is_one_row(data):
    events = read_events(data)
    assert events["user_id"].tolist() == ["ann"] * 5
    assert events["place"].tolist() == [0, 1, 2, 3, 4]
    assert events["item_id"].tolist() == ["dress", "göwn", "top", "dress", "göwn"]
    days = ["1970-01-01", "1970-02-01", "1970-03-01", "1970-03-02", "1970-03-02"]
    assert events["date"].astype(str).tolist() == days


def test_an_event_of_an_unknown_item_keeps_its_row(data):
    events = read_events(data, "eval")
    assert events["place"].tolist() == [0, 1, 2, 3]
    assert events["item_id"].isna().tolist() == [False, True, False, True]


def test_items_stand_by_id_with_their_training_events(data):
    items = read_items(data)
    assert items["item_id"].tolist() == ["dress", "göwn", "top"]
    assert items["id"].tolist() == [1, 2, 3]
    assert items["events"].tolist() == [2, 2, 1]


def test_lists_explode_and_survive_parquet(data, tmp_path):
    windows = read_windows(data)
    rows = windows.explode(["items", "dates"])
    assert rows["items"].tolist() == ["dress", "göwn", "göwn", "top", "dress"]
    assert rows["dates"].dt.day.tolist() == [1, 1, 1, 1, 2]
    windows.to_parquet(tmp_path / "windows.parquet")
    again = pd.read_parquet(tmp_path / "windows.parquet", dtype_backend="pyarrow")
    for column in windows:
        assert again[column].tolist() == windows[column].tolist()


def test_an_opened_data_set_reads_as_its_folder_does(data):
    for source in (open_data_set(data), Path(data)):
        assert read_windows(source).equals(read_windows(data))


windows_of_three_items = st.lists(
    st.builds(
        lambda items, target, start, user: Window(
            items, target, user=user, start=start, days=range(len(items) + 1)
        ),
        st.lists(st.integers(1, UNKNOWN), min_size=1, max_size=3),
        st.integers(1, UNKNOWN),
        st.integers(0, 99),
        st.sampled_from(["ann", "böb"]),
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=25)
@given(windows_of_three_items)
def test_windows_give_back_what_was_written(written):
    raw = [None, "dress", "göwn", "top", None]
    with tempfile.TemporaryDirectory() as folder:
        windows = read_windows(write(folder, [], written), "eval")
    assert windows["user_id"].tolist() == [window.user for window in written]
    assert windows["start"].tolist() == [window.start for window in written]
    items = [[raw[item] for item in window.items] for window in written]
    assert windows["items"].tolist() == items
    targets = windows["target"].astype(object).where(windows["target"].notna(), None)
    assert targets.tolist() == [raw[window.target] for window in written]
    day = pd.Timedelta(days=1)
    assert [
        [(date - pd.Timestamp(0)) // day for date in (*dates, target_date)]
        for dates, target_date in zip(
            windows["dates"], windows["target_date"], strict=True
        )
    ] == [list(window.days) for window in written]


@pytest.fixture(scope="module")
def log(sample_reviews):
    """The rows of the sample's log in the order of the histories, with their place."""
    log = pd.read_json(sample_reviews, lines=True, dtype={"item_id": str})
    log = log.astype({"user_id": str})
    log["date"] = pd.to_datetime(log["review_date"], format="%B %d, %Y")
    log = log.sort_values(["user_id", "date"], kind="stable", ignore_index=True)
    log["place"] = log.groupby("user_id").cumcount()
    return log[["user_id", "place", "item_id", "date"]]


@pytest.fixture(scope="module")
def cuts(sample_data_set):
    """The first day of eval and that of test."""
    days = json.loads((sample_data_set / "manifest.json").read_text())["cut_days"]
    return [pd.Timestamp(0) + pd.Timedelta(days=day) for day in days]


def as_rows(frame):
    """Returns the rows of a frame as tuples, dates as text."""
    return [*frame.astype({"date": str}).itertuples(index=False, name=None)]


def test_training_events_are_the_rows_of_the_log_of_training_users(
    sample_data_set, log, cuts
):
    before = log[log["date"] < cuts[0]]
    enough = before.groupby("user_id")["place"].transform("size") >= 3
    assert 0 < enough.sum() < len(before)
    assert as_rows(read_events(sample_data_set)) == as_rows(before[enough])


def test_held_out_targets_are_the_later_rows_of_the_log(sample_data_set, log, cuts):
    windows = read_windows(sample_data_set, "test")
    later = log[(log["date"] >= cuts[1]) & (log["place"] >= 2)]
    assert len(windows) == len(later) > 0
    place = windows["start"] + windows["items"].list.len().astype("int64")
    found = pd.DataFrame(
        {
            "user_id": windows["user_id"],
            "place": place,
            "item_id": windows["target"],
            "date": windows["target_date"],
        }
    ).sort_values(["user_id", "place"])
    known = set(read_items(sample_data_set)["item_id"])
    later = later.assign(item_id=later["item_id"].where(later["item_id"].isin(known)))
    assert as_rows(found.fillna("unknown")) == as_rows(later.fillna("unknown"))


def test_items_of_the_sample_are_counted_as_in_its_events(sample_data_set):
    items = read_items(sample_data_set).set_index("item_id")["events"]
    counts = read_events(sample_data_set)["item_id"].value_counts()
    assert items.to_dict() == counts.to_dict()
    assert items.is_monotonic_decreasing


def test_a_folder_that_is_no_data_set_ends_in_a_sentence(tmp_path):
    for read in (read_windows, read_events, read_items):
        with pytest.raises(UserError, match="there is no data set at"):
            read(tmp_path / "data")


def test_a_damaged_shard_is_named(data):
    (shard,) = Path(data, "train").iterdir()
    shard.write_bytes(b"no records")
    with pytest.raises(UserError, match=f"{shard.name} is damaged"):
        read_events(data)


class Latin(str):
    def encode(self, *_):
        return super().encode("latin-1")


def test_a_user_that_is_no_text_ends_in_a_sentence(tmp_path):
    data = write(tmp_path / "data", [Window([1], 2, user=Latin("böb"))])
    for read in (read_windows, read_events):
        with pytest.raises(UserError, match=r"the train split of .* no text in UTF-8"):
            read(data)


def test_a_split_that_there_is_not_ends_in_a_sentence(tmp_path, data):
    other = write_split_data_set(tmp_path / "random", num_items=6, split="random")
    with pytest.raises(
        UserError, match="--split random, which has no test split; read train or eval"
    ):
        read_windows(other, "test")
    with pytest.raises(ValueError, match=r"`split` must be one of .*, got 'valid'"):
        read_events(data, "valid")
