"""The manifest of recommendations is made only where nothing was lost."""

import pytest

from pipeline.accounting.read_account import ReadAccount
from pipeline.options import ReadOptions
from pipeline.parse.review_schema import load_review_schema
from pipeline.recommend.item_rules import read_item_rules
from pipeline.recommend.manifest import make_manifest
from pipeline.recommend.options import RecommendOptions
from pipeline.recommend.requests import RequestAccount
from pipeline.recommend.write import AnswerShard
from schemas.errors import UserError
from schemas.exported_model import Description

READ = ReadAccount(accepted=12, dropped={"min_rating": 2})
ASKED = RequestAccount(
    users=7, not_asked=2, too_short=1, events=9, dropped=(("max_history", 1),)
)


def manifest(answered, read=READ, *, popular=False):
    options = RecommendOptions(
        ReadOptions(load_review_schema("plain")), "model", popular=popular
    )
    shards = [AnswerShard("a", answered - 1, 0), AnswerShard("b", 1, 1)]
    description = Description(3, 17_167, 8, "age")
    items = read_item_rules("model", description, options.rules)
    return make_manifest(options, read, ASKED, description, items, shards)


@pytest.mark.parametrize(("popular", "answered"), [(False, 4), (True, 5)])
def test_every_user_asked_for_is_answered(popular, answered):
    found = manifest(answered, popular=popular)
    assert found.files == {"a": answered - 1, "b": 1}
    assert found.users["answered"] == answered - 1


def test_a_user_or_an_event_that_is_missing_is_an_error():
    with pytest.raises(UserError, match="4 users were asked for, but 3 were answered"):
        manifest(3)
    with pytest.raises(UserError, match="5 users were asked for, but 4 were answered"):
        manifest(4, popular=True)
    with pytest.raises(UserError, match="11 events were read, but 10 were sorted"):
        manifest(4, ReadAccount(accepted=11))
