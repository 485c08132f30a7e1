"""Charts of a report: Plotly's, in colours that the page sets for light and dark."""

from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

# Okabe and Ito's colours, which the colour-blind tell apart, in both modes.
COLOURS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00")
_MUTED = "rgba(128, 128, 128, 0.75)"
_GRID = "rgba(128, 128, 128, 0.25)"
_HEIGHT = 300
_ROW_HEIGHT = 26


def bars(
    series: Mapping[str, Mapping[str, float]],
    x_title: str,
    y_title: str,
    is_date: bool = False,
) -> go.Figure:
    """Returns stacked bars.

    Args:
      series: by the name of a series, its values by category, in order.
      x_title: what the categories are.
      y_title: what the values are, with the unit.
      is_date: whether the categories are dates such as `2017-03`.
    """
    figure = go.Figure()
    for (name, values), colour in zip(series.items(), COLOURS, strict=False):
        figure.add_bar(
            x=list(values), y=list(values.values()), name=name, marker_color=colour
        )
    figure.update_layout(barmode="stack", showlegend=len(series) > 1)
    figure.update_xaxes(type="date" if is_date else "category", nticks=12)
    return _laid_out(figure, x_title, y_title)


def ranked(values: Mapping[str, float], x_title: str) -> go.Figure:
    """Returns one horizontal bar for each name, the first at the top."""
    names, numbers = list(values)[::-1], list(values.values())[::-1]
    figure = go.Figure(
        go.Bar(x=numbers, y=names, orientation="h", marker_color=COLOURS[0])
    )
    figure.update_yaxes(type="category", automargin=True)
    return _laid_out(figure, x_title, "", _ROW_HEIGHT * len(names) + 90)


def curves(
    epochs: Sequence[int],
    series: Mapping[str, Sequence[float]],
    y_title: str,
    best_epoch: int | None = None,
) -> go.Figure:
    """Returns a line for each series over the epochs, the best epoch marked."""
    figure = go.Figure()
    for (name, values), colour in zip(series.items(), COLOURS, strict=False):
        figure.add_scatter(
            x=list(epochs),
            y=list(values),
            name=name,
            mode="lines+markers",
            line_color=colour,
        )
    if best_epoch is not None:
        figure.add_vline(
            x=best_epoch, line_dash="dot", line_color=_MUTED, annotation_text="best"
        )
    figure.update_layout(showlegend=len(series) > 1)
    figure.update_xaxes(tickformat="d", dtick=max(1, len(epochs) // 10))
    return _laid_out(figure, "epoch", y_title)


def intervals(
    rows: Mapping[str, tuple[float, tuple[float, float] | None]],
    x_title: str,
    first: str = "",
) -> go.Figure:
    """Returns a point with its interval for each name, the first name at the top.

    Args:
      rows: by name the value, and low and high; None for no interval.
      x_title: the measure.
      first: the name to stand out; empty for none.
    """
    names = list(rows)[::-1]
    values = [rows[name] for name in names]
    colours = [COLOURS[0] if name == first or not first else _MUTED for name in names]
    figure = go.Figure()
    # Error bars of one trace have one colour.
    for name, (value, interval), colour in zip(names, values, colours, strict=True):
        # No bar at all: one of no width would look certain.
        low, high = interval or (value, value)
        bounds = f" [{low:.4f}, {high:.4f}]" if interval else ""
        figure.add_scatter(
            x=[value],
            y=[name],
            mode="markers",
            marker={"color": colour, "size": 9},
            error_x={
                "type": "data",
                "symmetric": False,
                "array": [high - value],
                "arrayminus": [value - low],
                "color": colour,
                "visible": interval is not None,
            },
            hovertemplate=f"%{{x:.4f}}{bounds}<extra></extra>",
        )
    figure.update_layout(showlegend=False)
    figure.update_yaxes(type="category", automargin=True)
    figure.update_xaxes(rangemode="tozero")
    return _laid_out(figure, x_title, "", _ROW_HEIGHT * len(names) + 110)


def to_html(figure: go.Figure, identity: str) -> str:
    """Returns a figure as an element of a page that holds Plotly's library.

    Args:
      figure: the figure.
      identity: the element's id.
    """
    text: str = figure.to_html(
        full_html=False,
        include_plotlyjs=False,
        div_id=identity,
        default_height=f"{figure.layout.height}px",
        config={"responsive": True, "displayModeBar": False, "displaylogo": False},
    )
    return text


def _laid_out(
    figure: go.Figure, x_title: str, y_title: str, height: int = _HEIGHT
) -> go.Figure:
    axis: dict[str, Any] = {"gridcolor": _GRID, "zerolinecolor": _GRID}
    figure.update_layout(
        template="none",
        height=height,
        margin={"l": 60, "r": 16, "t": 24, "b": 56},
        paper_bgcolor="rgba(0, 0, 0, 0)",
        plot_bgcolor="rgba(0, 0, 0, 0)",
        font_family="inherit",
        legend={"orientation": "h", "y": 1.12, "x": 0},
        hoverlabel={"font_family": "inherit"},
    )
    figure.update_xaxes(title={"text": x_title, "standoff": 8}, automargin=True, **axis)
    figure.update_yaxes(title_text=y_title, **axis)
    return figure
