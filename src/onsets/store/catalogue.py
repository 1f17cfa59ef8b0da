"""Catalogues to and from files and databases: the suffix or address decides."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from onsets.errors import CatalogueError
from onsets.store.database import is_database, read_database, write_database
from onsets.store.programs import program_of, read_program, write_program
from onsets.store.quakeml_events import read_quakeml_events, write_quakeml_events
from onsets.store.read import read_cells, time_ns
from onsets.store.sheet import events_sheet
from onsets.store.text import unguard
from onsets.store.write import check_target, write_sheet
from onsets.tables import (
    AMPLITUDE_COLUMNS,
    ASSIGNMENT_COLUMNS,
    EVENT_COLUMNS,
    Amplitudes,
    Assignments,
    Events,
    Picks,
)

__all__ = ["read_amplitudes", "read_assignments", "read_catalogue", "read_events", "write_events"]

_TEXTS = ("event_id", "station_id", "channel", "phase", "magnitude_type", "method")


def write_events(
    events: Events,
    target: str | Path,
    assignments: Assignments | None = None,
    picks: Picks | None = None,
    amplitudes: Amplitudes | None = None,
) -> None:
    """Write a catalogue; columns are :data:`onsets.tables.EVENT_COLUMNS`.

    Parameters
    ----------
    events : Events
        Written in the order given.
    target : str or Path
        File ending in ``.csv``, ``.jsonl``, ``.parquet``, ``.xml`` (QuakeML 1.2) or ``.sqlite``, address
        ``postgresql://...``, or ``-``. Files are replaced whole or left as they were; to a database the
        events are added.
    assignments : Assignments, optional
        Which picks are whose: goes into QuakeML and databases.
    picks : Picks, optional
        What more QuakeML says of the picks.
    amplitudes : Amplitudes, optional
        What QuakeML says of the magnitudes.

    Raises
    ------
    ConfigError, MissingExtraError
        As :func:`onsets.store.check_target`.
    StoreError
        If writing fails.
    CatalogueError
        If QuakeML is wanted and an event has no latitude and longitude.
    """
    suffix = check_target(target, "events")
    mine = Assignments.of([]) if assignments is None else assignments
    if is_database(target):
        write_database(events, mine, target)
    elif program_of(target):
        write_program(events, mine, target, program_of(target))
    elif suffix == ".xml":
        write_quakeml_events(events, mine, target, picks, amplitudes)
    else:
        write_sheet(events_sheet(events), target, suffix)


def read_catalogue(target: str | Path) -> tuple[Events, Assignments]:
    """Read events and, from QuakeML, databases and phase files of programs, their assignments.

    Parameters
    ----------
    target : str or Path
        As for :func:`write_events`, or a file of :data:`onsets.store.programs.PROGRAMS`.

    Raises
    ------
    CatalogueError
        If it cannot be read, or a cell is wrong: file and row are named.
    ConfigError
        If the suffix is unknown.
    """
    if is_database(target):
        return read_database(target)
    kind = program_of(target)
    if kind:
        return read_program(target, kind)
    if Path(target).suffix.lower() == ".xml":
        return read_quakeml_events(target)
    cells = read_cells(target, EVENT_COLUMNS, ("event_id", "time"))
    return Events.of(_row(row, f"{target}, row {i}") for i, row in enumerate(cells, 1)), Assignments.of([])


def read_events(target: str | Path) -> Events:
    """Read the events of a catalogue, as :func:`read_catalogue`."""
    return read_catalogue(target)[0]


def read_assignments(target: str | Path) -> Assignments:
    """Read assignments from CSV, JSON lines, Parquet, QuakeML or a database.

    Raises
    ------
    CatalogueError, ConfigError
        As :func:`read_catalogue`.
    """
    if is_database(target) or program_of(target) or Path(target).suffix.lower() == ".xml":
        return read_catalogue(target)[1]
    cells = read_cells(target, ASSIGNMENT_COLUMNS, ("event_id", "station_id", "phase", "time"))
    return Assignments.of(_row(row, f"{target}, row {i}") for i, row in enumerate(cells, 1))


def read_amplitudes(target: str | Path) -> Amplitudes:
    """Read amplitudes from CSV, JSON lines or Parquet.

    Raises
    ------
    CatalogueError, ConfigError
        As :func:`read_catalogue`.
    """
    cells = read_cells(target, AMPLITUDE_COLUMNS, ("event_id", "station_id", "time"))
    return Amplitudes.of(_row(row, f"{target}, row {i}") for i, row in enumerate(cells, 1))


def _row(cells: dict[str, Any], where: str) -> dict[str, Any]:
    """Return cells as attributes of the right kind."""
    out: dict[str, Any] = {"time_ns": time_ns(cells.get("time"), where)}
    for name, value in cells.items():
        if value is None or name == "time":
            continue
        if name in _TEXTS:
            out[name] = unguard(str(value))
            continue
        try:
            number = float(value)
            if name == "picks" and number != int(number):
                raise ValueError
        except (TypeError, ValueError, OverflowError):
            kind = "a whole number" if name == "picks" else "a number or nothing"
            raise CatalogueError(f"{where}: {name} is {value!r}, expected {kind}") from None
        out[name] = int(number) if name == "picks" else number
    if not out.get("event_id"):
        raise CatalogueError(f"{where}: event_id is empty, expected a name")
    return out
