"""Small tables of reviews for runs of the pipeline, and what the runs leave."""

from collections.abc import Sequence
from pathlib import Path

HEADER = "user_id,item_id,date,rating\n"


ITEMS = tuple(f"i{number}" for number in range(7))


def rows(
    num_users: int, num_events: int = 4, items: Sequence[str] = ITEMS
) -> list[str]:
    """Returns lines of CSV: each user takes items in a row, an item a day."""
    return [
        f"u{user},{items[(user + event) % len(items)]},"
        f"2016-04-{event + 1:02},{event + 1}\n"
        for user in range(num_users)
        for event in range(num_events)
    ]


def write(path: Path, lines: list[str]) -> Path:
    """Writes lines below the header and returns the path."""
    path.write_text(HEADER + "".join(lines))
    return path


def entries(folder: Path) -> dict[str, bytes]:
    """Returns every path of a folder and its bytes."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(Path(folder).rglob("*"))
        if path.is_file()
    }
