"""Recommendations for all users by two programs."""

import gzip
import json

import pytest

from benchmarks.__main__ import main
from benchmarks.answers.recommend import PEER, PRODUCT, Runs, check_answers, report_of
from benchmarks.answers.recommend_histories import write_histories
from benchmarks.common.programs import Usage


def test_the_table_is_literally_this():
    imports = (Usage(4.0, 3.0, 1),)
    runs = [
        Runs(PRODUCT, (Usage(6.0, 7.0, 900_000_000),), imports),
        Runs(PEER, (Usage(12.0, 11.0, 700_000_000),), imports),
    ]
    report = report_of(runs, 1_000, 0.5, 5, "python -m benchmarks recommend")
    (table,) = report.tables
    assert list(table.rows) == [
        [PRODUCT, "6.0", "2.0", "500", "250", "0.90", "1.00", "1.00", "4"],
        [PEER, "12.0", "8.0", "125", "125", "0.70", "2.00", "4.00", "16"],
    ]
    json.dumps(report.figures)


def test_histories_are_sorted_by_day_and_events_of_one_day_keep_their_order(tmp_path):
    reviews, histories = tmp_path / "reviews", tmp_path / "histories"
    rows = [
        ("u1", "a", "April 3, 2016"),
        ("u2", "b", "April 2, 2016"),
        ("u1", "d", "April 2, 2016"),
        ("u1", "c", "April 2, 2016"),
    ]
    names = ("user_id", "item_id", "review_date")
    lines = [json.dumps(dict(zip(names, row, strict=True))) for row in rows]
    reviews.write_text("\n".join(lines))
    assert write_histories(reviews, histories) == 2
    assert [json.loads(line) for line in histories.read_text().splitlines()] == [
        {
            "user_id": "u1",
            "history": [["2016-04-02", "d"], ["2016-04-02", "c"], ["2016-04-03", "a"]],
        },
        {"user_id": "u2", "history": [["2016-04-02", "b"]]},
    ]


@pytest.mark.parametrize(
    ("user", "items", "sentence"),
    [("u2", ["a"], "different users"), ("u1", ["b"], "1 of 1 answers differ")],
)
def test_answers_that_differ_are_refused(tmp_path, user, items, sentence):
    folder = tmp_path / "recommended" / "recommendations"
    folder.mkdir(parents=True)
    with gzip.open(folder / "part.jsonl.gz", "wt") as file:
        file.write(json.dumps({"user_id": "u1", "items": ["a"]}) + "\n")
    answer = [{"item_id": item, "score": 1.0} for item in items]
    (tmp_path / "predicted.jsonl").write_text(
        json.dumps({"user_id": user, "recommendations": answer}) + "\n"
    )
    with pytest.raises(ValueError, match=sentence):
        check_answers(tmp_path)


def test_a_wrong_call_ends_in_one_sentence(tmp_path, capsys):
    output = tmp_path / "out"
    assert main(["recommend", f"--output={output}", "--rounds=0"]) == 2
    printed = capsys.readouterr()
    assert "--rounds must be at least 1, got 0" in printed.err
    assert len(printed.err.splitlines()) == 1
    assert not output.exists()


@pytest.mark.slow
def test_from_a_sample_to_the_table(small_config, tmp_path):
    output = tmp_path / "out"
    flags = [f"--config={small_config}", "--reviews=600", "--items=40", "--rounds=1"]
    assert main(["recommend", f"--output={output}", *flags]) == 0
    found = json.loads((output / "recommend.json").read_text())
    assert [program["name"] for program in found["programs"]] == [PRODUCT, PEER]
    assert all(len(program["whole"]) == 1 for program in found["programs"])
    assert found["users"] > 100
    assert found["floor_seconds"] > 0
    assert (output / "recommend.md").exists()
