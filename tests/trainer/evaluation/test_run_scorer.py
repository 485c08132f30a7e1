"""A trained run is scored by its logits, on its own data set alone."""

import keras
import numpy as np
import pytest

from schemas.errors import UserError
from schemas.features import VOCABULARY_FILENAME
from tests.support.data_sets import Window, cyclic_windows, write_data_set
from tests.support.run_metrics import metrics_of
from trainer.config_files import read_config
from trainer.data.data_set import open_data_set
from trainer.evaluation.evaluation import evaluate
from trainer.evaluation.held_out import load_held_out
from trainer.evaluation.run_scorer import ModelScorer, load_run_scorer, load_run_scorers
from trainer.models import ModelConfig, build_model
from trainer.options import TrainOptions
from trainer.run_files import CONFIG, EXPORT, METRICS, MODEL
from trainer.runs import prepare_run, write_json
from trainer.training.validation import Validation

NUM_ITEMS = 6
NUM_BUCKETS = 4


def write_run(folder, data, day_feature="age", vocabulary=None, unknown_rate=0.02):
    """Writes the run of an untrained model."""
    keras.utils.set_random_seed(0)
    settings = {
        "day_feature": day_feature,
        "units": [4],
        "unknown_rate": unknown_rate,
    }
    options = TrainOptions(
        **{**read_config("notebook"), **settings}, data=data, output=str(folder)
    )
    model = build_model(
        ModelConfig(
            model=options.model,
            num_items=NUM_ITEMS,
            num_day_buckets=0 if day_feature == "none" else NUM_BUCKETS,
            max_length=3,
            units=options.units,
        )
    )
    model.build()
    run = prepare_run(options.output, overwrite=False)
    write_json(run / CONFIG, options.to_json())
    model.save(run / MODEL)
    write_json(run / METRICS, metrics_of(data))
    if vocabulary is not None:
        assets = run / EXPORT / "assets"
        assets.mkdir(parents=True)
        (assets / VOCABULARY_FILENAME).write_text(vocabulary)
    return options.output, model


def write_data(folder, num_items=NUM_ITEMS, day_buckets=NUM_BUCKETS, **settings):
    return write_data_set(
        folder,
        cyclic_windows(8, num_items, 3, seed=1),
        test=[
            Window([1, 2], 3, ages=[4, 1], gaps=[2, 3]),
            Window([5], 1, ages=[2], gaps=[1]),
        ],
        num_items=num_items,
        day_buckets=day_buckets,
        max_length=3,
        **settings,
    )


@pytest.mark.parametrize(
    ("day_feature", "days"),
    [
        ("age", [[0, 4, 1], [0, 0, 2]]),
        ("gap", [[0, 2, 3], [0, 0, 1]]),
        ("none", None),
    ],
)
def test_scores_are_the_logits_of_the_run(tmp_path, day_feature, days):
    data = write_data(tmp_path / "data")
    run, model = write_run(tmp_path / "run", data, day_feature)
    data_set = open_data_set(data)
    scorer = load_run_scorer(run, data_set)

    inputs = {"item_id": np.array([[0, 1, 2], [0, 0, 5]])}
    if days is not None:
        inputs["days"] = np.array(days)
    scores = scorer.score(load_held_out(data_set, "test").inputs)
    assert scores.shape == (2, NUM_ITEMS)
    expected = keras.ops.convert_to_numpy(model(inputs))
    np.testing.assert_allclose(scores, expected, rtol=1e-5, atol=1e-6)
    assert scorer.name == "lstm"


@pytest.mark.parametrize("model", ["lstm", "transformer"])
def test_padding_of_all_histories_is_not_computed_and_changes_no_score(model):
    config = ModelConfig(
        model=model, num_items=NUM_ITEMS, max_length=20, item_embedding=4, units=(4,)
    )
    keras.utils.set_random_seed(0)
    built = build_model(config)
    built.build()
    widths = []

    def asked(inputs, training):
        widths.append(inputs["item_id"].shape[1])
        return built(inputs, training=training)

    items = np.zeros((3, 20), np.int32)
    items[0, -3:], items[1, -4:], items[2, -1] = [1, 2, 3], [4, 5, 6, 1], 5
    scores = ModelScorer("m", asked, "none").score({"item_id": items})
    assert widths == [4]
    np.testing.assert_allclose(scores, built({"item_id": items}), atol=1e-5)


def test_the_last_gap_can_be_hidden(tmp_path):
    data = write_data(tmp_path / "data")
    run, model = write_run(tmp_path / "run", data, "gap")
    data_set = open_data_set(data)
    told, hidden = load_run_scorers(run, data_set)
    assert (told.name, hidden.name) == ("lstm", "lstm (gap hidden)")
    assert (told.is_told_next_day, hidden.is_told_next_day) == (True, False)
    assert hidden.model is told.model

    batch = load_held_out(data_set, "test").inputs
    before = batch["gap_days"].copy()
    inputs = {"item_id": np.array([[0, 1, 2], [0, 0, 5]])}
    for scorer, days in (
        (told, [[0, 2, 3], [0, 0, 1]]),
        (hidden, [[0, 2, 0], [0, 0, 0]]),
    ):
        expected = model({**inputs, "days": np.array(days)})
        np.testing.assert_allclose(
            scorer.score(batch),
            keras.ops.convert_to_numpy(expected),
            rtol=1e-5,
            atol=1e-6,
        )
    np.testing.assert_array_equal(batch["gap_days"], before)
    assert not np.allclose(told.score(batch), hidden.score(batch))


