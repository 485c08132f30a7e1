"""The tables of a subject: Markdown to read, JSON to compute with."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.common.machine import describe_machine, machine_lines
from schemas.errors import UserError
from trainer.runs import write_json


@dataclass(frozen=True)
class Table:
    """A table.

    Attributes:
      title: its heading.
      headers: of the columns; all but the first are aligned to the right.
      rows: the cells.
      notes: lines below the table.
    """

    title: str
    headers: Sequence[str]
    rows: Sequence[Sequence[str]]
    notes: Sequence[str] = ()

    def markdown(self) -> list[str]:
        """Returns the lines of heading, table and notes."""
        cells = [[cell.replace("|", "\\|") for cell in row] for row in self.rows]
        columns = list(zip(self.headers, *cells, strict=True))
        widths = [max(map(len, column)) for column in columns]
        rules = ["-" * width for width in widths]
        rules[1:] = [f"{rule[:-1]}:" for rule in rules[1:]]
        lines = [_line(row, widths) for row in (self.headers, rules, *cells)]
        notes = ["", *self.notes] if self.notes else []
        return [f"## {self.title}", "", *lines, *notes]


@dataclass(frozen=True)
class Report:
    """What a subject found.

    Attributes:
      subject: its name, and that of its files.
      title: the heading.
      command: what makes it again.
      notes: what is true of all tables, a sentence each.
      tables: the tables.
      figures: the same as JSON.
    """

    subject: str
    title: str
    command: str
    notes: Sequence[str]
    tables: Sequence[Table]
    figures: dict[str, Any]

    def write(self, output: Path) -> str:
        """Writes `<subject>.md` and `<subject>.json`, and returns the Markdown.

        Raises:
          UserError: they cannot be written.
        """
        machine = describe_machine()
        lines = [
            f"# {self.title}",
            "",
            f"- Command: `{self.command}`",
            *machine_lines(machine),
            *(f"- {note}" for note in self.notes),
        ]
        for table in self.tables:
            lines += ["", *table.markdown()]
        text = "\n".join(lines) + "\n"
        head = {"subject": self.subject, "command": self.command, "machine": machine}
        path = output / f"{self.subject}.md"
        try:
            partial = path.with_name(f"{path.name}.partial")
            partial.write_text(text)
            os.replace(partial, path)
            write_json(path.with_suffix(".json"), {**head, **self.figures})
        except OSError as error:
            raise UserError(
                f"{path} cannot be written ({error.strerror}); choose another --output."
            ) from error
        return text


def make_output(path: str) -> Path:
    """Makes the output folder of a subject.

    Raises:
      UserError: it cannot be made.
    """
    try:
        Path(path).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(
            f"{path} cannot be written ({error.strerror}); choose another --output."
        ) from error
    return Path(path)


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = zip(cells, widths, strict=True)
    aligned = [first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in others)]
    return f"| {' | '.join(aligned)} |"
