"""The notebook's own way: a selection from the whole frame for each user.

    python notebook_windows.py REVIEWS.jsonl

Reads with pandas, and for each user selects, sorts and cuts windows of five in Python
lists; days become buckets of equal width. It prints a line of JSON with `seconds` and
`windows`.
"""

import json
import sys
import time

MAX_LENGTH, MIN_ITEMS, DAY_BUCKETS = 5, 3, 100


def main(argv):
    """Makes the windows once."""
    import numpy as np
    import pandas as pd

    (path,) = argv
    start = time.perf_counter()
    reviews = pd.read_json(path, lines=True, dtype=False)
    reviews["date"] = pd.to_datetime(reviews["review_date"], format="%B %d, %Y")
    reviews["nb_days"] = (reviews["date"].max() - reviews["date"]).dt.days
    items, days, targets = [], [], []
    for user in reviews["user_id"].unique():
        history = reviews[reviews["user_id"] == user].sort_values("date")
        if len(history) < MIN_ITEMS:
            continue
        ids, ages = history["item_id"].tolist(), history["nb_days"].tolist()
        first = 0
        while True:
            last = min(first + MAX_LENGTH, len(ids) - 1)
            blank = [0] * (MAX_LENGTH - (last - first))
            items.append(blank + ids[first:last])
            days.append(blank + ages[first:last])
            targets.append(blank + ids[first + 1 : last + 1])
            if last == len(ids) - 1:
                break
            first += 1
    names = {name: k for k, name in enumerate(reviews["item_id"].unique(), start=1)}
    names[0] = 0
    encoded = [
        np.array([[names[item] for item in row] for row in rows])
        for rows in (items, targets)
    ]
    edges = np.linspace(0, max(map(max, days)), DAY_BUCKETS).astype(int)
    buckets = np.digitize(np.array(days), edges)
    seconds = time.perf_counter() - start
    assert len(encoded[0]) == len(buckets)
    print(json.dumps({"seconds": seconds, "windows": len(buckets)}))


if __name__ == "__main__":
    main(sys.argv[1:])
