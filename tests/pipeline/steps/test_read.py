import os

import apache_beam as beam
import pytest
from apache_beam.runners.portability.fn_api_runner import FnApiRunner
from apache_beam.testing.util import assert_that, equal_to

from pipeline.options import ReadOptions
from pipeline.parse.review_schema import ReviewSchema
from pipeline.steps.read import ReadEvents

# Warnings of Beam are none of this program's.
pytestmark = pytest.mark.filterwarnings("default")

SCHEMA = ReviewSchema("user_id", "item_id", "date", ("iso",))


@pytest.mark.parametrize("name", ["re\u00e9.csv", os.fsdecode(b"re\xff.csv")])
@pytest.mark.parametrize("pattern", ["re*.csv", None])
def test_a_file_is_read_whatever_the_bytes_of_its_name(tmp_path, name, pattern):
    path = tmp_path / name
    path.write_text("user_id,item_id,date\nu,i,2016-04-20\nv,j,2016-04-21\n")
    patterns = [str(tmp_path / (pattern or name))]
    with beam.Pipeline(FnApiRunner()) as pipeline:
        reading = pipeline | ReadEvents(patterns, ReadOptions(SCHEMA), 1)
        accepted = reading.account | "Accepted" >> beam.Map(lambda a: a.accepted)
        assert_that(accepted, equal_to([2]))
