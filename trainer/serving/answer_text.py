"""Answers as text: a table for people, a JSON line for programs."""

import json
import sys

from trainer.data.item_table import ItemTable
from trainer.serving.client import Recommendation
from trainer.serving.requests import Request

# Of an attribute in a table.
_SHOWN_CHARACTERS = 40


def heading(request: Request, number: int) -> str:
    """Returns whose answer follows, and the end of the history."""
    latest = ", ".join(f"{date} {item}" for date, item in request.history[-3:])
    name = f"user {request.user_id}" if request.user_id else f"history {number}"
    return f"{name} ({latest})" if latest else name


def table(
    recommendations: list[Recommendation], attributes: ItemTable | None = None
) -> str:
    """Returns aligned text, one item a line, the header first."""
    if not recommendations:
        return "no item is left to recommend"
    fields = [] if attributes is None else list(attributes.fields)
    rows = [("rank", "item_id", "score", *fields)]
    for rank, (item_id, score) in enumerate(recommendations, start=1):
        of_item = {} if attributes is None else attributes.attributes(item_id)
        values = (_shortened(value or "") for value in of_item.values())
        rows.append((str(rank), item_id, f"{score:.4f}", *values))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    aligned = (">", "<", ">", *"<" * len(fields))
    return "\n".join(
        "  ".join(map("{:{}{}}".format, row, aligned, widths)).rstrip() for row in rows
    )


def _shortened(text: str) -> str:
    shown = text[: _SHOWN_CHARACTERS - 3]
    return text if len(text) <= _SHOWN_CHARACTERS else f"{shown}..."


def json_line(
    request: Request,
    recommendations: list[Recommendation],
    attributes: ItemTable | None = None,
) -> str:
    """Returns one JSON object: the user, where named, and the items."""
    user = {} if request.user_id is None else {"user_id": request.user_id}
    items = [recommendation._asdict() for recommendation in recommendations]
    if attributes is not None:
        for item in items:
            item["attributes"] = attributes.attributes(item["item_id"])
    # Where the locale is not UTF-8 the line is no other JSON, but written in ASCII.
    # What stands for stdout, such as a StringIO, may have no encoding: it takes text.
    encoding = getattr(sys.stdout, "encoding", None)
    is_utf8 = encoding is None or encoding.lower() in ("utf-8", "utf8")
    return json.dumps({**user, "recommendations": items}, ensure_ascii=not is_utf8)
