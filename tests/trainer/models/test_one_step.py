"""Windows of one item, under every model; a warning would be an error."""

import numpy as np
import pytest
import tensorflow as tf

from tests.support.data_sets import Window, write_data_set
from tests.support.models import NUM_ITEMS, every_model, small_inputs, small_model
from tests.support.training import small_options
from trainer.models import MODELS, ModelConfig
from trainer.training.train import train


@every_model
def test_one_item_is_scored(config: ModelConfig) -> None:
    model = small_model(config)
    inputs = small_inputs(config, 1, [[3], [], [10]])
    for ask in (model, tf.function(model)):
        scores = np.asarray(ask(inputs, training=False))
        assert scores.shape == (3, NUM_ITEMS)
        assert np.isfinite(scores).all()


# A recurrent kernel has no gradient where there is no second step.
@pytest.mark.filterwarnings("ignore:Gradients do not exist for variables:UserWarning")
@pytest.mark.parametrize("model", MODELS)
def test_windows_of_one_item_are_trained_on(model: str, tmp_path) -> None:
    data = write_data_set(
        tmp_path / "data",
        [Window([1], 2, user="a"), Window([2], 1, user="b")],
        [Window([1], 2, user="c")],
        num_items=2,
        max_length=1,
    )
    run = tmp_path / "run"
    # With dropout Keras' attention takes its softmax by itself.
    changes = {"attention": model != "transformer", "dropout": 0.1, "epochs": 1}
    options = small_options(data, run, model=model, **changes)
    train(options, export=False)
    assert (run / "model.keras").exists()
