"""Tables of datasets: CSV of any length to columns, in blocks, so that memory stays small."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from onsets.datasets.dataset import COLUMNS, Rows
from onsets.errors import CatalogueError, ConfigError, nearest

__all__ = ["BLOCK", "UNKNOWN", "Cells", "first_number", "joined_blocks", "read_blocks"]

BLOCK = 20_000
"""Rows that are text at one time."""

UNKNOWN = frozenset({"", "none", "nan", "null", "nat", "na", "n/a"})
"""What tables write where they know nothing (any case)."""

_FIRST_YEAR, _LAST_YEAR = 1678, 2261


class Cells:
    """Some rows of a table as text, and what in them could not be read.

    Parameters
    ----------
    path : str
        For messages.
    first : int
        Number of the first row, 0 for the first below the header.
    columns : dict of str to sequence of str
        The table's own columns.

    Attributes
    ----------
    faults : dict of int to str
        Row of this block -> why it cannot be used.
    """

    def __init__(self, path: str, first: int, columns: dict[str, Sequence[str]]) -> None:
        self.path, self.first, self.columns = path, first, columns
        self.faults: dict[int, str] = {}

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()), ()))

    def texts(self, *names: str) -> list[str]:
        """Return the first of these columns that the table has, stripped, empty where unknown."""
        for name in names:
            if name in self.columns:
                stripped = [text.strip() for text in self.columns[name]]
                return [text if text.lower() not in UNKNOWN else "" for text in stripped]
        return [""] * len(self)

    def numbers(self, *names: str, read: Callable[[str], float] = float) -> npt.NDArray[np.float64]:
        """Return numbers, NaN where unknown; a cell that is none becomes a fault of its row."""
        out = np.full(len(self), np.nan)
        for i, text in enumerate(self.texts(*names)):
            if text:
                try:
                    out[i] = read(text)
                except (ValueError, OverflowError):
                    name = next(name for name in names if name in self.columns)
                    self.faults.setdefault(i, f"{name} is {text[:40]!r}, expected a number")
        return out

    def levels(self, *names: str) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Return mean and least of the numbers in these columns, whose cells may hold lists."""
        mean, least = np.full(len(self), np.nan), np.full(len(self), np.nan)
        columns = [self.columns[name] for name in names if name in self.columns]
        for i, cells in enumerate(zip(*columns, strict=True)):
            values = [value for cell in cells for value in _listed(cell) if math.isfinite(value)]
            if values:
                mean[i], least[i] = sum(values) / len(values), min(values)
        return mean, least

    def times(self, *names: str) -> npt.NDArray[np.datetime64]:
        """Return times of ISO 8601 texts (UTC), NaT where unknown; others become faults."""
        out = np.full(len(self), np.datetime64("NaT"), dtype="M8[ns]")
        for i, text in enumerate(self.texts(*names)):
            if not text:
                continue
            plain = text.removesuffix("Z").removesuffix("+00:00")
            try:
                if not _FIRST_YEAR <= int(plain[:4]) <= _LAST_YEAR:
                    raise ValueError
                out[i] = np.datetime64(plain, "ns")
            except (ValueError, TypeError):
                name = next(name for name in names if name in self.columns)
                self.faults.setdefault(i, f"{name} is {text[:40]!r}, expected an ISO 8601 time (UTC)")
        return out


def first_number(text: str) -> float:
    """Return the first number of a text such as ``[[2896.]]`` or ``2896``; NaN of an empty list.

    Examples
    --------
    >>> first_number("[[2896.]]")
    2896.0
    """
    words = _words(text)
    return float(words[0]) if words else math.nan


def _words(text: str) -> list[str]:
    return text.strip("[] \t").replace(",", " ").split()


def _listed(text: str) -> list[float]:
    """Return the numbers of ``[56.8 55.4 47.4]``; none if it is no such list."""
    try:
        return [float(word) for word in _words(text)]
    except ValueError:
        return []


def read_blocks(path: Path, required: Sequence[str], block: int = BLOCK) -> Iterator[Cells]:
    """Read a CSV file some rows at a time.

    Parameters
    ----------
    path : Path
    required : sequence of str
        Columns that must be there.
    block : int
        Rows in each piece.

    Yields
    ------
    Cells
        At least one, which may be empty.

    Raises
    ------
    ConfigError
        If there is no such file.
    CatalogueError
        If it is no UTF-8 CSV, lacks a column, or a line has too few or too many cells.
    """
    if not path.is_file():
        raise ConfigError(f"no table {path}")
    try:
        with open(path, newline="", encoding="utf-8-sig") as handle:
            yield from _blocks(csv.reader(handle), str(path), required, block)
    except (csv.Error, UnicodeDecodeError) as error:
        raise CatalogueError(f"{path} is no CSV table in UTF-8: {error}") from error


def _blocks(reader: Any, path: str, required: Sequence[str], block: int) -> Iterator[Cells]:
    header = [name.strip() for name in next(reader, [])]
    for name in required:
        if name not in header:
            raise CatalogueError(f"{path} has no column {name!r}; {nearest(name, header or ['a header'])}")
    done, rows = 0, []
    for row in reader:
        if not row:
            continue
        if len(row) != len(header):
            raise CatalogueError(
                f"{path}, line {reader.line_num}: got {len(row)} cells, expected {len(header)}"
            )
        rows.append(row)
        if len(rows) == block:
            yield Cells(path, done, dict(zip(header, zip(*rows, strict=True), strict=True)))
            done, rows = done + len(rows), []
    if rows or not done:
        columns: Any = zip(*rows, strict=True) if rows else [()] * len(header)
        yield Cells(path, done, dict(zip(header, columns, strict=True)))


def joined_blocks(blocks: Sequence[Rows]) -> Rows:
    """Put the columns of blocks one after another."""
    return {name: np.concatenate([block[name] for block in blocks]) for name in COLUMNS}
