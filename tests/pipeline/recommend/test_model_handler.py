import pickle

import numpy as np
import pyarrow as pa
import pytest
from apache_beam.internal import cloudpickle_pickler

from pipeline.arrays import columns
from pipeline.options import ReadOptions
from pipeline.parse.review_schema import load_review_schema
from pipeline.recommend.graph import MakeRequests
from pipeline.recommend.model_handler import ANSWER_SCHEMA, ExportedModelHandler
from pipeline.recommend.options import RecommendOptions
from pipeline.recommend.request_shards import no_requests
from pipeline.recommend.requests import REQUEST_SCHEMA
from tests.trainer.serving.catalogue import ITEMS

DAY = 16_911  # 2016-04-20


def handler_of(model, top_k=4, as_of="", keep_seen=False):
    return ExportedModelHandler(model, len(ITEMS), top_k, as_of, keep_seen)


def requests(histories, is_usable=True):
    rows = [
        {
            "user_id": f"u{number}",
            "digest_high": number,
            "digest_low": 0,
            "items": list(items),
            "days": [DAY + place for place in range(len(items))],
            "last_day": DAY + len(items) - 1 if items else None,
            "num_events": len(items),
            "is_usable": is_usable,
        }
        for number, items in enumerate(histories)
    ]
    return pa.RecordBatch.from_pylist(rows, schema=REQUEST_SCHEMA)


def ask(handler, batch, export=None):
    export = handler.load_model() if export is None else export
    (answer,) = handler.run_inference([columns.to_bytes(batch)], export)
    answers = columns.from_bytes(answer)
    assert answers.schema == ANSWER_SCHEMA
    return {row["user_id"]: row for row in answers.to_pylist()}


@pytest.mark.parametrize("pickler", [pickle, cloudpickle_pickler], ids=str)
def test_what_crosses_to_workers_can_be_pickled(model, pickler):
    options = RecommendOptions(ReadOptions(load_review_schema("plain")), model)
    handler = handler_of(model)
    again = pickler.loads(pickler.dumps(handler))
    batch = requests([["a", "b"], ["c"]])
    assert ask(again, batch) == ask(handler, batch)
    step = pickler.loads(pickler.dumps(MakeRequests(options, 3)))
    assert vars(step) == {"_options": options, "_max_length": 3}


def test_a_shard_without_users_has_no_answers(model):
    handler = handler_of(model)
    ((_, nothing),) = no_requests(1)
    assert ask(handler, columns.from_bytes(nothing)) == {}
    assert handler.get_num_bytes([nothing, nothing]) == 2 * len(nothing)


def test_users_of_many_batches_are_answered_as_if_alone(model):
    generator = np.random.default_rng(2)
    histories = [
        generator.choice(ITEMS, generator.integers(1, 6)).tolist() for _ in range(1_200)
    ]
    # Longer than what shares a batch, and items that no model knows.
    histories.append([*(f"new {n}" for n in range(5_000)), "a", "b"])
    handler = handler_of(model)
    export = handler.load_model()
    answers = ask(handler, requests(histories), export)
    assert len(answers) == len(histories)
    for number in [0, 5, 700, 1_199, 1_200]:
        alone = ask(handler, requests([histories[number]]), export)["u0"]
        together = answers[f"u{number}"]
        assert together["items"] == alone["items"]
        assert not set(alone["items"]) & set(histories[number])
        np.testing.assert_allclose(together["scores"], alone["scores"], atol=1e-5)


def test_a_history_that_is_not_usable_is_seen_and_no_input(model):
    handler = handler_of(model)
    export = handler.load_model()
    answers = ask(handler, requests([["b", "a"], []], is_usable=False), export)
    assert answers["u0"]["items"] == ["c", "d", "é", "f,f"]
    assert answers["u1"]["items"] == ["a", "b", "c", "d"]
    assert [row["is_popular"] for row in answers.values()] == [True, True]
    keeps = handler_of(model, keep_seen=True)
    answers = ask(keeps, requests([["b", "a"]], is_usable=False), export)
    assert answers["u0"]["items"] == ["a", "b", "c", "d"]


def test_fewer_items_than_asked_for_are_all_there_are(model):
    row = ask(handler_of(model, top_k=50), requests([["a", "h h"]]))["u0"]
    assert sorted(row["items"]) == sorted(set(ITEMS) - {"a", "h h"})
    assert np.isfinite(row["scores"]).all()
    assert ask(handler_of(model), requests([ITEMS]))["u0"]["items"] == []
