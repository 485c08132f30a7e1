"""The maker of synthetic reviews that the tests, the demo and the benchmarks use.

The rows have the shape of the Rent the Runway review set: the same fields, missing
values at similar rates, many users with one or two rows and a few with hundreds. Words
and figures are the project's own. What a user takes next follows from what the same
user took before and from the season, so that there is an order to learn.
"""

from pipeline.sample.events import Events, make_events
from pipeline.sample.json_lines import write_json_lines
from pipeline.sample.reviews import make_reviews, review_tables
from pipeline.sample.settings import SampleSettings

__all__ = [
    "Events",
    "SampleSettings",
    "make_events",
    "make_reviews",
    "review_tables",
    "write_json_lines",
]
