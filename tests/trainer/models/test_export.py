"""Every model through the file and the export of a run."""

from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from tests.support.data_sets import Window, write_data_set
from tests.support.models import CONFIGS, small_model
from trainer.data.data_set import DataSet, open_data_set
from trainer.models import ModelConfig
from trainer.serving.export import export_model

MAX_LENGTH = 4
# With dropout, whose layers have a state of their own that no export may need.
NAMES = [
    pytest.param("lstm-tied-plain", marks=pytest.mark.slow),
    pytest.param("gru-tied", marks=pytest.mark.slow),
    pytest.param("transformer", marks=pytest.mark.slow),
    "transformer-tied",
]


@pytest.fixture(scope="module")
def data_set(tmp_path_factory: pytest.TempPathFactory) -> DataSet:
    folder = tmp_path_factory.mktemp("data") / "set"
    path = write_data_set(
        folder, [Window([1], 2)], num_items=9, max_length=MAX_LENGTH, with_graph=True
    )
    return open_data_set(path)


@pytest.mark.parametrize("name", NAMES)
def test_an_export_answers_with_the_scores_of_the_model(
    tmp_path: Path, data_set: DataSet, name: str
) -> None:
    values = {**CONFIGS[name].to_json(), "dropout": 0.2, "max_length": MAX_LENGTH}
    model = small_model(ModelConfig.from_json(values))
    model.save(tmp_path / "model.keras")
    copy = keras.models.load_model(tmp_path / "model.keras")
    day_feature = "age" if model.uses_days else "none"
    export_model(data_set, copy, str(tmp_path / "model"), day_feature)
    # The last two rows: an item that the vocabulary lacks, and nothing at all.
    items = [["item3", "item1"], ["item2", "?"], ["", ""]]
    dates = [["2016-07-15", "2016-07-16"], ["2016-07-15", "2016-07-15"], ["", ""]]
    loaded = tf.saved_model.load(str(tmp_path / "model"))
    answer = loaded.keep_seen(
        tf.constant(items), tf.constant(dates), tf.constant(["2016-07-17"]), top_k=9
    )
    ids = np.array([[int(i[4:]) for i in row] for row in answer["item_id"].numpy()])
    inputs = {"item_id": np.array([[0, 0, 3, 1], [0, 0, 2, 10]], np.int32)}
    if model.uses_days:
        inputs["days"] = np.array([[0, 0, 2, 1], [0, 0, 2, 2]], np.int32)
    expected = np.asarray(model(inputs))
    by_item = np.take_along_axis(expected, ids[:2] - 1, axis=1)
    np.testing.assert_allclose(answer["score"][:2], by_item, atol=1e-5)
    assert (np.diff(answer["score"][:2], axis=1) <= 0).all()
    assert ids[2].tolist() == list(range(1, 10))
