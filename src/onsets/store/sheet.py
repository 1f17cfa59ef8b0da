"""A table as named columns of one kind each: what every file format is written from."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from onsets.tables import (
    AMPLITUDE_COLUMNS,
    ASSIGNMENT_COLUMNS,
    DETECTION_COLUMNS,
    EVENT_COLUMNS,
    LEDGER_COLUMNS,
    PICK_COLUMNS,
    Amplitudes,
    Assignments,
    Detections,
    Events,
    LedgerRow,
    Picks,
)

__all__ = [
    "Column",
    "Sheet",
    "amplitudes_sheet",
    "assignments_sheet",
    "detections_sheet",
    "events_sheet",
    "iso_times",
    "ledger_sheet",
    "picks_sheet",
    "printable",
]

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_NO_CHARACTER = re.compile("[\ud800-\udfff\ufffe\uffff]")
_PLACES = ("latitude", "longitude", "depth_km", "x_km", "y_km")
_COUNTS = ("samples_read", "samples_used", "gaps", "picks_p", "picks_s")
_NUMBERS = ("probability", "uncertainty_s", "snr_db", "amplitude", "gap_s", "highest_p", "highest_s")


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """One column of a table.

    Attributes
    ----------
    name : str
        As in the header.
    kind : str
        ``text`` (str), ``time`` (int64 ns UTC), ``number`` (float64, NaN unknown), ``place`` (the same,
        written with nine digits) or ``count`` (int64).
    values : ndarray or list of str, shape (rows,)
    """

    name: str
    kind: str
    values: npt.NDArray[Any] | list[str]


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """A table ready to be written: equally long columns in their final order."""

    columns: tuple[Column, ...]

    def __len__(self) -> int:
        return len(self.columns[0].values)

    @property
    def names(self) -> list[str]:
        """The header."""
        return [column.name for column in self.columns]


def printable(text: str) -> str:
    """Return text that every format can hold on one line.

    Control characters and line separators become a blank, halves of surrogate pairs (they come
    from undecodable file names) and non-characters become U+FFFD.

    Examples
    --------
    >>> printable("two\\nlines")
    'two lines'
    """
    return _NO_CHARACTER.sub("\ufffd", _CONTROL.sub(" ", text))


def iso_times(time_ns: npt.NDArray[np.int64]) -> list[str]:
    """Return :func:`onsets.tables.iso_time` of many times at once.

    Parameters
    ----------
    time_ns : ndarray of int64, shape (n,)
        ns since 1970 UTC.

    Returns
    -------
    list of str, length n
        ISO 8601 with microseconds and Z.
    """
    rounded = ((time_ns + 500) // 1000).astype("datetime64[us]")
    return [f"{text}Z" for text in np.datetime_as_string(rounded, unit="us").tolist()]


def _column(name: str, values: Sequence[Any] | npt.NDArray[Any]) -> Column:
    if name in _NUMBERS:
        return Column(name, "number", np.asarray(values, dtype=np.float64))
    if name in _COUNTS:
        return Column(name, "count", np.asarray(values, dtype=np.int64))
    if name in ("time", "start", "end"):
        return Column(name, "time", np.asarray(values, dtype=np.int64))
    return Column(
        name, "text", [printable(str(value)) for value in np.asarray(values, dtype=object).tolist()]
    )


def picks_sheet(picks: Picks) -> Sheet:
    """Return the columns of :data:`onsets.tables.PICK_COLUMNS`; the words of ``flags`` are sorted."""
    named: dict[str, Any] = {name: getattr(picks, name) for name in PICK_COLUMNS if name != "time"}
    named["time"] = picks.time_ns
    named["flags"] = [" ".join(sorted(set(words.split()))) for words in picks.flags.tolist()]
    return Sheet(tuple(_column(name, named[name]) for name in PICK_COLUMNS))


def detections_sheet(detections: Detections) -> Sheet:
    """Return the columns of :data:`onsets.tables.DETECTION_COLUMNS`."""
    renamed = {"start": "start_ns", "end": "end_ns"}
    return Sheet(
        tuple(_column(name, getattr(detections, renamed.get(name, name))) for name in DETECTION_COLUMNS)
    )


def ledger_sheet(rows: Sequence[LedgerRow]) -> Sheet:
    """Return the columns of :data:`onsets.tables.LEDGER_COLUMNS`."""
    return Sheet(tuple(_column(name, [getattr(row, name) for row in rows]) for name in LEDGER_COLUMNS))


def events_sheet(events: Events) -> Sheet:
    """Return the columns of :data:`onsets.tables.EVENT_COLUMNS`."""
    return Sheet(tuple(_of_kind(name, events) for name in EVENT_COLUMNS))


def assignments_sheet(assignments: Assignments) -> Sheet:
    """Return the columns of :data:`onsets.tables.ASSIGNMENT_COLUMNS`."""
    return Sheet(tuple(_of_kind(name, assignments) for name in ASSIGNMENT_COLUMNS))


def amplitudes_sheet(amplitudes: Amplitudes) -> Sheet:
    """Return the columns of :data:`onsets.tables.AMPLITUDE_COLUMNS`."""
    return Sheet(tuple(_of_kind(name, amplitudes) for name in AMPLITUDE_COLUMNS))


def _of_kind(name: str, table: Events | Assignments | Amplitudes) -> Column:
    """Return a column whose kind follows from its array."""
    values = table.time_ns if name == "time" else getattr(table, name)
    if name == "time" or values.dtype.kind == "i":
        return Column(name, "time" if name == "time" else "count", values)
    if values.dtype.kind == "f":
        return Column(name, "place" if name in _PLACES else "number", values)
    return Column(name, "text", [printable(value) for value in values.tolist()])
