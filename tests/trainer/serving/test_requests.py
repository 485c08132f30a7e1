import json

import pytest

from schemas.errors import UsageError, UserError
from trainer.serving.requests import (
    HISTORY_FORM,
    LINE_FORM,
    Event,
    Request,
    parse_history,
    read_requests,
)


def read(*lines: str | bytes) -> list[Request]:
    encoded = [line.encode() if isinstance(line, str) else line for line in lines]
    return list(read_requests(encoded, "histories.jsonl"))


def test_the_documented_history():
    assert parse_history(HISTORY_FORM) == (
        Event("2016-04-20", "2260466"),
        Event("2017-01-02", "153475"),
    )


def test_colons_belong_to_dates_and_items():
    assert parse_history("2016-04-20T10:30:55:a, 2016-04-21:b:c") == (
        Event("2016-04-20T10:30:55", "a"),
        Event("2016-04-21", "b:c"),
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "--history is empty"),
        ("  ", "--history is empty"),
        ("2016-04-20:1,", "has an empty part between its commas"),
        ("2016-04-20:1,,2016-04-21:2", "has an empty part between its commas"),
        ("2016-04-20", "without a valid date and a colon, '2016-04-20'"),
        (
            "2016-04-20:1,2016-02-31:2",
            "without a valid date and a colon, '2016-02-31:2'",
        ),
        ("2260466:2016-04-20", "without a valid date and a colon"),
        ("2016-04-20:", "names no item in '2016-04-20:'"),
    ],
)
def test_a_malformed_history_is_named_with_the_right_form(text, problem):
    with pytest.raises(UsageError) as raised:
        parse_history(text)
    assert problem in str(raised.value)
    assert HISTORY_FORM in str(raised.value)


def test_a_history_that_is_no_text_is_refused():
    with pytest.raises(UsageError, match="no text in the encoding of this locale"):
        parse_history("2016-04-20:\udcc3\udca9")


def test_the_documented_line():
    assert read(LINE_FORM) == [
        Request(
            (Event("2016-04-20", "2260466"), Event("2017-01-02", "153475")),
            as_of="2017-01-09",
            user_id="u1",
        )
    ]


def test_pairs_and_objects_numbers_and_text():
    pairs = '{"history": [["2016-04-20", 7], ["2016-04-21", 8.0], ["2016-04-22", 9.5]]}'
    objects = json.dumps(
        {
            "history": [
                {"event_date": f"2016-04-{20 + place}", "item_id": item}
                for place, item in enumerate(["7", "8", "9.5"])
            ],
            "as_of": None,
            "user_id": None,
        }
    )
    first, second = read(pairs, objects)
    assert first == second
    assert [event.item_id for event in first.history] == ["7", "8", "9.5"]


def test_unknown_dates_empty_histories_and_empty_lines():
    assert read(
        '{"history": [[null, "a"], ["", "b"]]}', "", " \n", '{"history": []}'
    ) == [
        Request((Event("", "a"), Event("", "b"))),
        Request(()),
    ]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("2016-04-20:1", "it is not JSON"),
        (b"\xff", "it is not UTF-8"),
        ("[" * 100_000, "it is nested too deeply"),
        ('["2016-04-20", "1"]', "it is not a JSON object"),
        ("{}", "it has no list `history`"),
        ('{"history": "2016-04-20:1"}', "it has no list `history`"),
        ('{"history": [], "asof": "2016-04-20"}', "it has an unknown field 'asof'"),
        ('{"history": ["2016-04-20:1"]}', "neither a [date, item] pair nor an object"),
        ('{"history": [["2016-04-20"]]}', "neither a [date, item] pair nor an object"),
        ('{"history": [{"event_date": "2016-04-20"}]}', "nor an object"),
        ('{"history": [["2016-02-31", "1"]]}', "must be a date such as 2016-04-20"),
        ('{"history": [[20160420, "1"]]}', "the date of an event must be a date"),
        ('{"history": [["2016-04-20", ""]]}', "the item of an event must be text"),
        ('{"history": [["2016-04-20", true]]}', "the item of an event must be text"),
        ('{"history": [["2016-04-20", NaN]]}', "the item of an event must be text"),
        ('{"history": [["2016-04-20", "\\ud800"]]}', "is no valid text"),
        ('{"history": [], "as_of": "soon"}', "`as_of` must be a date"),
        ('{"history": [], "user_id": []}', "`user_id` must be text"),
    ],
)
def test_a_bad_line_is_named(line, problem):
    with pytest.raises(UserError) as raised:
        read('{"history": []}', "", line)
    assert str(raised.value).startswith("histories.jsonl, line 3: ")
    assert problem in str(raised.value)
    assert str(raised.value).endswith(LINE_FORM)
    assert raised.value.exit_status == 1
