import numpy as np
import pytest
import tensorflow as tf

from trainer.layers.packed_rows import PackedRows

ITEM_ID = np.array([[0, 0, 7], [1, 2, 3], [0, 0, 0], [0, 4, 5]], np.int32)


def test_steps_follow_each_other_and_longer_rows_come_first():
    rows = PackedRows(tf.constant(ITEM_ID))
    # First steps of the rows of 3, 2, 1 and (one step of padding) 0; second; third.
    assert rows.pack(ITEM_ID).numpy().tolist() == [1, 4, 7, 0, 2, 5, 3]
    assert rows.counts.numpy().tolist() == [4, 2, 1]
    assert rows.real.numpy().tolist() == [True, True, True, False, True, True, True]


@pytest.mark.parametrize("seed", range(5))
def test_what_is_packed_comes_back_to_its_place(seed):
    generator = np.random.default_rng(seed)
    length = generator.integers(0, 6, 12)
    real = np.arange(5) >= 5 - length[:, np.newaxis]
    item_id = np.where(real, generator.integers(1, 9, (12, 5)), 0).astype(np.int32)
    rows = PackedRows(tf.constant(item_id))
    values = generator.normal(size=(12, 5, 2)).astype(np.float32)
    found = rows.unpack(rows.pack(values)).numpy()
    np.testing.assert_array_equal(found[real], values[real])
    assert np.isfinite(found).all()
    assert int(tf.reduce_sum(rows.counts)) == np.maximum(length, 1).sum()


def test_rows_without_any_step_keep_one():
    rows = PackedRows(tf.zeros([2, 3], tf.int32))
    assert rows.counts.numpy().tolist() == [2, 0, 0]
    assert not rows.real.numpy().any()


def test_steps_that_are_unknown_are_refused():
    @tf.function(input_signature=[tf.TensorSpec([None, None], tf.int32)])
    def pack(item_id):
        return PackedRows(item_id).counts

    with pytest.raises(ValueError, match="must have a static number of steps"):
        pack(tf.constant(ITEM_ID))
