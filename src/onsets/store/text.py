"""CSV and JSON lines: tables that people read and every language can load."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterator
from itertools import islice
from typing import Any

from onsets.store.sheet import Column, Sheet, iso_times

__all__ = ["csv_blocks", "guard", "jsonl_blocks", "short", "unguard"]

_BLOCK_ROWS = 5000
_FORMULA = ("=", "+", "-", "@", "'")


def short(value: float) -> str:
    """Return a number to six significant digits, empty when unknown.

    Six digits are finer than any probability, SNR or amplitude is known, hide the noise of float32
    and are stable: reading and writing again gives the same text.

    Examples
    --------
    >>> short(0.8700000047683716), short(float("nan")), short(1234567.0)
    ('0.87', '', '1.23457e+06')
    """
    return "" if math.isnan(value) else f"{value:.6g}"


def guard(text: str) -> str:
    """Return a cell that a spreadsheet takes as text and never runs as a formula.

    A cell that begins with ``= + - @`` is prefixed with ``'``; so is one that begins with ``'``,
    which makes :func:`unguard` exact.
    """
    return "'" + text if text.startswith(_FORMULA) else text


def unguard(text: str) -> str:
    """Undo :func:`guard`."""
    return text[1:] if text[:1] == "'" and text[1:].startswith(_FORMULA) else text


def _cells(column: Column) -> list[str]:
    if column.kind == "time":
        return iso_times(column.values)  # type: ignore[arg-type]
    if column.kind == "text":
        return [guard(text) for text in column.values]
    values = column.values.tolist()  # type: ignore[union-attr]
    if column.kind == "place":
        return ["" if math.isnan(value) else f"{value:.9g}" for value in values]
    return [short(value) if column.kind == "number" else str(value) for value in values]


def csv_blocks(sheet: Sheet, header: bool = True) -> Iterator[str]:
    """Yield a table as CSV, some thousand rows at a time.

    Header first, comma separated, quoted where needed, ``\\n`` line ends, UTF-8 when encoded.
    Unknown numbers are empty, numbers have six significant digits (:func:`short`), times are
    ISO 8601 UTC with microseconds, text is guarded against formulas (:func:`guard`).

    Parameters
    ----------
    sheet : Sheet
        The table.
    header : bool
        False for what goes on a table that was begun.

    Yields
    ------
    str
        Whole lines.
    """
    rows = zip(*(_cells(column) for column in sheet.columns), strict=True)
    block = [*([tuple(sheet.names)] if header else []), *islice(rows, _BLOCK_ROWS)]
    while block:
        buffer = io.StringIO(newline="")
        csv.writer(buffer, lineterminator="\n").writerows(block)
        yield buffer.getvalue()
        block = list(islice(rows, _BLOCK_ROWS))


def _json_number(value: float) -> float | str | None:
    if math.isnan(value):
        return None
    return float(short(value)) if math.isfinite(value) else str(value)


def _values(column: Column) -> list[Any]:
    if column.kind == "time":
        return iso_times(column.values)  # type: ignore[arg-type]
    if column.kind == "text":
        return list(column.values)
    values = column.values.tolist()  # type: ignore[union-attr]
    if column.kind == "place":
        return [None if math.isnan(value) else float(f"{value:.9g}") for value in values]
    return [_json_number(value) if column.kind == "number" else value for value in values]


def jsonl_blocks(sheet: Sheet) -> Iterator[str]:
    """Yield a table as JSON lines, one object a row, keys in the order of the columns.

    Unknown numbers are null; infinity, which JSON has not, is the string ``inf`` or ``-inf``;
    numbers and times as in :func:`csv_blocks`.

    Parameters
    ----------
    sheet : Sheet
        The table.

    Yields
    ------
    str
        Whole lines.
    """
    names = sheet.names
    rows = zip(*(_values(column) for column in sheet.columns), strict=True)
    while block := list(islice(rows, _BLOCK_ROWS)):
        lines = (
            json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False, allow_nan=False)
            for row in block
        )
        yield "\n".join(lines) + "\n"