def test_whoever_hides_the_last_gap_does_not_depend_on_it(tmp_path):
    data = write_data(tmp_path / "data")
    run, _ = write_run(tmp_path / "run", data, "gap")
    data_set = open_data_set(data)
    told, hidden = load_run_scorers(run, data_set)
    batch = dict(load_held_out(data_set, "test").inputs)
    other = {**batch, "gap_days": batch["gap_days"].copy()}
    other["gap_days"][:, -1] = 4
    np.testing.assert_array_equal(hidden.score(batch), hidden.score(other))
    assert not np.allclose(told.score(batch), told.score(other))


def test_a_run_that_never_met_an_unknown_gap_is_not_measured_by_chance(
    tmp_path, caplog
):
    data = write_data(tmp_path / "data")
    run, _ = write_run(tmp_path / "run", data, "gap", unknown_rate=0.0)
    [scorer] = load_run_scorers(run, open_data_set(data))
    assert (scorer.name, scorer.is_told_next_day) == ("lstm", True)
    assert f"{run} is told when the next event comes" in caplog.text
    assert "trained with --unknown_rate 0 it never learned" in caplog.text


@pytest.mark.parametrize("day_feature", ["age", "none"])
def test_a_run_without_gaps_is_measured_once(tmp_path, day_feature):
    data = write_data(tmp_path / "data")
    run, _ = write_run(tmp_path / "run", data, day_feature)
    [scorer] = load_run_scorers(run, open_data_set(data))
    assert scorer.name == "lstm"
    assert not scorer.is_told_next_day


def test_agrees_with_the_validation_of_training(tmp_path):
    data = write_data(tmp_path / "data")
    run, model = write_run(tmp_path / "run", data)
    data_set = open_data_set(data)
    evaluation = evaluate(data_set, [load_run_scorer(run, data_set)], "test")
    validated = Validation(data_set, "test", "age", cutoff=5)(model)
    filtered = evaluation.measured[0].filtered
    assert filtered["hr@5"] == pytest.approx(validated["hr@5"])
    assert filtered["ndcg@5"] == pytest.approx(validated["ndcg@5"])


def test_refuses_a_data_set_with_other_items(tmp_path):
    data = write_data(tmp_path / "data")
    run, _ = write_run(tmp_path / "run", data)
    other = open_data_set(write_data(tmp_path / "other", num_items=5))
    with pytest.raises(
        UserError, match=r"not trained on .*other \(6 items against 5\)"
    ):
        load_run_scorer(run, other)


def test_refuses_a_data_set_with_other_days(tmp_path):
    data = write_data(tmp_path / "data")
    run, _ = write_run(tmp_path / "run", data)
    other = open_data_set(write_data(tmp_path / "other", day_buckets=9))
    with pytest.raises(UserError, match=r"\(4 age buckets against 9\)"):
        load_run_scorer(run, other)


def test_refuses_as_many_items_of_other_names(tmp_path):
    data = write_data(tmp_path / "data", vocabulary=list("abcdef"))
    run, _ = write_run(tmp_path / "run", data, vocabulary="a\nb\nc\nd\ne\nf\n")
    assert load_run_scorer(run, open_data_set(data)).name == "lstm"
    other = open_data_set(write_data(tmp_path / "other", vocabulary=list("abcdfe")))
    with pytest.raises(UserError, match="the same number of items, but other ones"):
        load_run_scorer(run, other)


@pytest.mark.parametrize(
    ("key", "warned"),
    [(None, None), ("settings", "other settings"), ("files", "other files")],
)
def test_warns_of_a_run_of_another_data_set(tmp_path, caplog, key, warned):
    data = write_data(tmp_path / "data")
    run, _ = write_run(tmp_path / "run", data)
    if key is not None:
        other = metrics_of(data, **{f"data_{key}_digest": "of another"})
        write_json(tmp_path / "run" / METRICS, other)
    load_run_scorer(run, open_data_set(data))
    assert ("may have learned from what is held out" in caplog.text) == bool(warned)
    assert warned is None or f"on a data set of {warned} than" in caplog.text


def test_metrics_of_another_version_are_one_sentence(tmp_path):
    data = write_data(tmp_path / "data")
    run, _ = write_run(tmp_path / "run", data)
    write_json(tmp_path / "run" / METRICS, {})
    with pytest.raises(UserError, match=r"metrics\.json: it holds no 'best_epoch'"):
        load_run_scorer(run, open_data_set(data))
