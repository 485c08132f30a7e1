"""Broken files in buckets end as those of a disk do."""

import gzip

import pytest
from apache_beam.io.filesystems import FileSystems
from apache_beam.options.pipeline_options import PipelineOptions

from pipeline.input.input_files import list_files, split_file
from pipeline.input.row_blocks import row_blocks
from schemas.errors import UserError
from tests.faults.input.cases import GOOD
from tests.faults.input.corpus_parquet import parquet
from tests.faults.input.reading import options_of, read
from tests.support import buckets
from tests.support.buckets import gs_bucket, gs_server, s3_bucket, s3_server  # noqa: F401

# The emulators' clients warn of what is none of this program's.
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("default")]


@pytest.fixture(params=["gs", "s3"])
def bucket(request):
    """A folder in a bucket that this process can reach as the program does."""
    folder = request.getfixturevalue(f"{request.param}_bucket")
    FileSystems.set_options(PipelineOptions([]))
    return folder


def test_broken_files_in_a_bucket(bucket):
    packed = gzip.compress(GOOD * 3)
    for name, data, accepted, found in (
        ("a.jsonl", GOOD + GOOD[:9], 1, {"not_json": 1}),
        ("a.jsonl.gz", packed, 3, {}),
        ("cut.jsonl.gz", packed[:-9], 0, "cut.jsonl.gz is not a whole gzip file"),
        ("no_bytes.jsonl.gz", b"", 0, "no_bytes.jsonl.gz is not a whole gzip file"),
        ("gzip.csv", packed, 0, "gzip.csv is packed with gzip, and its name"),
        ("half.parquet", parquet()[:90], 0, "half.parquet is not a Parquet file"),
        ("whole.parquet", parquet(), 2, {}),
    ):
        buckets.put(f"{bucket}/{name}", data)
        reading = read(f"{bucket}/{name}", options_of())
        if isinstance(found, str):
            assert found in reading.sentence
        else:
            assert reading.sentence == ""
            assert (reading.num_accepted, reading.reasons) == (accepted, found)
    missing = read(f"{bucket}/none.csv", options_of())
    assert "none.csv matches no file" in missing.sentence


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz", "a.parquet"])
def test_file_that_vanishes_from_a_bucket(bucket, name):
    data = {"a.jsonl": GOOD, "a.jsonl.gz": gzip.compress(GOOD), "a.parquet": parquet()}
    buckets.put(f"{bucket}/{name}", data[name])
    (file,) = list_files([f"{bucket}/{name}"])
    (part,) = split_file(file, options_of())
    FileSystems.delete([file.path])
    with pytest.raises(UserError, match=f"cannot open .*{name}: "):
        list(row_blocks(part, options_of()))
