"""Batches that are filled on the device are those of the host, number for number."""

import numpy as np
import pytest
import tensorflow as tf
from tensorflow.python.framework import kernels

from tests.support.batches import plan
from tests.support.data_sets import cyclic_windows, write_data_set
from trainer.batching.batches import BatchSettings, training_batches
from trainer.batching.device_batches import DeviceBatches
from trainer.batching.training_rows import rows_in_memory
from trainer.data.data_set import DataSet, open_data_set

ROWS = 45


@pytest.fixture(scope="module", params=[4, 20], ids=["short", "long"])
def data_set(request, tmp_path_factory: pytest.TempPathFactory) -> DataSet:
    length = request.param
    path = write_data_set(
        tmp_path_factory.mktemp("set") / "data",
        cyclic_windows(ROWS, 6, length, 0),
        num_items=6,
        max_length=length,
        num_shards=3,
    )
    return open_data_set(path)


def _both(data_set: DataSet, batch_size: int = 10, **changes):
    positions = changes.get("train_positions", "all")
    settings = BatchSettings(
        **{
            "day_feature": "none",
            "plan": plan(data_set, batch_size, positions),
            "seed": 3,
            **changes,
        }
    )
    rows = rows_in_memory(data_set, "train", settings.day_feature)
    host = training_batches(data_set, "train", settings, rows)
    device = DeviceBatches(data_set, rows, settings, "CPU:0")
    return settings, host, device


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"train_positions": "once", "day_feature": "age"},
        {"train_positions": "last", "first_epoch": 2},
        {"day_feature": "gap", "unknown_rate": 0.3},
        {"num_negatives": 3, "unknown_rate": 0.3, "first_epoch": 1},
        {"num_negatives": 3, "unknown_rate": 0.3, "first_step": 2},
    ],
    ids=lambda changes: "-".join(changes) or "plain",
)
def test_batches_are_those_of_the_host(data_set: DataSet, changes: dict) -> None:
    settings, host, device = _both(data_set, **changes)
    fill = tf.function(device.fill, reduce_retracing=True)
    # More than an epoch: the partly filled last batch and a second order are in.
    count = settings.plan.num_batches + 2
    pairs = zip(host.take(count), device.elements().take(count), strict=True)
    for expected, element in pairs:
        found = fill(element)
        tf.nest.assert_same_structure(found, expected)
        for mine, its in zip(
            tf.nest.flatten(found), tf.nest.flatten(expected), strict=True
        ):
            assert mine.dtype == its.dtype
            # The one float, `log_probability`, is rounded as its compiler likes.
            rtol = 1e-6 if mine.dtype.is_floating else 0
            np.testing.assert_allclose(mine, its, rtol=rtol)


def test_shapes_follow_from_the_element_alone(data_set: DataSet) -> None:
    _, _, device = _both(data_set, num_negatives=3, day_feature="gap")
    element = next(iter(device.elements()))
    traced = tf.function(device.fill).get_concrete_function(element)
    shapes = [tensor.shape for tensor in tf.nest.flatten(traced.structured_outputs)]
    # So XLA, which needs static shapes, may compile what takes the batch.
    assert all(shape.is_fully_defined() for shape in shapes)


def test_the_host_sends_numbers_of_rows_and_positions_alone(data_set: DataSet) -> None:
    _, _, device = _both(data_set, day_feature="age", num_negatives=3)
    element = next(iter(device.elements()))
    assert set(element) == {"rows", "steps", "positions", "weights", "number"}
    assert {v.shape.rank for v in element.values()} == {0, 1}


def test_columns_have_a_type_that_a_gpu_keeps_and_gathers(data_set: DataSet) -> None:
    # TensorFlow's own list, which a build for GPUs alone holds for both devices.
    _, _, device = _both(data_set)
    registered = kernels.get_registered_kernels_for_op("ResourceGather").kernel
    on_gpu = {
        kind
        for kernel in registered
        if kernel.device_type == "GPU"
        for constraint in kernel.constraint
        if constraint.name == "dtype"
        for kind in constraint.allowed_values.list.type
    }
    if not on_gpu:
        pytest.skip("this build of TensorFlow has no kernels for GPUs")
    assert {c.dtype.as_datatype_enum for c in device.columns.values()} <= on_gpu
    assert tf.int32.as_datatype_enum not in on_gpu


def test_several_replicas_are_refused(data_set: DataSet) -> None:
    with pytest.raises(ValueError, match="`num_replicas` must be 1, got 2"):
        _both(data_set, num_replicas=2)
