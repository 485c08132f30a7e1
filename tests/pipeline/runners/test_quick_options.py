"""Options whose views are made once behave as Beam's."""

import copy
import pickle

import pytest
from apache_beam.options.pipeline_options import (
    DebugOptions,
    DirectOptions,
    PipelineOptions,
    SetupOptions,
    StandardOptions,
)

from pipeline.runners.quick_options import QuickOptions

FLAGS = ["--runner=PrismRunner", "--direct_num_workers=3", "--experiments=a"]


def test_a_view_is_made_once():
    options = QuickOptions(FLAGS)
    assert options.view_as(SetupOptions) is options.view_as(SetupOptions)


def test_values_are_those_of_beam():
    quick, plain = QuickOptions(FLAGS), PipelineOptions(FLAGS)
    assert quick.get_all_options() == plain.get_all_options()
    for view in (DirectOptions, StandardOptions, DebugOptions):
        assert quick.view_as(view).display_data() == plain.view_as(view).display_data()


def test_a_change_by_one_view_shows_in_all():
    options = QuickOptions(FLAGS)
    options.view_as(DebugOptions).add_experiment("b")
    options.view_as(StandardOptions).streaming = True
    assert options.view_as(DebugOptions).experiments == ["a", "b"]
    assert options.get_all_options()["streaming"] is True
    view = options.view_as(StandardOptions).view_as(DebugOptions)
    assert view.experiments == ["a", "b"]


@pytest.mark.parametrize(
    "copied", [copy.deepcopy, lambda o: pickle.loads(pickle.dumps(o))]
)
def test_a_copy_has_views_of_its_own(copied):
    options = QuickOptions(FLAGS)
    options.view_as(StandardOptions).streaming = False
    other = copied(options)
    other.view_as(StandardOptions).streaming = True
    assert options.view_as(StandardOptions).streaming is False
    assert other.get_all_options()["streaming"] is True
    assert other.view_as(DirectOptions).direct_num_workers == 3
