"""Tables to files: the suffix decides the format, and a wrong target is told before any work."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path

from onsets.errors import ConfigError, nearest
from onsets.store.atomic import StoreError, replacing
from onsets.store.database import SERVER, is_database, require_sqlalchemy
from onsets.store.parquet import require_pyarrow, write_parquet
from onsets.store.programs import check_written, program_of
from onsets.store.quakeml import write_quakeml
from onsets.store.sheet import (
    Sheet,
    amplitudes_sheet,
    assignments_sheet,
    detections_sheet,
    ledger_sheet,
    picks_sheet,
)
from onsets.store.text import csv_blocks, jsonl_blocks
from onsets.tables import Amplitudes, Assignments, Detections, LedgerRow, Picks

__all__ = [
    "FORMATS",
    "check_target",
    "write_amplitudes",
    "write_assignments",
    "write_detections",
    "write_ledger",
    "write_picks",
    "write_sheet",
    "write_text",
]

FORMATS = {
    "picks": (".csv", ".jsonl", ".parquet", ".xml"),
    "detections": (".csv", ".jsonl", ".parquet"),
    "ledger": (".csv", ".jsonl", ".parquet"),
    "events": (".csv", ".jsonl", ".parquet", ".xml", ".sqlite", "postgresql://"),
    "assignments": (".csv", ".jsonl", ".parquet"),
    "amplitudes": (".csv", ".jsonl", ".parquet"),
}
"""Suffixes that each table can be written to."""

_DATABASES = ("sqlite", "db", "postgres")


def check_target(target: str | Path, table: str = "picks") -> str:
    """Return the suffix a table will be written by, or say at once why it cannot be.

    To be called before the work whose result goes there.

    Parameters
    ----------
    target : str or Path
        A file, or ``-`` for CSV on standard output.
    table : str
        One of :data:`FORMATS`.

    Returns
    -------
    str
        One of :data:`FORMATS` of the table, or the suffix of another program's events
        (:data:`onsets.store.programs.PROGRAMS`).

    Raises
    ------
    ConfigError
        If the suffix is unknown, the folder does not exist or cannot be written to, or the target
        is a folder.
    MissingExtraError
        If the format needs a package that is not installed.

    Examples
    --------
    >>> check_target("-")
    '.csv'
    """
    if table not in FORMATS:
        raise ConfigError(f"unknown table {table!r}; {nearest(table, tuple(FORMATS))}")
    if str(target) == "-":
        return ".csv"
    if table == "events" and is_database(target):
        require_sqlalchemy()
        if str(target).startswith(SERVER):
            return SERVER
    path, kind = Path(target), program_of(target) if table == "events" else ""
    if kind:
        check_written(kind)
    suffix = path.suffix.lower() if kind else _suffix(str(target), table)
    if path.is_dir():
        raise ConfigError(f"cannot write {table} to {target}: it is a folder; name a file in it")
    if not path.parent.is_dir():
        raise ConfigError(
            f"cannot write {table} to {target}: folder {path.parent} does not exist; make it first"
        )
    if not os.access(os.path.dirname(os.path.realpath(path)), os.W_OK):
        raise ConfigError(f"cannot write {table} to {target}: no permission to write in folder {path.parent}")
    if suffix == ".parquet":
        require_pyarrow()
    return suffix


def _suffix(target: str, table: str) -> str:
    """Return the suffix in lower case after checking it against the table's formats."""
    available = FORMATS[table]
    listed = ", ".join(available) + ", or - for CSV on standard output"
    address = re.match(r"(\w[\w+]+):/", target)
    suffix = Path(target).suffix.lower()
    if suffix in available and not address:
        return suffix
    word = address[1].lower() if address else suffix[1:]
    if word.startswith(_DATABASES):
        raise ConfigError(
            f"cannot write {table} to {target!r}: databases are not available; available: {listed}"
        )
    if address:
        raise ConfigError(f"cannot write {table} to {target!r}: not a file; available: {listed}")
    if not suffix:
        raise ConfigError(
            f"cannot write {table} to {target!r}: no suffix names a format; available: {listed}"
        )
    hint = nearest(suffix, available)
    hint = hint + "; " if hint.startswith("did") else ""
    raise ConfigError(
        f"cannot write {table} to {target!r}: unknown format {suffix}; {hint}available: {listed}"
    )


