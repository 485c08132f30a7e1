"""`python -m pipeline inspect` on a data set that the pipeline made."""

import hashlib
import re
import shutil

import pytest

from pipeline.__main__ import main
from schemas.days import iso_date
from schemas.features import FIRST_ITEM_ID
from tests.support.disk_storage import DiskFileSystem  # noqa: F401
from tests.support.programs import run_module
from tests.support.records import read_manifest, read_records, read_vocabulary


def inspect(capsys, *arguments):
    """Returns status, lines of stdout and lines of stderr."""
    status = main(["inspect", *map(str, arguments)])
    shown = capsys.readouterr()
    assert "Traceback" not in shown.err
    return status, shown.out.splitlines(), shown.err.splitlines()


def value_of(lines, name):
    (line,) = (line for line in lines if line.startswith(f"{name} "))
    return line.removeprefix(name).strip()


def test_says_what_the_data_set_holds(capsys, sample_data_set):
    status, lines, errors = inspect(capsys, sample_data_set, "--windows", 0)
    assert (status, errors) == (0, [])
    manifest = read_manifest(sample_data_set)
    found = manifest.statistics
    assert value_of(lines, "data set").startswith(f"{sample_data_set}, complete")
    assert value_of(lines, "rows") == (
        f"{manifest.rows.read:,} read, {manifest.rows.accepted:,} accepted, 0 refused"
    )
    assert value_of(lines, "users") == (
        f"{found['users']:,}, {found['users_long_enough']:,} with 3 events or more"
    )
    assert value_of(lines, "items") == (
        f"{found['items']:,}, {manifest.num_items:,} in the vocabulary"
    )
    counts = [f"{manifest.num_records(s):,} {s}" for s in ("train", "eval", "test")]
    assert value_of(lines, "windows") == ", ".join(counts)
    assert value_of(lines, "divided by").startswith("--split time, free of leaks")
    first_eval, first_test = map(iso_date, manifest.cut_days)
    text = "\n".join(lines)
    assert f"eval targets from {first_eval} on, test targets from {first_test}" in text
    assert value_of(lines, "cut into").startswith("up to 5 inputs and a target")
    assert value_of(lines, "buckets").startswith(
        f"{manifest.nb_days_buckets} of ages and {manifest.gap_days_buckets} of gaps"
    )
    assert value_of(lines, "fields").startswith("user user_id, item item_id, date")
    assert re.fullmatch(r"20\d\d-\d\d-\d\d \d\d:\d\d UTC", value_of(lines, "written"))
    assert f"apache-beam {manifest.versions['apache-beam']}" in text
    files = [path for path in sample_data_set.rglob("*") if path.is_file()]
    megabytes = sum(path.stat().st_size for path in files) / 1e6
    assert value_of(lines, "size") == f"{megabytes:,.1f} MB in {len(files)} files"


@pytest.mark.parametrize("split", ["train", "test"])
def test_shows_windows_in_raw_terms(capsys, sample_data_set, split):
    status, lines, _ = inspect(capsys, sample_data_set, "--split", split, "--windows=2")
    assert status == 0
    heads = [n for n, line in enumerate(lines) if line.startswith(f"{split} window ")]
    assert len(heads) == 2
    records = read_records(sample_data_set, split)[:2]
    items = read_vocabulary(sample_data_set)
    for head, record in zip(heads, records, strict=True):
        digest = hashlib.blake2b(record["user_id"].encode(), digest_size=8).hexdigest()
        assert f"user with the digest {digest}, " in lines[head]
        assert f"events {record['start'] + 1} to " in lines[head]
        columns = ("day", "item_id", "nb_days", "gap_days")
        rows = [
            row for row in zip(*(record[c] for c in columns), strict=False) if row[1]
        ]
        shown = [line.split() for line in lines[head + 2 :][: len(rows) + 1]]
        for row, (day, item_id, age, gap) in zip(shown, rows, strict=False):
            assert row[0] == iso_date(day)
            assert row[-3:] == [str(item_id), str(age), str(gap)]
            if item_id <= len(items):
                assert row[1] == items[item_id - FIRST_ITEM_ID]
        target = record["target"][-1]
        assert shown[-1][0] == iso_date(record["day"][-1])
        assert shown[-1][-2:] == [str(target), "target"]
        assert record["user_id"] not in " ".join(lines).split()
    text = "\n".join(lines)
    assert ("different items before the target" in text) is (split == "test")


def test_users_are_shown_where_asked_for(capsys, sample_data_set):
    _, lines, _ = inspect(capsys, sample_data_set, "--show_users", "--windows", 1)
    (record, *_) = read_records(sample_data_set, "train")
    assert f"train window 1: user {record['user_id']}, events" in "\n".join(lines)


@pytest.mark.parametrize(
    ("arguments", "status", "sentence"),
    [
        (["nowhere"], 1, "there is no data set at nowhere; make one with"),
        ([], 2, "the following arguments are required: DATA"),
        (["a", "b"], 2, "'b' stands where no value is expected"),
        (["a", "--window", "3"], 2, "unknown flag --window; did you mean --windows?"),
        (["a", "--windows", "-1"], 2, "--windows must be at least 0, got -1"),
        (["a", "--split", "tset"], 2, "invalid choice: 'tset'"),
    ],
)
def test_mistake_is_one_sentence(capsys, arguments, status, sentence):
    found, lines, errors = inspect(capsys, *arguments)
    assert (found, lines) == (status, [])
    (error,) = errors
    assert error.startswith("python -m pipeline: ")
    assert sentence in error


def test_damaged_shard_is_one_sentence(capsys, sample_data_set, tmp_path):
    copy = shutil.copytree(sample_data_set, tmp_path / "copy")
    path = next((copy / "train").iterdir())
    path.write_bytes(path.read_bytes()[:-8])
    found, lines, (error,) = inspect(capsys, copy, "--windows", 10_000)
    assert (found, lines) == (1, [])
    assert f"{path} is damaged or of another data set" in error


def test_remote_data_set_says_the_same(capsys, sample_data_set):
    _, local, _ = inspect(capsys, sample_data_set)
    status, remote, errors = inspect(capsys, f"disk://{sample_data_set}")
    assert (status, errors) == (0, [])
    # This storage does not tell when a file was written.
    local = [line for line in local if not line.startswith("written ")]
    assert [line.replace("disk://", "") for line in remote] == local


def test_remote_folder_that_is_not_there_is_one_sentence(capsys, tmp_path):
    status, _, (error,) = inspect(capsys, f"disk://{tmp_path}/none")
    assert status == 1
    assert f"there is no data set at disk://{tmp_path}/none" in error


def test_flags_stand_first_as_before(capsys):
    # `inspect` is a value here, of a folder that is called so.
    status = main(["--output", "inspect"])
    assert status == 2
    assert "the following arguments are required: --input" in capsys.readouterr().err


def test_whole_program(sample_data_set):
    done = run_module("pipeline", "inspect", str(sample_data_set), "--windows=1")
    assert (done.returncode, done.stderr) == (0, "")
    assert "train window 1: " in done.stdout
