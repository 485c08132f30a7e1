"""Names of months are English, whatever the locale of the process is."""

import json

import pytest

from tests.support.programs import run_python
from tests.support.surroundings import make_locale

PROGRAM = """
import json, locale, sys
from concurrent.futures import ThreadPoolExecutor
locale.setlocale(locale.LC_ALL, "")
import pyarrow as pa
from pipeline.parse.dates import check_format, parse_dates
from pipeline.parse.review_schema import load_review_schema

def parse(texts):
    formats = ["%a, %d %b %Y %I:%M %p"]
    check_format(*formats)
    formats += load_review_schema("rent_the_runway").date_formats
    moments, missing, wrong = parse_dates(pa.array(texts), formats)
    return moments.tolist(), wrong.tolist()

texts = json.loads(sys.argv[1])
with ThreadPoolExecutor(4) as threads:
    found = list(threads.map(parse, [texts] * 20))
print(json.dumps([locale.setlocale(locale.LC_TIME), found]))
"""

MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August"),
    *("September", "October", "November", "December"),
)
NOT_ENGLISH = ["März 3, 2016", "Mart 3, 2016", "Mai 3, 2016", "Do, 03 Mär 2016 01:00 "]
DAY, LATE = 86_400_000, 23 * 3_600_000


@pytest.mark.parametrize("source", ["C", "tr_TR", "de_DE", "ar_SA"])
def test_months_are_read_in_english_under_any_locale(source, tmp_path):
    name = source if source == "C" else f"{source}.UTF-8"
    environment: dict[str, str] | None = {"LC_ALL": "C"}
    if source != "C":
        environment = make_locale(tmp_path, name, source, "UTF-8")
    if environment is None:
        pytest.skip(f"this system cannot make the locale {name}")
    # The third of each month of 2016; its January 3rd is day 16803.
    texts = [f"{month} 3, 2016" for month in MONTHS]
    days = [16803, 16834, 16863, 16894, 16924, 16955, 16985, 17016, 17047, 17077]
    days += [17108, 17138]
    texts += [f"Thu, 03 {MONTHS[2][:3]} 2016 11:00 PM", *NOT_ENGLISH]
    expected = [
        [*(day * DAY for day in days), 16863 * DAY + LATE, *[0] * len(NOT_ENGLISH)],
        [False] * 13 + [True] * len(NOT_ENGLISH),
    ]
    done = run_python("-c", PROGRAM, json.dumps(texts), **environment)
    assert done.returncode == 0, done.stderr
    # Also where threads parse at once, and the caller's locale is as it was.
    assert json.loads(done.stdout) == [name, [expected] * 20]
