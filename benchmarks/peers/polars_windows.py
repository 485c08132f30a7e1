"""Windows and buckets by hand with polars, in memory; needs polars alone.

    python polars_windows.py REVIEWS.jsonl

It reads what the pipeline reads (user, item and date of JSON lines), sorts each user's
events, gives items ids by frequency and days quantile buckets, and makes windows of
five with their target. It does not split, validate, encode or write. It prints a line
of JSON with `seconds` and `windows`.
"""

import json
import sys
import time

MAX_LENGTH, MIN_ITEMS, DAY_BUCKETS = 5, 3, 100


def main(argv):
    """Makes the windows once."""
    import polars as pl

    (path,) = argv
    start = time.perf_counter()
    events = (
        pl.scan_ndjson(
            path,
            schema={
                "user_id": pl.String,
                "item_id": pl.String,
                "review_date": pl.String,
            },
        )
        .with_columns(pl.col("review_date").str.to_date("%B %d, %Y"))
        .sort("user_id", "review_date", maintain_order=True)
        .collect()
    )
    vocabulary = (
        events["item_id"].value_counts(sort=True).with_row_index("item", offset=1)
    )
    events = events.join(
        vocabulary.select("item_id", "item"), on="item_id", how="left"
    ).with_columns(
        age=(pl.col("review_date").max() - pl.col("review_date")).dt.total_days()
    )
    quantiles = [k / DAY_BUCKETS for k in range(1, DAY_BUCKETS)]
    edges = sorted({events["age"].quantile(q) for q in quantiles})
    events = events.with_columns(
        bucket=pl.lit(pl.Series(edges))
        .search_sorted(pl.col("age"), side="right")
        .add(1)
    ).with_columns(
        place=pl.int_range(pl.len()).over("user_id"), length=pl.len().over("user_id")
    )
    # The events of a user stand together, so that a shift of the whole column will do.
    places = range(MAX_LENGTH, 0, -1)
    windows = events.with_columns(
        pl.when(pl.col("place") >= k)
        .then(pl.col(name).shift(k))
        .otherwise(0)
        .alias(f"{name}_{k}")
        for name in ("item", "bucket")
        for k in places
    ).filter(
        (pl.col("length") >= MIN_ITEMS)
        & ((pl.col("place") >= MAX_LENGTH) | (pl.col("place") == pl.col("length") - 1))
    )
    arrays = [
        windows.select(f"{name}_{k}" for k in places).to_numpy()
        for name in ("item", "bucket")
    ]
    seconds = time.perf_counter() - start
    print(json.dumps({"seconds": seconds, "windows": len(arrays[0])}))


if __name__ == "__main__":
    main(sys.argv[1:])
