"""Generated logs, and what the pipeline takes for them."""

import dataclasses
import json
from collections import Counter

import numpy as np
import pyarrow.parquet as pq
import pytest

from benchmarks.common.programs import Usage, run_python
from benchmarks.data import scale_events
from benchmarks.data.scale import measure_scale, report_of, shuffled_bytes
from benchmarks.data.scale_events import HOT_USER, LogSpec, events_of, ranks, write_log
from benchmarks.data.scale_runs import ScaleCase, ScaleRun, measure_case
from schemas.errors import UserError


def rows_of(paths):
    for path in paths:
        if path.suffix == ".parquet":
            yield from pq.read_table(path).to_pylist()
        else:
            yield from map(json.loads, path.read_text().splitlines())


@pytest.fixture
def small_chunks(monkeypatch):
    monkeypatch.setattr(scale_events, "CHUNK_EVENTS", 100)
    monkeypatch.setattr(scale_events, "CHUNKS_A_FILE", 2)


@pytest.mark.parametrize("hot", [0, 1, 70, 450])
def test_a_log_has_its_events_in_order_and_a_hot_user_of_exactly_so_many(
    tmp_path, small_chunks, hot
):
    paths = write_log(LogSpec(450, 1_000, hot), tmp_path)
    assert [path.name for path in paths] == [f"events-0000{n}.jsonl" for n in range(3)]
    rows = list(rows_of(paths))
    dates = [row["date"] for row in rows]
    assert dates == sorted(dates)
    assert (len(rows), dates[0][:4]) == (450, "2016")
    places = [n for n, row in enumerate(rows) if row["user_id"] == HOT_USER]
    assert len(places) == hot
    if hot > 1:
        # Spread evenly over the log.
        assert set(np.diff(places).tolist()) <= {450 // hot, 450 // hot + 1}


def test_both_formats_hold_the_same_rows(tmp_path, small_chunks):
    lines = write_log(LogSpec(250, 50, 20), tmp_path / "lines")
    tables = write_log(LogSpec(250, 50, 20, "parquet"), tmp_path / "tables")
    assert list(rows_of(lines)) == list(rows_of(tables))


def test_the_same_log_comes_again_and_another_seed_gives_another(tmp_path):
    spec = LogSpec(1_000, 100, 10)
    assert events_of(spec, 0).equals(events_of(spec, 0))
    other = dataclasses.replace(spec, seed=1)
    assert not events_of(spec, 0).equals(events_of(other, 0))
    (path,) = write_log(spec, tmp_path)
    written = path.stat().st_mtime_ns
    assert write_log(spec, tmp_path) == [path]
    assert path.stat().st_mtime_ns == written


def test_popularity_falls_with_the_shifted_rank():
    drawn = ranks(np.linspace(0, 1, 1_000_001), 1_000_000)
    assert (drawn.min(), drawn.max()) == (0, 999_999)
    total = np.log1p(1_000_000 / 100)
    counts = Counter(drawn.tolist())
    assert counts[0] / 1e6 == pytest.approx(np.log(101 / 100) / total, rel=0.01)
    share = np.mean((drawn >= 1_000) & (drawn < 10_000))
    assert share == pytest.approx(np.log(10_100 / 1_100) / total, rel=0.01)


def test_users_have_ten_events_on_average_and_some_many(tmp_path):
    rows = events_of(LogSpec(100_000, 1_000), 0).column("user_id").to_pylist()
    counts = Counter(rows)
    assert 9_500 <= len(counts) <= 10_000
    # The k-th has a share of about sqrt(k / users) - sqrt((k - 1) / users).
    assert counts["u0"] == pytest.approx(1_000, rel=0.15)


def test_a_process_tells_its_cpu_time_and_its_peak_memory():
    small = run_python("-c", "import time; time.sleep(0.2)")
    large = run_python("-c", "b'x' * 300_000_000")
    assert small.seconds >= 0.2
    assert small.cpu_seconds > 0
    assert large.peak_bytes - small.peak_bytes > 250e6


def run_of(events, **settings):
    weights = {
        "partitions": 2,
        "events": 600,
        "windows": 400,
        "event_bytes": {
            **{"1": 10.0, "64": 12.0, "1000": 20.0},
            **{"10000": 50.0, "100000": 300.0},
        },
        "history_bytes": 8.0,
        "example_bytes": {"train": 50.0, "eval": 100.0},
        "peaks": {"imports": 8e8, "events": 9e8, "histories": 1e9, "windows": 1.1e9},
    }
    return ScaleRun(
        ScaleCase(LogSpec(events, 100, 5), tuple(settings.items())),
        imports=Usage(4.0, 5.0, 700_000_000),
        usage=Usage(24.0, 25.0, 1_500_000_000),
        rows=events,
        input_bytes=63_000_000,
        output_bytes=5_000_000,
        users=100,
        vocabulary=90,
        records={"train": events // 2, "eval": events // 10},
        weights=weights,
    )


def test_the_tables_are_literally_these():
    report = report_of([run_of(1_000, max_history=7)], "python -m benchmarks scale")
    cells = [table.rows[0] for table in report.tables]
    case = ["1,000", "5", "--max_history 7"]
    assert cells[0] == [
        *case,
        *("63", "24", "20", "25", "50", "1.50", "5", "600", "90"),
    ]
    # 12 + 8 + 50 x 500 / 1000 + 100 x 100 / 1000
    sizes = ["10.0", "12.0", "20.0", "50.0", "300.0"]
    assert cells[1] == [*case, *sizes, "8.0", "50", "100", "55"]
    assert cells[2] == [*case, "2", "600", "800", "900", "1,000", "1,100"]
    assert shuffled_bytes(run_of(1_000)) == 55.0
    json.dumps(report.figures)


def test_a_run_survives_the_way_through_its_file():
    run = run_of(1_000, max_history=7, split="none")
    assert ScaleRun.from_json(json.loads(json.dumps(dataclasses.asdict(run)))) == run


def test_a_damaged_run_is_one_sentence(tmp_path):
    case = ScaleCase(LogSpec(10, 10))
    path = tmp_path / "scale" / "runs" / f"{case.name}.json"
    path.parent.mkdir(parents=True)
    path.write_text("{}")
    with pytest.raises(UserError, match=r"json is damaged \('case'\); remove it"):
        measure_case(case, tmp_path)


@pytest.mark.slow
def test_from_events_to_the_table_and_again(tmp_path):
    output = tmp_path / "out"
    spec = LogSpec(4_000, 200, 300)
    case = ScaleCase(spec, (("max_history", 100),))
    text = measure_scale(case, str(output), "python -m benchmarks scale")
    assert text == (output / "scale.md").read_text()
    (found,) = json.loads((output / "scale.json").read_text())["runs"]
    assert found["rows"] == 4_000
    assert found["records"]["train"] > 1_000
    assert 300 < found["users"] <= 371
    assert found["usage"]["cpu_seconds"] > found["imports"]["cpu_seconds"]
    assert found["usage"]["peak_bytes"] > found["imports"]["peak_bytes"]
    weights = found["weights"]
    # One partition holds all that is left once long histories are cut. Of what is held
    # out, from the day of the event at nine tenths on, as many again are kept.
    events = events_of(spec, 0).select(["user_id", "date"]).to_pylist()
    cut = events[3_599]["date"]
    of_users = Counter((event["user_id"], event["date"] >= cut) for event in events)
    kept = sum(min(count, 100) for count in of_users.values())
    assert (weights["partitions"], weights["events"]) == (1, kept)
    assert weights["windows"] == sum(found["records"].values())
    sizes = list(weights["event_bytes"].values())
    assert sizes == sorted(sizes)
    peaks = list(weights["peaks"].values())
    assert peaks == sorted(peaks)
    assert not (output / "scale" / "data").exists()
    # What is measured is read back.
    assert measure_scale(case, str(output), "python -m benchmarks scale") == text
