"""What a new user copies from the README, on files in the formats that it names.

That of Rent the Runway is the sample's, which tests/test_scripts.py runs.
"""

import csv
import gzip
import json
import os
import shlex
import subprocess
from datetime import UTC, datetime

import pytest

from schemas.layout import MANIFEST
from tests.support.clones import make_clone, needs_venv
from tests.support.programs import ROOT
from tests.support.records import read_manifest

README = (ROOT / "README.md").read_text()


@pytest.fixture(scope="module")
def reviews(sample_reviews):
    """Rows of the sample: user, item, Unix seconds, rating from 1 to 5."""
    rows = [json.loads(line) for line in sample_reviews.read_text().splitlines()]
    return [
        (
            row["user_id"],
            row["item_id"],
            int(
                datetime.strptime(row["review_date"], "%B %d, %Y")
                .replace(tzinfo=UTC)
                .timestamp()
            ),
            float(row.get("rating") or 10) / 2,
        )
        for row in rows
    ]


def write_amazon(path, reviews):
    with gzip.open(path, "wt") as file:
        for user, item, seconds, rating in reviews:
            day = datetime.fromtimestamp(seconds, UTC)
            row = {
                "reviewerID": f"A{user}",
                "asin": f"B{item:0>9}",
                "reviewerName": "somebody",
                "helpful": [0, 0],
                "reviewText": "It is, after all, a review.",
                "overall": rating,
                "summary": "a review",
                "unixReviewTime": seconds,
                "reviewTime": f"{day:%m} {day.day}, {day.year}",
            }
            file.write(json.dumps(row) + "\n")


def write_movielens(path, reviews):
    path.parent.mkdir()
    with open(path, "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["userId", "movieId", "rating", "timestamp"])
        writer.writerows(
            (user, item, rating, seconds) for user, item, seconds, rating in reviews
        )


@pytest.mark.slow
@pytest.mark.timeout(900)
@needs_venv
@pytest.mark.parametrize(
    ("schema", "write", "all_kept"),
    [
        ("amazon_reviews", write_amazon, True),
        ("movielens", write_movielens, False),
    ],
)
def test_the_command_of_a_public_data_set_runs_as_it_stands(
    tmp_path, reviews, schema, write, all_kept
):
    (line,) = [
        line
        for line in README.splitlines()
        if line.startswith("./run_local.sh ") and f"--schema {schema}" in line
    ]
    script, file, output, *flags = shlex.split(line)
    clone = make_clone(tmp_path / "clone")
    write(clone / file, reviews)
    done = subprocess.run(
        ["bash", script, file, output, *flags],
        cwd=clone,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        env={**os.environ, "COLUMNS": "100"},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Done in " in done.stdout
    manifest = read_manifest(clone / output / "data")
    assert manifest.rows.read == manifest.rows.accepted == len(reviews)
    assert (sum(manifest.rows.dropped.values()) == 0) == all_kept
    for path in (f"data/{MANIFEST}", "run/report.html", "run/evaluation-test.json"):
        assert (clone / output / path).exists()
