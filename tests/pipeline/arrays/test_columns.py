"""Record batches as bytes."""

import numpy as np
import pyarrow as pa
import pytest

from pipeline.arrays import columns


def batch_of(rows):
    return pa.record_batch(
        {
            "user": pa.array([f"u{row % 7}" for row in range(rows)]),
            "days": pa.array([[row, row + 1] for row in range(rows)]),
        }
    )


@pytest.mark.parametrize("rows", [0, 1, 5_000])
def test_a_batch_comes_back_and_equal_ones_are_equal_bytes(rows):
    data = columns.to_bytes(batch_of(rows))
    assert columns.from_bytes(data).equals(batch_of(rows))
    assert columns.to_bytes(batch_of(rows)) == data


def test_a_slice_carries_its_own_rows_alone():
    batch = batch_of(5_000)
    data = columns.to_bytes(batch.slice(10, 3))
    assert columns.from_bytes(data).to_pylist() == batch.slice(10, 3).to_pylist()
    assert len(data) < 2_000


def test_all_but_small_batches_are_compressed():
    large, small = batch_of(5_000), batch_of(20)
    assert len(columns.to_bytes(large)) < large.nbytes / 3
    assert small.nbytes < columns.COMPRESSED_FROM_BYTES
    with pa.ipc.open_stream(columns.to_bytes(small)) as reader:
        schema = reader.schema
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, schema) as writer:
        writer.write_batch(small)
    assert columns.to_bytes(small) == sink.getvalue().to_pybytes()


def test_what_does_not_repeat_is_hardly_larger_than_it_is():
    noise = np.random.default_rng(0).integers(0, 2**62, 5_000)
    batch = pa.record_batch({"digest": pa.array(noise)})
    assert len(columns.to_bytes(batch)) < 1.05 * batch.nbytes
