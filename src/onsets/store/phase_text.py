"""What the text files of location programs share: lines, clocks, station codes, rows by event."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from onsets.errors import CatalogueError
from onsets.store.atomic import replacing
from onsets.tables import Assignments

__all__ = ["clock", "clock_ns", "lines_of", "rows_by_event", "station_code", "text_lines", "write_lines"]


def text_lines(path: str | Path) -> list[str]:
    """Return the lines of a text file, unpacked if its name ends in ``.gz``.

    Raises
    ------
    CatalogueError
        If it cannot be read.
    """
    import gzip

    try:
        data = Path(path).read_bytes()
        if str(path).endswith(".gz"):
            data = gzip.decompress(data)
    except (OSError, EOFError) as error:
        what = getattr(error, "strerror", None) or error
        raise CatalogueError(f"{path} cannot be read: {what}") from error
    return data.decode("utf-8", errors="replace").splitlines()


@contextmanager
def lines_of(path: str | Path) -> Iterator[Iterator[str]]:
    """Go through the lines of a text file; what is wrong with one is told with file and line.

    A ValueError or IndexError of the body becomes a CatalogueError that shows the line reached.

    Raises
    ------
    CatalogueError
        With file and line, or if the file cannot be read.
    """
    lines, number, line = text_lines(path), 0, ""

    def each() -> Iterator[str]:
        nonlocal number, line
        for line in lines:
            number += 1
            yield line

    try:
        yield each()
    except (ValueError, IndexError) as error:
        raise CatalogueError(f"{path}, line {number}: {line.strip()[:60]!r}: {error}") from error


def write_lines(path: str | Path, lines: Iterable[str]) -> None:
    """Write a text file, whole or not at all.

    Raises
    ------
    StoreError
        If it cannot be written.
    """
    with replacing(path) as handle:
        for line in lines:
            handle.write(f"{line}\n".encode())


def clock_ns(year: int, month: int, day: int, hour: int, minute: int, seconds: float) -> int:
    """Return ns since 1970 UTC; seconds may be 60 or more, or negative."""
    days = int(np.datetime64(f"{year:04d}-{month:02d}-{day:02d}", "D").astype(np.int64))
    return ((days * 24 + hour) * 60 + minute) * 60 * 10**9 + round(seconds * 1e6) * 1000


def clock(time_ns: int) -> tuple[int, int, int, int, int, float]:
    """Return year, month, day, hour, minute and seconds of a time."""
    stamp = np.datetime64(int(time_ns) // 1000, "us")
    day = stamp.astype("M8[D]")
    year, month, of_month = (int(part) for part in str(day).split("-"))
    rest = int((stamp - day).astype(np.int64))
    return year, month, of_month, rest // 3_600_000_000, rest // 60_000_000 % 60, rest % 60_000_000 / 1e6


def station_code(station_id: str) -> str:
    """Return the code that formats without network know, at most 7 characters: ``STA`` of ``NET.STA.LOC``."""
    return (station_id.split(".")[1] if "." in station_id else station_id)[:7]


def rows_by_event(assignments: Assignments) -> dict[str, list[int]]:
    """Return the rows of each event, in the order of the table."""
    rows: dict[str, list[int]] = {}
    for row, name in enumerate(assignments.event_id.tolist()):
        rows.setdefault(name, []).append(row)
    return rows
