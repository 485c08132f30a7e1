"""What the transformer alone must do."""

import numpy as np
import pytest

from tests.support.models import CONFIGS, shared_model, small_inputs, small_model
from trainer.models import ModelConfig, build_model


def test_positions_count_back_from_the_last_event() -> None:
    model = small_model(CONFIGS["transformer"])
    before = np.asarray(model(small_inputs(model.config, 6, [[1, 2], [1, 2, 3, 4]])))
    table = np.array(model.positions.get_weights()[0])
    # The third position from the end, and all before it.
    table[2:] = np.random.default_rng(0).normal(size=table[2:].shape)
    model.positions.set_weights([table])
    after = np.asarray(model(small_inputs(model.config, 6, [[1, 2], [1, 2, 3, 4]])))
    np.testing.assert_array_equal(after[0], before[0])
    assert np.abs(after[1] - before[1]).max() > 1e-4


def test_order_matters() -> None:
    model = shared_model(CONFIGS["transformer"])
    scores = np.asarray(model(small_inputs(model.config, 3, [[1, 2, 3], [2, 1, 3]])))
    assert np.abs(scores[0] - scores[1]).max() > 1e-3


def test_a_window_longer_than_those_of_training_gives_numbers() -> None:
    model = shared_model(CONFIGS["transformer"])
    longer = small_inputs(model.config, 12, [[1, 2, 3] * 4])
    assert np.isfinite(np.asarray(model(longer))).all()


def test_units_are_the_blocks() -> None:
    model = shared_model(CONFIGS["transformer"])
    assert [block.units for block in model.blocks] == [8, 5]
    assert [block.num_heads for block in model.blocks] == [2, 2]
    assert model.state_size == 6


def test_heads_that_do_not_divide_the_states_are_refused() -> None:
    config = ModelConfig("transformer", 9, item_embedding=6, units=(8,), num_heads=4)
    with pytest.raises(ValueError, match=r"`num_heads` must divide .* 4 heads for 6"):
        build_model(config).build()
