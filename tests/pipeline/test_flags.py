import datetime

import pytest

from pipeline.flags import make_parser, to_options
from pipeline.options import Options, ReadOptions
from pipeline.parse.review_schema import load_review_schema
from schemas.days import day_number
from schemas.errors import UsageError, UserError
from schemas.settings import BucketSettings, SplitSettings, WindowSettings

FILES = ("--input", "a.csv", "--output", "data")


def parse(*flags, num_partitions=1):
    return to_options(make_parser().parse_args([*FILES, *flags]), num_partitions)


def test_defaults_are_those_of_the_options():
    found = parse("--latest_date", "2018-01-08")
    read = ReadOptions(load_review_schema("plain"), latest_day=17_539)
    assert found == Options(read)


def test_latest_date_is_today():
    before = day_number(datetime.datetime.now(datetime.UTC).date())
    found = parse().read
    after = day_number(datetime.datetime.now(datetime.UTC).date())
    assert before <= found.latest_day <= after
    assert found.latest_date_setting is None


def test_every_flag_reaches_its_option():
    found = parse(
        *("--schema", "movielens", "--user_field", "u", "--item_field", "i"),
        *("--date_field", "d", "--rating_field", "r", "--date_format", "iso"),
        *("--date_format", "%d.%m.%Y", "--latest_date", "2016-07-18"),
        *("--max_reject_fraction", "0.5", "--min_rating", "4"),
        *("--input_format", "tsv", "--quoted_line_breaks", "no", "--num_shards", "3"),
        *("--num_partitions", "7", "--max_length", "8", "--min_items", "4"),
        *("--stride", "2", "--max_history", "100", "--drop_repeats", "exact"),
        *("--reference_date", "2016-01-01", "--split", "user"),
        *("--eval_fraction", "0.2", "--test_fraction", "0.3", "--seed", "5"),
        *("--max_seen", "50", "--min_item_count", "6", "--bucketing", "uniform"),
        *("--day_buckets", "20", "--item_fields", "category, body type"),
    )
    schema = load_review_schema("movielens").overridden(
        "u", "i", "d", "r", ["iso", "%d.%m.%Y"]
    )
    assert found == Options(
        read=ReadOptions(
            schema,
            "tsv",
            "no",
            17_000,
            min_rating=4.0,
            item_fields=("category", "body type"),
        ),
        window=WindowSettings(8, 4, 2, 100, 50),
        split=SplitSettings("user", 0.2, 0.3, 5),
        buckets=BucketSettings("uniform", 20),
        min_item_count=6,
        drop_repeats="exact",
        reference_day=16_801,
        max_reject_fraction=0.5,
        num_shards=3,
        num_partitions=7,
    )


def test_partitions_follow_from_the_input_where_no_flag_says():
    assert parse(num_partitions=4).num_partitions == 4
    assert parse("--num_partitions", "9", num_partitions=4).num_partitions == 9


def test_fractions_follow_from_the_split():
    assert parse("--split", "random").split == SplitSettings("random", 0.1, 0.0)
    assert parse("--split", "none").split == SplitSettings("none", 0.0, 0.0)


def test_several_inputs():
    args = make_parser().parse_args(["--input", "a", "b", "--output", "data"])
    assert args.input == ["a", "b"]


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--max_length", "0"], "`max_length` must be at least 1, got 0"),
        (["--max_length", "x"], "argument --max_length: invalid int value: 'x'"),
        (["--stride", "6"], r"`stride` must be at most `max_length` \(5\)"),
        (["--num_partitions", "-1"], "`num_partitions` must be at least 1"),
        (["--split", "tme"], "argument --split: invalid choice: 'tme'"),
        (["--split", "random", "--test_fraction", "0.1"], "'random' has no test split"),
        (["--split", "none", "--eval_fraction", "0.1"], "no meaning under `split`"),
        (["--latest_date", "2016-04-31"], "'2016-04-31' is no date such as 2018-01-08"),
        (
            ["--date_format", "dd.mm"],
            "`date_format` must be one of iso, .* got 'dd.mm'",
        ),
        (["--date_format", "%d.%Q"], "`date_format` '%d.%Q' is no strptime pattern"),
        (["--input_format", "xml"], "argument --input_format: invalid choice: 'xml'"),
        (["--max_lenght", "7"], "unknown flag --max_lenght; did you mean --max_length"),
        (["--max_len", "7"], "unknown flag --max_len; did you mean --max_length"),
        (["--item_fields", ""], "`item_fields` must be names of fields .* got ''"),
        (["--item_fields", "a,user_id"], "other fields than the user's, got 'user_id'"),
        (["--day_buckets", "1"], "`day_buckets` must be at least 2, got 1"),
    ],
)
def test_wrong_flag_is_one_sentence(flags, message):
    with pytest.raises(UsageError, match=message) as caught:
        parse(*flags)
    assert "\n" not in str(caught.value)
    assert caught.value.exit_status == 2


def test_missing_flags_are_named():
    with pytest.raises(UsageError, match="required: --input, --output"):
        make_parser().parse_args([])


def test_min_rating_needs_a_rating(tmp_path):
    path = tmp_path / "own.pbtxt"
    names = {"user": "a", "item": "b", "date": "c"}
    path.write_text(
        "".join(
            f'feature {{ name: "{name}" annotation {{ tag: "{role}" '
            'tag: "date_format:iso" } }\n'
            for role, name in names.items()
        )
    )
    with pytest.raises(UsageError, match="`min_rating` needs a rating"):
        parse("--schema", str(path), "--min_rating", "3")
    found = parse("--schema", str(path), "--min_rating", "3", "--rating_field", "r")
    assert found.read.fields == ("a", "b", "c", "r")


def test_missing_schema_is_one_sentence():
    with pytest.raises(UserError, match=r"no schema 'amazon' .*amazon_reviews, "):
        parse("--schema", "amazon")


def test_help_names_every_flag(capsys):
    parser = make_parser()
    with pytest.raises(SystemExit) as caught:
        parser.parse_args(["--help"])
    assert caught.value.code == 0
    shown = capsys.readouterr().out
    assert all(flag in shown for flag in parser.flags())
