"""Reviews with attributes of items, and the item table that follows from them."""

import random
from typing import Any

FIELDS = ("category", "body type")


def attribute_log(count: int = 400) -> list[dict[str, Any]]:
    """Returns reviews with many on one day; attributes change, and are often missing.

    Item 7 comes on a day after all others, so that no training window holds it.
    """
    generator = random.Random(3)
    rows = [
        {
            "user_id": generator.randrange(40),
            "item_id": generator.randrange(7),
            "date": f"2016-04-{generator.randint(1, 9):02}",
            "category": generator.choice(["gown", "dress", "top", "", None]),
            "body type": generator.choice(["petite", "tall é", None]),
        }
        for _ in range(count)
    ]
    late = {"item_id": 7, "date": "2016-05-01", "category": "of item 7 alone"}
    return rows + [{"user_id": user, **late, "body type": None} for user in range(9)]


def latest_values(
    rows: list[dict[str, Any]], fields: tuple[str, ...] = FIELDS
) -> dict[str, dict[str, str | None]]:
    """Returns each item's values by the rule, a row at a time."""
    table: dict[str, dict[str, str | None]] = {}
    for row in sorted(rows, key=lambda row: row["date"]):
        of_item = table.setdefault(str(row["item_id"]), dict.fromkeys(fields))
        of_item.update({name: row[name] for name in fields if row[name]})
    return dict(sorted(table.items()))
