"""The default of --latest_date is the day of UTC, wherever the program runs."""

import pytest

from tests.support.programs import run_python

# 26 hours apart, so that at any moment one of the two has another day than UTC.
TIME_ZONES = ("Pacific/Kiritimati", "Etc/GMT+12")

TODAY = """
import time
from pipeline.flags import make_parser
from pipeline.row_flags import to_read_options
args = make_parser().parse_args(["--input=a", "--output=b"])
before = time.time() // 86_400
found = to_read_options(args).latest_day
print(before <= found <= time.time() // 86_400, time.localtime().tm_yday)
"""


def test_today_is_the_day_of_utc():
    found = [run_python("-c", TODAY, TZ=zone).stdout.split() for zone in TIME_ZONES]
    assert [is_today for is_today, _ in found] == ["True", "True"]
    # The zones took effect: their days differ.
    assert len({day for _, day in found}) == 2


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "America/Los_Angeles"])
def test_dates_are_of_utc(zone):
    program = (
        "import pyarrow as pa\n"
        "from pipeline.parse.dates import day_of, parse_dates\n"
        "texts = pa.array(['1461196799', '1461196800000', '2016-04-20T23:59:59',\n"
        "    '2016-04-21', 'April 20, 2016'])\n"
        "moments, _, wrong = parse_dates(texts, ['%B %d, %Y', 'iso', 'unix'])\n"
        "print(*day_of(moments), wrong.any())\n"
    )
    done = run_python("-c", program, TZ=zone)
    assert done.stdout.split() == ["16911", "16912", "16911", "16912", "16911", "False"]
