"""The closing table of a run."""

from rich.console import Console
from rich.table import Table

from pipeline.parse.rows import REASONS
from schemas.days import iso_date
from schemas.layout import EVAL, ITEM_TABLE, SPLIT_FOLDERS, TEST
from schemas.manifest import Manifest
from schemas.settings import SPLIT_CAVEATS


def print_summary(manifest: Manifest, output: str, seconds: float) -> None:
    """Prints what was read, what became of it, and what was written.

    Args:
      manifest: the data set's manifest.
      output: its folder.
      seconds: how long the run took, all of it.
    """
    table = Table(show_header=False, box=None, pad_edge=False)
    table.add_column(no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    for name, value in summary_rows(manifest, seconds):
        table.add_row(name, value)
    console = Console(stderr=True, highlight=False, markup=False)
    console.print(table)
    split = manifest.split.name
    console.print(
        f"\n{output} is complete. --split {split}: {SPLIT_CAVEATS[split]}.",
        soft_wrap=True,
    )


def summary_rows(manifest: Manifest, seconds: float) -> list[tuple[str, str]]:
    """Returns the lines of the table as names and values."""
    rows, found = manifest.rows, manifest.statistics
    lines = [("rows read", f"{rows.read:,}"), ("  accepted", f"{rows.accepted:,}")]
    lines += [
        (f"  rejected: {REASONS[reason]}", f"{count:,}")
        for reason, count in rows.rejected.items()
    ] or [("  rejected", "0")]
    lines += [
        (f"  dropped by --{flag}", f"{count:,}") for flag, count in rows.dropped.items()
    ]
    lines += [
        ("users", f"{found['users']:,}"),
        (
            f"  with {manifest.window.min_items} events or more",
            f"{found['users_long_enough']:,}",
        ),
        ("items", f"{found['items']:,}"),
        ("  in the vocabulary", f"{manifest.num_items:,}"),
        *_table_row(manifest),
        ("reference day", iso_date(manifest.reference_day)),
    ]
    # A manifest that was read back has its splits in the order of the alphabet.
    for split in sorted(manifest.records, key=SPLIT_FOLDERS.index):
        lines.append((f"{split} windows", f"{manifest.num_records(split):,}"))
        if split in (EVAL, TEST):
            unknown = found[f"{split}_unknown_targets"]
            share = unknown / max(manifest.num_records(split), 1)
            lines.append(("  of them with an unknown target", f"{share:.1%}"))
    lines += [
        ("seconds", f"{seconds:.1f}"),
        ("rows a second", f"{rows.read / max(seconds, 1e-9):,.0f}"),
    ]
    return lines


def _table_row(manifest: Manifest) -> list[tuple[str, str]]:
    """Returns the line of the item table, where there is one."""
    fields = manifest.settings.get("item_fields", [])
    if not fields:
        return []
    items = manifest.statistics["table_items"]
    plural = "s" if len(fields) > 1 else ""
    return [(ITEM_TABLE, f"{items:,} items, {len(fields)} field{plural}")]
