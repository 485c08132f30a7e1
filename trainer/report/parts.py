"""What a section of a report is made of; `page/report.html.j2` draws each kind."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import plotly.graph_objects as go

from trainer.report.charts import to_html

Rows = Sequence[Sequence[str]]


@dataclass(frozen=True)
class Facts:
    """Names and values, side by side."""

    rows: Mapping[str, str]
    kind: str = "facts"


@dataclass(frozen=True)
class Text:
    """A paragraph."""

    text: str
    kind: str = "text"


@dataclass(frozen=True)
class Code:
    """Commands, or what else is read letter by letter."""

    text: str
    title: str = ""
    kind: str = "code"


@dataclass(frozen=True)
class Table:
    """Cells as texts; the first of a row names it. `folded` shows the title alone."""

    columns: Sequence[str]
    rows: Rows
    title: str = ""
    kind: str = "table"


@dataclass(frozen=True)
class Chart:
    """A chart, and its numbers as a table for whoever does not see it.

    Attributes:
      figure: Plotly's.
      identity: the element's id, different on a page.
      caption: what it shows, in a sentence.
      title: above it.
      columns: of the table.
      rows: of the table.
    """

    figure: go.Figure
    identity: str
    caption: str
    title: str = ""
    columns: Sequence[str] = ()
    rows: Rows = ()
    kind: str = "chart"

    @property
    def html(self) -> str:
        """The chart as an element of the page."""
        return to_html(self.figure, self.identity)


Part = Facts | Text | Code | Table | Chart


@dataclass(frozen=True)
class Section:
    """A part of the report that the list at its top leads to.

    Attributes:
      id: the anchor.
      title: the heading.
      parts: in their order.
    """

    id: str
    title: str
    parts: list[Part] = field(default_factory=list)
