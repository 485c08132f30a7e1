"""Whole runs of the pipeline: every row's fate, and what stands in the output."""

import json

import pytest

from pipeline.flags import PROG
from schemas.manifest import Manifest
from tests.support.small_reviews import entries, rows, write

# Warnings of Beam and tf.Transform are none of this program's.
pytestmark = pytest.mark.filterwarnings("default")


def test_what_became_of_every_row(run, tmp_path):
    """One run that succeeds, and those that must leave its data set alone."""
    bad = [",i1,2016-04-01,5\n", "\n", "u1,i1,2016-04-31,5\n", "u1,i1\n"]
    lines = [*rows(40)[:100], *bad, *rows(40)[100:], 'u1,"i\n1",2016-04-01,5\n']
    reviews = write(tmp_path / "reviews.csv", lines)
    status, shown = run(reviews, "--min_rating=2", "--split=none")
    assert status == 0, shown
    text = "\n".join(shown)
    assert "rows read" in text
    assert "dropped by --min_rating" in text
    assert f"{tmp_path}/data is complete. --split none: everything trains" in text

    data = tmp_path / "data"
    manifest = Manifest.from_json((data / "manifest.json").read_text(), "")
    counts = manifest.rows
    assert (counts.read, counts.accepted) == (164, 160)
    assert counts.rejected == {
        "invalid_date": 1,
        "invalid_id": 1,
        "missing_field": 1,
        "not_a_record": 1,
    }
    assert counts.dropped == {"min_rating": 40}
    assert manifest.statistics["events"] == 120
    (rejects,) = (data / "rejects").iterdir()
    found = [json.loads(line) for line in rejects.read_text().splitlines()]
    assert {entry["file"] for entry in found} == {str(reviews)}
    assert [(e["row"], e["reason"], e["text"]) for e in found] == [
        (102, "missing_field", ",i1,2016-04-01,5"),
        (104, "invalid_date", "u1,i1,2016-04-31,5"),
        (105, "not_a_record", "u1,i1"),
        (166, "invalid_id", 'u1,"i\n1",2016-04-01,5'),
    ]
    assert [entry["detail"] for entry in found] == [
        "`user_id` is missing or empty",
        "`date` '2016-04-31' is no date",
        "has 2 fields, the header has 4",
        "`item_id` 'i\\n1' holds a control character",
    ]
    assert sorted(path.name for path in data.iterdir()) == [
        "manifest.json",
        "rejects",
        "train",
        "transform_fn",
        "transformed_metadata",
    ]

    before = entries(data)
    status, (refused,) = run(reviews, "--quiet")
    assert status == 1
    assert "already holds a complete data set; give --overwrite" in refused
    # A run that fails late, with --overwrite, leaves the earlier data set as it was.
    status, shown = run(reviews, "--overwrite", "--quiet", "--max_reject_fraction=0.01")
    assert status == 1
    assert shown == [
        f"{PROG}: 4 of 164 rows were refused (1 date not understood, 1 id neither text "
        "nor number, or with a control character, 1 field missing or empty, 1 not a "
        "record with the header's number of fields), more than --max_reject_fraction "
        "0.01 allows; the first:",
        f"  {reviews} row 102: `user_id` is missing or empty",
        f"  {reviews} row 104: `date` '2016-04-31' is no date",
        f"  {reviews} row 105: has 2 fields, the header has 4",
        "Check --schema, the --*_field names and --date_format, or raise the fraction. "
        "Dates were tried as iso, unix, '%B %d, %Y'; name what yours are with "
        "--date_format, which may be given several times, such as --date_format "
        "'%d.%m.%Y' for 31.12.2016.",
    ]
    assert entries(data) == before


def test_too_many_rejects_leave_no_folder(run, tmp_path):
    reviews = write(tmp_path / "reviews.csv", [*rows(5), "x,y,never,1\n", ",,,\n"])
    status, shown = run(reviews, "--quiet")
    assert status == 1
    assert "2 of 22 rows were refused" in shown[0]
    assert len(shown) == 4
    assert not (tmp_path / "data").exists()


@pytest.mark.slow
def test_overwrite_and_what_a_dead_run_left(run, tmp_path):
    reviews = write(tmp_path / "reviews.csv", rows(30))
    for name in ("train/old", "eval/old", ".partial/train/old"):
        (tmp_path / "data" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "data" / name).write_text("left by a run that died")
    assert run(reviews, "--quiet", "--split=none") == (0, [])
    first = entries(tmp_path / "data")
    assert not any("old" in name for name in first)
    assert run(reviews, "--quiet", "--split=user", "--overwrite")[0] == 0
    second = entries(tmp_path / "data")
    assert any(name.startswith("eval/") for name in second)
    assert run(reviews, "--quiet", "--split=none", "--overwrite")[0] == 0
    third = entries(tmp_path / "data")
    assert third.keys() == first.keys()
    shards = [name for name in first if name.endswith(".tfrecord.gz")]
    assert {n: third[n] for n in shards} == {n: first[n] for n in shards}


@pytest.mark.slow
def test_rows_of_rejects_in_a_file_of_several_blocks(run, tmp_path):
    good = '{"user_id": "u%d", "item_id": %s, "date": "2016-04-%02d", "pad": "%s"}\n'
    pad = "x" * 4000
    lines = [
        good % (n // 10, f'"i{n % 7}"' if n % 1000 < 500 else n % 7, n % 10 + 1, pad)
        for n in range(9_000)
    ]
    bad = {3: "not json\n", 4500: good % (1, "null", 1, pad), 8_999: "[1]\n"}
    for place, line in bad.items():
        lines[place] = line
    reviews = tmp_path / "reviews.jsonl"
    reviews.write_text("".join(lines))
    assert reviews.stat().st_size > 2 * (16 << 20)
    assert run(reviews, "--quiet", "--split=none")[0] == 0
    (rejects,) = (tmp_path / "data" / "rejects").iterdir()
    found = [json.loads(line) for line in rejects.read_text().splitlines()]
    assert [entry["row"] for entry in found] == [place + 1 for place in bad]
    assert [entry["text"] for entry in found] == [text[:-1] for text in bad.values()]


def test_interrupted_run_leaves_no_folder(run, tmp_path, monkeypatch):
    def interrupt(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("pipeline.program.run_job", interrupt)
    reviews = write(tmp_path / "reviews.csv", rows(5))
    status, lines = run(reviews, "--quiet")
    assert (status, lines) == (130, [f"{PROG}: stopped by the user"])
    assert not (tmp_path / "data").exists()