def write_picks(picks: Picks | Iterable[Picks], target: str | Path) -> None:
    """Write picks; columns are :data:`onsets.tables.PICK_COLUMNS`.

    Parameters
    ----------
    picks : Picks or iterable of Picks
        Written in the order given; parts are held one at a time (for QuakeML, all at once).
    target : str or Path
        File ending in ``.csv``, ``.jsonl``, ``.parquet`` or ``.xml`` (QuakeML 1.2), or ``-``.
        It is replaced whole or left as it was.

    Raises
    ------
    ConfigError, MissingExtraError
        As :func:`check_target`.
    StoreError
        If writing fails (no space, no permission).
    CatalogueError
        If a code does not fit QuakeML.
    """
    parts = [picks] if isinstance(picks, Picks) else picks
    if check_target(target, "picks") == ".xml":
        write_quakeml(Picks.concat(parts), target)
    else:
        sheets = map(picks_sheet, chain([Picks.of([])], parts))
        write_sheets(sheets, target, check_target(target, "picks"))


def write_detections(detections: Detections | Iterable[Detections], target: str | Path) -> None:
    """Write detections; columns are :data:`onsets.tables.DETECTION_COLUMNS`.

    Parameters
    ----------
    detections : Detections or iterable of Detections
        Written in the order given.
    target : str or Path
        File ending in ``.csv``, ``.jsonl`` or ``.parquet``, or ``-``.

    Raises
    ------
    ConfigError, MissingExtraError, StoreError
        As :func:`write_picks`.
    """
    parts = [detections] if isinstance(detections, Detections) else detections
    sheets = map(detections_sheet, chain([Detections.of([])], parts))
    write_sheets(sheets, target, check_target(target, "detections"))


def write_ledger(rows: Sequence[LedgerRow], target: str | Path) -> None:
    """Write the ledger; columns are :data:`onsets.tables.LEDGER_COLUMNS`.

    Parameters
    ----------
    rows : sequence of LedgerRow
        One a station-day, written in the order given.
    target : str or Path
        File ending in ``.csv``, ``.jsonl`` or ``.parquet``, or ``-``.

    Raises
    ------
    ConfigError, MissingExtraError, StoreError
        As :func:`write_picks`.
    """
    write_sheet(ledger_sheet(rows), target, check_target(target, "ledger"))


def write_assignments(assignments: Assignments, target: str | Path) -> None:
    """Write which picks belong to which event; columns are :data:`onsets.tables.ASSIGNMENT_COLUMNS`.

    Parameters
    ----------
    assignments : Assignments
        Written in the order given.
    target : str or Path
        File ending in ``.csv``, ``.jsonl`` or ``.parquet``, or ``-``.

    Raises
    ------
    ConfigError, MissingExtraError, StoreError
        As :func:`write_picks`.
    """
    write_sheet(assignments_sheet(assignments), target, check_target(target, "assignments"))


def write_amplitudes(amplitudes: Amplitudes, target: str | Path) -> None:
    """Write amplitudes and durations; columns are :data:`onsets.tables.AMPLITUDE_COLUMNS`.

    Parameters
    ----------
    amplitudes : Amplitudes
        Written in the order given.
    target : str or Path
        File ending in ``.csv``, ``.jsonl`` or ``.parquet``, or ``-``.

    Raises
    ------
    ConfigError, MissingExtraError, StoreError
        As :func:`write_picks`.
    """
    write_sheet(amplitudes_sheet(amplitudes), target, check_target(target, "amplitudes"))


def write_sheet(sheet: Sheet, target: str | Path, suffix: str) -> None:
    """Write a table by a suffix that was checked."""
    write_sheets([sheet], target, suffix)


def write_sheets(sheets: Iterable[Sheet], target: str | Path, suffix: str) -> None:
    """Write a table that comes in parts of the same columns."""
    if str(target) == "-":
        _show(_blocks(sheets, ".csv"))
        return
    with replacing(target) as handle:
        if suffix == ".parquet":
            write_parquet(sheets, handle)
            return
        for block in _blocks(sheets, suffix):
            handle.write(block.encode())


def _blocks(sheets: Iterable[Sheet], suffix: str) -> Iterator[str]:
    """Yield the text of tables one after another, the header once."""
    for number, sheet in enumerate(sheets):
        yield from jsonl_blocks(sheet) if suffix == ".jsonl" else csv_blocks(sheet, header=number == 0)


def write_text(text: str, path: str | Path) -> None:
    """Write text in UTF-8, whole or not at all.

    Raises
    ------
    StoreError
        If the file cannot be written.
    """
    with replacing(path) as handle:
        handle.write(text.encode())


def _show(blocks: Iterator[str]) -> None:
    """Write to standard output in UTF-8; a closed pipe stays a BrokenPipeError for the command line."""
    binary = getattr(sys.stdout, "buffer", None)
    try:
        for block in blocks:
            if binary is None:
                sys.stdout.write(block)
            else:
                sys.stdout.flush()
                binary.write(block.encode())
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise StoreError(f"standard output cannot be written: {error.strerror or error}") from error
