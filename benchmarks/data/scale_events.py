"""A generated log of any size, a chunk at a time.

It is in the order of time, as logs are. Popularity follows the law of Zipf and
Mandelbrot; the activity of users falls with the root of their rank; one more user may
be hot, that is, have a given number of events spread evenly over the log.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from schemas.errors import UserError

Int64s = npt.NDArray[np.int64]

HOT_USER = "hot"
EVENTS_A_USER = 10
CHUNK_EVENTS = 250_000
CHUNKS_A_FILE = 8

_FIRST_DAY = np.datetime64("2016-01-01")
_DAYS = 1_000
# Mandelbrot's shift: with it the first of a million items has a thousandth of all
# events, and not a twentieth.
_SHIFT = 100.0


@dataclass(frozen=True)
class LogSpec:
    """A log to generate.

    Attributes:
      events: all rows, those of the hot user among them.
      items: the catalogue.
      hot: events of the hot user; 0: there is none.
      format: `jsonl` or `parquet`.
      seed: of all draws.
    """

    events: int
    items: int
    hot: int = 0
    format: str = "jsonl"
    seed: int = 0

    @property
    def name(self) -> str:
        """The name of its folder."""
        hot = f"-hot{self.hot}" if self.hot else ""
        return f"{self.events}-{self.items}{hot}-{self.seed}-{self.format}"


def write_log(spec: LogSpec, folder: Path) -> list[Path]:
    """Writes the log, unless its files are there; at most a chunk is in memory.

    Args:
      spec: what to write.
      folder: where; made where it is absent.

    Returns:
      The files, each of `CHUNK_EVENTS` x `CHUNKS_A_FILE` events, in order.

    Raises:
      UserError: they cannot be written.
    """
    chunks = -(-spec.events // CHUNK_EVENTS)
    files = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for first in range(0, chunks, CHUNKS_A_FILE):
            number = first // CHUNKS_A_FILE
            path = folder / f"events-{number:05d}.{spec.format}"
            files.append(path)
            if not path.exists():
                last = min(first + CHUNKS_A_FILE, chunks)
                tables = (events_of(spec, chunk) for chunk in range(first, last))
                _write_file(tables, path)
    except OSError as error:
        raise UserError(
            f"{folder} cannot be written ({error.strerror}); choose another --output."
        ) from error
    return files


def events_of(spec: LogSpec, chunk: int) -> pa.Table:
    """Generates one chunk.

    Args:
      spec: the log.
      chunk: its number, from 0.

    Returns:
      The columns `user_id`, `item_id` and `date` (ISO) as text.
    """
    start = chunk * CHUNK_EVENTS
    numbers = np.arange(start, min(start + CHUNK_EVENTS, spec.events))
    generator = np.random.default_rng([spec.seed, chunk])
    drawn = generator.random((2, len(numbers)))
    users = max((spec.events - spec.hot) // EVENTS_A_USER, 1)
    user = _labels("u", (users * drawn[0] ** 2).astype(np.int64))
    # As many steps of a stair as the hot user has events, evenly over the log.
    is_hot = (numbers + 1) * spec.hot // spec.events > numbers * spec.hot // spec.events
    days = _FIRST_DAY + numbers * _DAYS // spec.events
    return pa.table(
        {
            "user_id": pc.if_else(pa.array(is_hot), HOT_USER, user),
            "item_id": _labels("i", ranks(drawn[1], spec.items)),
            "date": pa.array(np.datetime_as_string(days)),
        }
    )


def ranks(uniform: npt.NDArray[np.float64], items: int) -> Int64s:
    """Turns uniform draws into ranks of items, 0 the most popular.

    The share of rank r is about 1 / (r + 100) / ln(1 + items / 100): the logarithm of
    a shifted rank is uniform.
    """
    spread = np.log1p(items / _SHIFT)
    found = (_SHIFT * np.expm1(uniform * spread)).astype(np.int64)
    capped: Int64s = np.minimum(found, items - 1)
    return capped


def _labels(prefix: str, numbers: Int64s) -> pa.Array:
    return pc.binary_join_element_wise(prefix, pa.array(numbers).cast(pa.string()), "")


def _write_file(tables: Iterator[pa.Table], path: Path) -> None:
    partial = path.with_name(f"{path.name}.partial")
    first = next(tables)
    if path.suffix == ".parquet":
        with pq.ParquetWriter(partial, first.schema) as writer:
            for table in (first, *tables):
                writer.write_table(table)
    else:
        with partial.open("wb") as file:
            for table in (first, *tables):
                file.write(json_lines(table))
    partial.rename(path)


def json_lines(table: pa.Table) -> bytes:
    """Returns a table of plain text, without quotes in it, as JSON lines."""
    parts: list[object] = []
    for number, name in enumerate(table.column_names):
        parts += ['{"' if not number else '", "', f'{name}": "', table.column(name)]
    lines = pc.binary_join_element_wise(*parts, '"}\n', "").combine_chunks()
    if isinstance(lines, pa.ChunkedArray):
        lines = pa.concat_arrays(lines.chunks)
    data = lines.buffers()[2]
    return bytes(memoryview(data)[: len(data)])
