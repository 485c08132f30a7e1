"""Charts of a report: what stands in a page for them."""

import json
import re

from trainer.report.charts import bars, intervals, ranked, to_html

MARKUP = "</script><script>alert(1)</script>"


def test_names_from_data_are_no_markup():
    for figure in (
        ranked({MARKUP: 3.0}, "events"),
        bars({MARKUP: {MARKUP: 1.0}, "b": {"x": 2.0}}, "", ""),
        intervals({MARKUP: (0.5, (0.4, 0.6))}, ""),
    ):
        html = to_html(figure, "chart")
        assert MARKUP not in html
        assert "\\u003cscript\\u003ealert(1)" in html


def test_an_interval_is_as_far_from_its_value_as_it_was_measured():
    figure = intervals({"a": (0.5, (0.4, 0.7)), "b": (0.1, None)}, "HR@10", "a")
    # The first name stands at the top, which is the last place of the axis.
    assert [trace.y for trace in figure.data] == [("b",), ("a",)]
    error = figure.data[1].error_x
    assert [error.array[0], error.arrayminus[0]] == [0.7 - 0.5, 0.5 - 0.4]
    assert error.visible
    assert figure.data[1].hovertemplate.startswith("%{x:.4f} [0.4000, 0.7000]")
    # Where none was measured there is no bar.
    assert not figure.data[0].error_x.visible
    assert figure.data[0].hovertemplate.startswith("%{x:.4f}<")


def test_numbers_of_a_chart_stand_in_the_page():
    html = to_html(bars({"users": {"3": 12, "4-5": 7}}, "events", "users"), "lengths")
    assert 'id="lengths"' in html
    (data,) = re.findall(r'"lengths",\s*(\[.*?\]),\s*\{', html, re.DOTALL)
    (series,) = json.loads(data)
    assert (series["x"], series["y"]) == (["3", "4-5"], [12, 7])
