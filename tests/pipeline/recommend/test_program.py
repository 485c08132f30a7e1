"""Whole runs of `recommend` through its `main`, read back and held to `predict`."""

import datetime
import json
from collections import Counter

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.pipeline.recommend.conftest import NUM_USERS
from tests.support.reviews import rows_of
from tests.trainer.serving.catalogue import ITEMS

# Warnings of Beam are none of this program's.
pytestmark = pytest.mark.filterwarnings("default")


def check_equal(rows, expected):
    """Every user has the items of `trainer predict` in its order, and the scores."""
    assert rows.keys() == expected.keys()
    for user, row in rows.items():
        assert row["items"] == list(expected[user]), user
        assert row["scores"] == pytest.approx(list(expected[user].values()), abs=1e-5)


@pytest.mark.parametrize(
    "flags", [["--top_k=3"], ["--keep_seen"], ["--top_k=20"]], ids=str
)
def test_answers_are_those_of_predict(recommend, predict, flags):
    done = recommend(*flags)
    assert done.status == 0, done.lines
    check_equal(done.rows, predict(*flags))


@pytest.mark.parametrize("flags", [[], ["--keep_seen"]], ids=str)
def test_answers_of_a_day_in_the_past_are_those_of_predict(recommend, predict, flags):
    """Predict is given the later events too, and leaves them out by itself."""
    done = recommend("--as_of=2016-02-07", "--popular", *flags)
    assert done.status == 0, done.lines
    check_equal(done.rows, predict("--as_of=2016-02-07", *flags))
    counts = done.manifest["users"]
    assert counts["popular"] == counts["too_few_events"] > 0


def test_each_user_has_the_last_event_and_their_number(recommend, log):
    done = recommend()
    last: dict[str, str] = {}
    for row in rows_of(log):
        last[row["user_id"]] = max(last.get(row["user_id"], ""), row["date"])
    counts = Counter(log["user_id"])
    assert {
        user: (row["last_event"], row["num_events"]) for user, row in done.rows.items()
    } == {user: (last[user], counts[user]) for user in counts}


def test_a_later_event_changes_no_answer_of_the_day(recommend, log):
    done = recommend("--as_of=2016-02-07")
    until = [row for row in rows_of(log) if row["date"] <= "2016-02-07"]
    assert {
        user: (row["last_event"], row["num_events"]) for user, row in done.rows.items()
    } == {
        user: (
            max(row["date"] for row in until if row["user_id"] == user),
            sum(row["user_id"] == user for row in until),
        )
        for user in {row["user_id"] for row in until}
    }
    assert done.manifest["events"] == {
        "all": len(log["date"]),
        "later": len(log["date"]) - len(until),
        "of_unknown_items": sum(row["item_id"] not in ITEMS for row in until),
    }


@pytest.mark.parametrize("share", [0.4, 0.6])
def test_many_events_of_unknown_items_are_a_warning(recommend, tmp_path, log, share):
    rows = [dict(row, item_id="a") for row in rows_of(log)]
    unknown = round(share * len(rows))
    for row in rows[:unknown]:
        row["item_id"] = "of another shop"
    reviews = tmp_path / "other.jsonl"
    reviews.write_text("".join(json.dumps(row) + "\n" for row in rows))
    done = recommend("--quiet", reviews=str(reviews))
    assert done.status == 0
    assert done.manifest["events"]["of_unknown_items"] == unknown
    warning = f"the model does not know the items of {unknown} of {len(rows)} events"
    assert [warning in line for line in done.lines] == [True] * (share > 0.5)


def test_parquet_and_json_lines_say_the_same(recommend):
    lines = recommend().rows
    done = recommend("--format=parquet", "--overwrite")
    assert done.rows == {
        user: {
            **row,
            "last_event": datetime.date.fromisoformat(row["last_event"]),
            "scores": pytest.approx(row["scores"]),
        }
        for user, row in lines.items()
    }
    (schema,) = {
        pq.read_schema(done.output / "recommendations" / name) for name in done.files
    }
    assert schema.remove_metadata() == pa.schema(
        [
            ("user_id", pa.string()),
            ("items", pa.list_(pa.string())),
            ("scores", pa.list_(pa.float32())),
            ("last_event", pa.date32()),
            ("num_events", pa.int64()),
        ]
    )


def test_users_with_few_events_get_nothing_or_the_popular_items(recommend, log):
    counts = Counter(log["user_id"])
    few = {user for user, count in counts.items() if count < 4}
    assert 0 < len(few) < NUM_USERS
    done = recommend("--min_items=4")
    assert done.rows.keys() == counts.keys() - few
    assert done.manifest["users"] == {
        "all": NUM_USERS,
        "not_in_input": 0,
        "not_asked": 0,
        "too_few_events": len(few),
        "answered": NUM_USERS - len(few),
        "popular": 0,
    }
    again = recommend("--min_items=4", "--popular", "--overwrite")
    assert again.manifest["users"]["popular"] == len(few)
    assert again.rows.keys() == counts.keys()
    for user, row in again.rows.items():
        if user not in few:
            assert row == done.rows[user]
            continue
        had = {r["item_id"] for r in rows_of(log) if r["user_id"] == user}
        # By frequency, which is the order of the catalogue.
        assert row["items"] == [item for item in ITEMS if item not in had]
        assert row["num_events"] == counts[user]


