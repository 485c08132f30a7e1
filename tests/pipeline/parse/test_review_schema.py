import pytest

from pipeline.parse.dates import check_format
from pipeline.parse.review_schema import (
    ReviewSchema,
    load_review_schema,
    parse_review_schema,
    ready_schemas,
)
from schemas.errors import UserError

USER = 'feature { name: "who" type: BYTES annotation { tag: "user" } }\n'
ITEM = 'feature { name: "what" type: INT annotation { tag: "item" } }\n'
DATE = """feature {
  name: "when"
  time_domain { string_format: "%d.%m.%Y" }
  annotation { tag: "date" tag: "date_format:iso" tag: "other" }
}
"""
RATING = """feature {
  name: "stars" type: FLOAT presence { min_fraction: 1 } annotation { tag: "rating" }
}
"""


def test_schema_names_fields_formats_and_numbers():
    assert parse_review_schema(USER + ITEM + DATE + RATING, "s") == ReviewSchema(
        user="who",
        item="what",
        date="when",
        date_formats=("%d.%m.%Y", "iso"),
        rating="stars",
        rating_required=True,
        numeric=frozenset({"what", "stars"}),
    )


def test_other_features_are_passed_over():
    other = 'feature { name: "size" type: INT }\n'
    schema = parse_review_schema(other + USER + ITEM + DATE, "s")
    assert schema == parse_review_schema(USER + ITEM + DATE, "s")
    assert schema.rating is None


@pytest.mark.parametrize(
    ("value", "formats"),
    [("UNIX_SECONDS", ("unix_s",)), ("UNIX_MILLISECONDS", ("unix_ms",))],
)
def test_integer_dates(value, formats):
    date = (
        f'feature {{ name: "when" time_domain {{ integer_format: {value} }} '
        'annotation { tag: "date" } }'
    )
    assert parse_review_schema(USER + ITEM + date, "s").date_formats == formats


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (ITEM + DATE, r's has no feature with `annotation { tag: "user" }`; tag'),
        (USER + DATE, 'no feature with `annotation { tag: "item" }`'),
        (USER + ITEM, 'no feature with `annotation { tag: "date" }`'),
        (
            USER + USER.replace("who", "whom") + ITEM + DATE,
            "s gives the role 'user' to `who` and to `whom`; tag one of them",
        ),
        ("feature {", "s is no TFMD text proto: "),
        ("featur { }", "s is no TFMD text proto: .*featur"),
        (
            USER + ITEM + 'feature { name: "when" annotation { tag: "date" } }',
            "s: `when` has no date format; give it a `time_domain`",
        ),
        (
            USER + ITEM + DATE.replace("date_format:iso", "date_format:ISO"),
            "s: `date_format` must be one of iso, .* got 'ISO'",
        ),
        (
            USER + ITEM + DATE.replace("%d.%m.%Y", "%d.%Q"),
            "s: `date_format` '%d.%Q' is no strptime pattern",
        ),
        (
            USER
            + ITEM
            + 'feature { name: "when" time_domain { integer_format: UNIX_DAYS } '
            'annotation { tag: "date" } }',
            "`integer_format` of `when` must be UNIX_SECONDS or UNIX_MILLISECONDS",
        ),
    ],
)
def test_wrong_schema_is_one_sentence(text, message):
    with pytest.raises(UserError, match=message):
        parse_review_schema(text, "s")


def test_ready_schemas():
    assert ready_schemas() == [
        "amazon_reviews",
        "amazon_reviews_2023",
        "movielens",
        "plain",
        "rent_the_runway",
    ]


@pytest.mark.parametrize("name", ready_schemas())
def test_ready_schema_is_whole(name):
    schema = load_review_schema(name)
    for date_format in schema.date_formats:
        check_format(date_format)
    assert schema.rating is not None
    assert not schema.rating_required
    assert len(schema.fields(with_rating=True)) == 4


@pytest.mark.parametrize(
    ("name", "fields", "first_format"),
    [
        ("plain", ("user_id", "item_id", "date", "rating"), "iso"),
        (
            "rent_the_runway",
            ("user_id", "item_id", "review_date", "rating"),
            "%B %d, %Y",
        ),
        (
            "amazon_reviews",
            ("reviewerID", "asin", "unixReviewTime", "overall"),
            "unix_s",
        ),
        (
            "amazon_reviews_2023",
            ("user_id", "parent_asin", "timestamp", "rating"),
            "unix_ms",
        ),
        ("movielens", ("userId", "movieId", "timestamp", "rating"), "unix_s"),
    ],
)
def test_ready_schemas_name_the_fields_of_their_data(name, fields, first_format):
    schema = load_review_schema(name)
    assert schema.fields(with_rating=True) == fields
    assert schema.fields(with_rating=False) == fields[:3]
    assert schema.date_formats[0] == first_format


def test_schema_of_a_file(tmp_path):
    path = tmp_path / "own.pbtxt"
    path.write_text(USER + ITEM + DATE)
    assert load_review_schema(str(path)).user == "who"


def test_missing_schema_names_the_ready_ones(tmp_path):
    with pytest.raises(UserError, match=r"no schema 'movie' .* plain, rent_the_runway"):
        load_review_schema("movie")
    with pytest.raises(UserError, match=r"no schema .* directory"):
        load_review_schema(str(tmp_path))


def test_schema_file_that_is_not_text(tmp_path):
    path = tmp_path / "own.pbtxt"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UserError, match=r"own\.pbtxt is no TFMD text proto"):
        load_review_schema(str(path))


def test_flags_override_names_and_formats():
    schema = load_review_schema("plain")
    assert schema.overridden() == schema
    changed = schema.overridden(user="u", date="d", date_formats=["unix_ms", "%Y%m%d"])
    assert changed.fields(with_rating=True) == ("u", "item_id", "d", "rating")
    assert changed.date_formats == ("unix_ms", "%Y%m%d")


def test_a_field_of_numbers_is_one_under_any_name():
    schema = load_review_schema("movielens").overridden(rating="stars", date="when")
    assert schema.numeric == {"userId", "movieId", "when", "stars"}
    schema = load_review_schema("plain").overridden(user="u", rating="stars")
    assert schema.numeric == {"stars"}


def test_overriding_format_must_be_known():
    with pytest.raises(ValueError, match="got 'dd/mm'"):
        load_review_schema("plain").overridden(date_formats=["dd/mm"])


def test_fields_are_named_once():
    schema = ReviewSchema("a", "a", "b", ("iso",), rating="b")
    assert schema.fields(with_rating=True) == ("a", "b")
