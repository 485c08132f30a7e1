"""What a tuner found, among the settings of `run_fn`."""

from types import SimpleNamespace

import keras_tuner
import pytest

from schemas.errors import UsageError
from trainer.tfx.module import _options


def options_of(hyperparameters):
    fn_args = SimpleNamespace(
        custom_config={}, hyperparameters=hyperparameters, model_run_dir="run"
    )
    return _options(fn_args, "graph")


def test_hyperparameters_are_taken_as_keras_tuner_gives_them(tmp_path):
    space = keras_tuner.HyperParameters()
    space.Choice("units", ["8,4"])
    space.Choice("dropout", [0.25])
    oracle = keras_tuner.oracles.HyperbandOracle(
        objective=keras_tuner.Objective("val_ndcg@10", "max"), max_epochs=4, seed=1
    )
    oracle.update_space(space)
    oracle._set_project_dir(str(tmp_path), "search")
    found = oracle.create_trial("tuner0").hyperparameters.get_config()
    assert "tuner/epochs" in found["values"]
    without, _ = options_of(None)
    options, _ = options_of(found)
    assert (options.units, options.dropout) == ((8, 4), 0.25)
    # The oracle's epochs are those of a trial.
    assert options.epochs == without.epochs


def test_settings_of_the_windows_are_taken_too():
    values = {"split": "random", "stride": 2, "config": "quick", "epochs": 3}
    options, of_data = options_of({"values": values})
    assert of_data == {"split": "random", "stride": 2}
    assert options.epochs == 3


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        (
            {"unit": 3},
            "hyperparameters have an unknown key 'unit'; did you mean 'units'?",
        ),
        (
            {"units": "8,x"},
            "hyperparameters: `units` must be whole numbers with commas between them",
        ),
        ({"dropout": 2.0}, "hyperparameters: `dropout` must be"),
    ],
)
def test_messages_name_hyperparameters_as_the_source(values, sentence):
    with pytest.raises(UsageError) as caught:
        options_of({"values": values})
    assert str(caught.value).startswith(sentence)