def test_users_named_in_a_file(recommend, tmp_path):
    users = tmp_path / "users.txt"
    users.write_text("user 7\r\n\nuser 3\nuser 7\nnobody\n")
    everybody = recommend().rows
    done = recommend(f"--users={users}", "--overwrite")
    assert done.rows == {user: everybody[user] for user in ("user 3", "user 7")}
    assert done.manifest["users"] == {
        "all": NUM_USERS + 1,
        "not_in_input": 1,
        "not_asked": NUM_USERS - 2,
        "too_few_events": 1,
        "answered": 2,
        "popular": 0,
    }
    done = recommend(f"--users={users}", "--popular", "--top_k=2", "--overwrite")
    assert done.rows["nobody"] == {
        "user_id": "nobody",
        "items": ["a", "b"],
        "scores": [0.0, -0.6931472],
        "last_event": None,
        "num_events": 0,
    }


def test_the_latest_events_are_asked_about_as_if_the_log_ended_on_the_day(
    recommend, tmp_path, log
):
    rows = rows_of(log)
    day = sorted(str(row["date"]) for row in rows)[len(rows) // 2]
    flags = ["--max_history=2", f"--as_of={day}"]
    done = recommend(*flags)
    whole, later = done.rows, done.manifest["events"]["later"]
    earlier = [row for row in rows if str(row["date"]) <= day]
    reviews = tmp_path / "earlier.jsonl"
    reviews.write_text("".join(json.dumps(row) + "\n" for row in earlier))
    ended = recommend(*flags, "--overwrite", reviews=str(reviews))
    assert whole == ended.rows
    assert later == len(rows) - len(earlier) > 0


def test_rows_files_and_settings_stand_in_the_manifest(recommend, tmp_path, log):
    good = [json.dumps(row) for row in rows_of(log)]
    bad = ["[1]", '{"user_id": "user 1", "item_id": "a", "date": "2016-02-31"}']
    reviews = tmp_path / "reviews.jsonl"
    reviews.write_text("\n".join([*good[:9], *bad, *good[9:]]) + "\n")
    flags = ["--num_shards=3", "--drop_repeats=exact", "--max_history=5", "--top_k=4"]
    done = recommend(*flags, reviews=str(reviews))
    assert done.status == 0, done.lines
    text = "\n".join(done.lines)
    assert "rows read" in text
    assert f"{done.output}/recommendations is complete." in text
    manifest = done.manifest
    rows, events = manifest["rows"], manifest["events"]
    assert rows["read"] == rows["accepted"] + sum(rows["rejected"].values())
    assert rows["read"] == len(good) + 2
    assert rows["rejected"] == {"invalid_date": 1, "not_json": 1}
    # Rows dropped by choice and events that are left are all that was accepted.
    assert set(rows["dropped"]) == {"drop_repeats", "max_history"}
    assert events["all"] == rows["accepted"] - sum(rows["dropped"].values())
    assert max(row["num_events"] for row in done.rows.values()) == 5
    (rejects,) = (done.output / "rejects").iterdir()
    found = [json.loads(line) for line in rejects.read_text().splitlines()]
    assert [(entry["row"], entry["text"]) for entry in found] == [
        (10, bad[0]),
        (11, bad[1]),
    ]
    assert (manifest["kind"], manifest["format_version"]) == ("recommendations", 1)
    assert set(manifest["files"]) == set(done.files)
    assert set(done.files) == {
        f"recommendations-0000{shard}-of-00003.jsonl.gz" for shard in range(3)
    }
    assert sum(manifest["files"].values()) == len(done.rows) == NUM_USERS
    assert manifest["model"] == {
        "max_length": 3,
        "reference_day": 17167,
        "num_items": len(ITEMS),
        "day_feature": "age",
    }
    settings = manifest["settings"]
    assert (settings["top_k"], settings["drop_repeats"], settings["as_of"]) == (
        4,
        "exact",
        None,
    )
    assert "tensorflow" in manifest["versions"]


def test_more_shards_than_users_are_written_all(recommend):
    done = recommend("--num_shards=200")
    assert len(done.files) == len(done.manifest["files"]) == 200
    assert len(done.rows) == NUM_USERS


def test_quiet_shows_nothing_and_bytes_do_not_depend_on_the_partitions(recommend):
    one = recommend("--quiet", "--num_partitions=1")
    assert (one.status, one.lines) == (0, [])
    files = one.files
    many = recommend("--quiet", "--num_partitions=23", "--overwrite")
    assert many.files == files
