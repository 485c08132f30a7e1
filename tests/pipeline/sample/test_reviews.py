import re
from datetime import datetime

import numpy as np
import pytest

from pipeline.sample import SampleSettings, make_reviews, reviews, words

FIELDS = [
    "fit",
    "user_id",
    "bust size",
    "item_id",
    "weight",
    "rating",
    "rented for",
    "review_text",
    "body type",
    "review_summary",
    "category",
    "height",
    "size",
    "age",
    "review_date",
]
FORMS = {
    "user_id": r"\d+",
    "bust size": r"\d\d(a|b|c|d|d\+|dd|ddd/e)",
    "item_id": r"\d+",
    "weight": r"\d{2,3}lbs",
    "rating": r"2|4|6|8|10",
    "height": r"\d' \d{1,2}\"",
    "age": r"\d{2}",
    "review_date": r"[A-Z][a-z]+ \d{1,2}, 201\d",
}


@pytest.fixture(scope="module")
def columns():
    return make_reviews(20_000)


def missing_share(column):
    return np.mean([value is None for value in column])


def test_columns_are_the_fields_of_the_review_set(columns):
    assert list(columns) == FIELDS
    assert {len(column) for column in columns.values()} == {20_000}
    assert columns["size"].dtype == np.int64
    assert columns["size"].min() >= 0


@pytest.mark.parametrize("name", FORMS)
def test_values_have_the_form_of_the_review_set(columns, name):
    values = {value for value in columns[name] if value is not None}
    assert len(values) > 1
    for value in values:
        assert re.fullmatch(FORMS[name], value), value


def test_dates_are_real_and_span_the_years_of_the_review_set(columns):
    dates = {datetime.strptime(text, "%B %d, %Y") for text in columns["review_date"]}
    assert min(dates).year == 2010
    assert max(dates).year == 2018


@pytest.mark.parametrize(
    ("name", "least", "most"),
    [
        ("bust size", 0.06, 0.14),
        ("weight", 0.1, 0.2),
        ("body type", 0.04, 0.12),
        ("height", 0.0005, 0.02),
        ("age", 0.0005, 0.02),
        ("fit", 0.0, 0.0),
        ("user_id", 0.0, 0.0),
        ("item_id", 0.0, 0.0),
        ("review_date", 0.0, 0.0),
        ("review_text", 0.0, 0.0),
    ],
)
def test_fields_are_missing_as_often_as_in_the_review_set(columns, name, least, most):
    assert least <= missing_share(columns[name]) <= most


def test_measures_belong_to_the_user_and_the_category_to_the_item(columns):
    for key, name in (
        ("user_id", "height"),
        ("user_id", "body type"),
        ("item_id", "category"),
    ):
        known = {}
        for owner, value in zip(columns[key], columns[name], strict=True):
            assert known.setdefault(owner, value) == value


def test_text_speaks_of_the_fit(columns):
    for fit, text in zip(
        columns["fit"][:200], columns["review_text"][:200], strict=True
    ):
        assert any(sentence in text for sentence in words.FIT_SENTENCES[fit])


def test_every_topic_has_as_many_sentences():
    for sentences in (words.FIT_SENTENCES, words.OCCASION_SENTENCES):
        assert len({len(about) for about in sentences.values()}) == 1
    assert list(words.FIT_SENTENCES) == list(words.FITS)
    assert list(words.OCCASION_SENTENCES) == list(words.OCCASIONS)


def test_rows_do_not_depend_on_how_many_are_made_at_once(columns, monkeypatch):
    monkeypatch.setattr(reviews, "_CHUNK", 999)
    tables = list(reviews.review_tables(SampleSettings.of(20_000)))
    assert [len(table) for table in tables] == [*[999] * 20, 20]
    for name, column in columns.items():
        parts = np.concatenate([table[name].to_numpy() for table in tables])
        assert parts.tolist() == column.tolist()
