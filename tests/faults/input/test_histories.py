"""What `python -m trainer predict --input` makes of broken files of histories."""

import gzip
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import UserError
from tests.faults.input.test_fuzzed import damaged
from tests.trainer.serving import catalogue
from trainer.__main__ import main
from trainer.serving import date_format
from trainer.serving.requests import LINE_FORM, Request, read_lines, read_requests

_LINES = (
    LINE_FORM.encode(),
    b'{"history": [["2016-04-20T10:30", 7], [null, 8.5]], "user_id": 9}',
    b'{"history": [{"event_date": "", "item_id": "\xc3\xa9"}], "as_of": null}',
    b'{"history": []}',
    b"",
)
whole = st.lists(st.sampled_from(_LINES), max_size=5).map(b"\n".join)


def read(data: bytes) -> tuple[list[Request], str]:
    """Returns the requests up to the first bad line, and its sentence."""
    found = []
    try:
        for request in read_requests(read_lines(io.BytesIO(data)), "histories.jsonl"):
            found.append(request)
    except UserError as error:
        return found, str(error)
    return found, ""


def check(data: bytes) -> None:
    found, sentence = read(data)
    lines = [number for number, line in enumerate(data.split(b"\n"), 1) if line.strip()]
    if sentence:
        bad = lines[len(found)]
        assert sentence.startswith(f"histories.jsonl, line {bad}: ")
        assert len(sentence) < 1000
        assert sentence.isprintable()
    else:
        assert len(found) == len(lines)
    for request in found:
        for date in (request.as_of, *(event.event_date for event in request.history)):
            assert not date or date_format.is_date(date)
        for event in request.history:
            assert event.item_id
            assert event.item_id.encode()


@given(st.binary(max_size=200))
def test_any_bytes(data):
    check(data)


@given(whole.flatmap(damaged))
def test_damaged_histories(data):
    check(data)


@given(whole)
def test_good_histories_are_all_answered(data):
    assert read(data)[1] == ""


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (b'{"history": [["2016-04-20", "1"]]', "it is not JSON"),
        (b"\0" * 40, "it is not JSON|it is not UTF-8"),
        (b"\xff\xfe{\0}\0", "it is not UTF-8|it is not a JSON|no list `history`"),
        (b"[" * 100_000, "it is nested too deeply"),
        (b'{"history": [%s]}' % (b"[" * 900 + b"]" * 900), "nor an object"),
        (b'{"history": [["2016-04-20", 1e400]]}', "must be text or a number"),
        (b'{"history": [["0000-01-01", 1]]}', "must be a date such as"),
        (b'{"history": [["%s", 1]]}' % (b"9" * 10_000), "must be a date such as"),
        (b'{"%s": 1}' % (b"x" * 10_000), "it has an unknown field 'x"),
        (b'{"history": "%s"}' % (b" " * (17 << 20)), "more than 16,777,216 bytes"),
    ],
    ids=range(10),
)
def test_broken_line_is_one_short_sentence(line, problem):
    _, sentence = read(b'{"history": []}\n\n' + line + b"\nnever read")
    assert sentence.startswith("histories.jsonl, line 3: ")
    assert any(part in sentence for part in problem.split("|"))
    assert len(sentence) < 600


def test_number_of_any_length_is_an_item():
    (request,), _ = read(b'{"history": [["2016-04-20", %s]]}' % (b"9" * 5000))
    assert request.history[0].item_id == "9" * 5000


@pytest.mark.slow
def test_program_ends_with_one_sentence(tmp_path, capsys):
    path = tmp_path / "histories.jsonl"
    good = json.dumps({"history": [["2016-04-20", "a"]]}).encode() + b"\n"
    packed = gzip.compress(good * 9)
    for data in (good + good[:9], packed[:-9], packed[:-9] + b"x", good + b"\xff", b""):
        path.write_bytes(data)
        assert (
            main(["predict", f"--model={catalogue.export()}", f"--input={path}"]) == 1
        )
        (line,) = capsys.readouterr().err.splitlines()
        assert str(path) in line
