"""Order inside a day: times decide where there are any, else the file."""

import pytest

from tests.support.programs import run_module
from tests.support.records import read_records, read_vocabulary

pytestmark = pytest.mark.slow


def items_in_order(tmp_path, *flags):
    done = run_module(
        "pipeline", f"--output={tmp_path / 'data'}", "--split=none", *flags
    )
    assert done.returncode == 0, done.stderr
    (record,) = read_records(tmp_path / "data", "train")
    vocabulary = read_vocabulary(tmp_path / "data")
    inputs = [vocabulary[i - 1] for i in record["item_id"] if i]
    return [*inputs, vocabulary[record["target"][-1] - 1]]


def test_times_decide_in_a_movielens_file_sorted_by_item(tmp_path):
    path = tmp_path / "ratings.csv"
    path.write_text(
        "userId,movieId,rating,timestamp\n"
        "1,10,4.0,964982703\n"
        "1,20,4.5,964982224\n"
        "1,30,5.0,964983815\n"
        "1,40,3.0,964981247\n"
    )
    found = items_in_order(tmp_path, f"--input={path}", "--schema=movielens")
    assert found == ["40", "20", "10", "30"]


def test_the_file_decides_among_bare_dates(tmp_path):
    (tmp_path / "a.csv").write_text(
        "user_id,item_id,date\n1,9,2020-01-02\n1,7,2020-01-02\n1,8,2020-01-01\n"
    )
    (tmp_path / "b.csv").write_text("user_id,item_id,date\n1,1,2020-01-02\n")
    found = items_in_order(tmp_path, f"--input={tmp_path}/*.csv")
    assert found == ["8", "9", "7", "1"]
