"""Files to picks: what :func:`onsets.store.write_picks` wrote, or a table made elsewhere."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from onsets.errors import CatalogueError, ConfigError, nearest
from onsets.store.parquet import require_pyarrow
from onsets.store.text import unguard
from onsets.tables import PICK_COLUMNS, Picks, iso_time

__all__ = ["read_cells", "read_picks", "time_ns"]

_REQUIRED = ("station_id", "phase", "time")
_NUMBERS = ("probability", "uncertainty_s", "snr_db", "amplitude")
_TEXTS = tuple(name for name in PICK_COLUMNS if name not in _NUMBERS and name != "time")
_TIME = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(?:Z|\+00:?00)?", re.ASCII)
_LAST_S = np.iinfo(np.int64).max // 10**9


@dataclass(frozen=True, slots=True)
class _Raw:
    """Columns as a file holds them, and where each row came from for messages."""

    path: str
    columns: dict[str, Sequence[Any]]
    lines: Sequence[int]
    unit: str = "line"
    known: dict[str, npt.NDArray[Any]] = field(default_factory=dict)

    def fault(self, row: int, what: str) -> CatalogueError:
        return CatalogueError(f"{self.path}, {self.unit} {self.lines[row]}: {what}")


def read_cells(path: str | Path, columns: tuple[str, ...], required: tuple[str, ...]) -> list[dict[str, Any]]:
    """Read the rows of another table of ours as they stand in a CSV, JSON lines or Parquet file.

    Parameters
    ----------
    path : str or Path
    columns : tuple of str
        Known names; others are passed over.
    required : tuple of str

    Returns
    -------
    list of dict
        Column to cell: None where empty, else text or number, times as ISO 8601.

    Raises
    ------
    CatalogueError
        If the file cannot be read or a required column is missing.
    ConfigError
        If the suffix is unknown.
    """
    suffix = Path(path).suffix.lower()
    try:
        if suffix == ".csv":
            with open(path, encoding="utf-8-sig", newline="") as handle:
                rows: list[dict[str, Any]] = list(csv.DictReader(handle, skipinitialspace=True))
        elif suffix == ".jsonl":
            lines = Path(path).read_text(encoding="utf-8-sig").splitlines()
            rows = [json.loads(line) for line in lines if line.strip()]
        elif suffix == ".parquet":
            arrow = require_pyarrow()
            table = arrow.parquet.read_table(path)
            rows = table.to_pylist()
            for row in rows:
                row["time"] = iso_time(int(np.datetime64(row["time"].replace(tzinfo=None), "ns").astype(int)))
        else:
            raise ConfigError(
                f"cannot read {path}: unknown format {suffix!r}; choose from .csv, .jsonl, .parquet"
            )
    except (OSError, UnicodeDecodeError, ValueError, csv.Error) as error:
        if isinstance(error, ConfigError):
            raise
        what = getattr(error, "strerror", None) or error
        raise CatalogueError(f"{path} cannot be read: {what}") from error
    for name in required:
        if rows and name not in rows[0]:
            got = ", ".join(map(str, rows[0]))
            raise CatalogueError(f"{path}: no column {name!r}; got {got}; expected {', '.join(columns)}")
    return [
        {name: None if row.get(name) in ("", None) else row[name] for name in columns if name in row}
        for row in rows
    ]


def read_picks(path: str | Path) -> Picks:
    """Read picks from CSV, JSON lines or Parquet.

    Parameters
    ----------
    path : str or Path
        File ending in ``.csv``, ``.jsonl`` or ``.parquet``. Columns ``station_id``, ``phase`` and
        ``time`` must be there; the other columns of :data:`onsets.tables.PICK_COLUMNS` are unknown
        where absent; further columns are passed over, unless one is nearly the name of an absent one.
        Times are ISO 8601 UTC (``T`` or a blank between, up to nine decimals, ``Z`` may be missing).
        Any phase name is taken.

    Returns
    -------
    Picks
        In the order of the file.

    Raises
    ------
    CatalogueError
        With file and line: unreadable, a column missing, a time or number that is none, a station_id
        missing, a polarity other than U, D or empty.
    ConfigError
        If the suffix is unknown.
    MissingExtraError
        If Parquet is asked for without pyarrow.
    """
    readers = {".csv": _read_csv, ".jsonl": _read_jsonl, ".parquet": _read_parquet}
    suffix = Path(path).suffix.lower()
    if suffix not in readers:
        raise ConfigError(
            f"cannot read picks from {path}: unknown format {suffix!r}; choose from {', '.join(readers)}"
        )
    try:
        raw = readers[suffix](str(path))
    except UnicodeDecodeError as error:
        raise CatalogueError(f"{path}: not UTF-8 at byte {error.start}; save it as UTF-8") from error
    except OSError as error:
        raise CatalogueError(f"{path}: cannot be read: {error.strerror or error}") from error
    return _picks(raw)


def _check_header(path: str, names: Sequence[str], line: str) -> None:
    """Raise if a required column is missing, one comes twice or one is almost one of ours."""
    absent = [name for name in PICK_COLUMNS if name not in names]
    for name in names:
        if name in PICK_COLUMNS and list(names).count(name) > 1:
            raise CatalogueError(f"{path}, {line}: column {name!r} comes twice; keep one")
    for name in absent:
        if name in _REQUIRED:
            got = ", ".join(map(str, names)) or "nothing"
            raise CatalogueError(
                f"{path}, {line}: no column {name!r}; got {got}; expected {', '.join(PICK_COLUMNS)}"
            )
    for name in set(names) - set(PICK_COLUMNS):
        hint = nearest(str(name), absent) if absent else ""
        if hint.startswith("did you mean"):
            raise CatalogueError(f"{path}, {line}: unknown column {name!r}; {hint}")


def _read_csv(path: str) -> _Raw:
    with open(path, encoding="utf-8-sig", newline="") as handle:
        reader = csv.reader(handle, strict=True)
        try:
            header = [name.strip() for name in next(reader, [])]
            _check_header(path, header, "line 1")
            rows, lines = [], []
            for row in reader:
                if not row:
                    continue
                if len(row) != len(header):
                    raise CatalogueError(
                        f"{path}, line {reader.line_num}: got {len(row)} cells, "
                        f"expected {len(header)} as in the header"
                    )
                rows.append(row)
                lines.append(reader.line_num)
        except csv.Error as error:
            raise CatalogueError(f"{path}, line {reader.line_num}: not CSV: {error}") from error
    columns: dict[str, Sequence[Any]] = (
        dict(zip(header, zip(*rows, strict=True), strict=True)) if rows else {}
    )
    for name in columns.keys() & set(_TEXTS):
        columns[name] = [unguard(text) for text in columns[name]]
    return _Raw(path, columns, lines)


def _read_jsonl(path: str) -> _Raw:
    rows: list[dict[str, Any]] = []
    lines: list[int] = []
    with open(path, encoding="utf-8-sig") as handle:
        for number, line in enumerate(handle, 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except (ValueError, RecursionError) as error:
                raise CatalogueError(f"{path}, line {number}: not JSON: {error}") from error
            if not isinstance(row, dict):
                raise CatalogueError(
                    f"{path}, line {number}: got {type(row).__name__}, expected a JSON object"
                )
            if not rows or row.keys() != rows[-1].keys():
                _check_header(path, list(row), f"line {number}")
            rows.append(row)
            lines.append(number)
    columns: dict[str, Sequence[Any]] = {name: [row.get(name) for row in rows] for name in PICK_COLUMNS}
    return _Raw(path, columns, lines)


def _read_parquet(path: str) -> _Raw:
    arrow = require_pyarrow()
    try:
        with arrow.parquet.ParquetFile(path) as file:
            names = file.schema_arrow.names
            _check_header(path, names, "schema")
            table = file.read(columns=[name for name in PICK_COLUMNS if name in names])
        known = {}
        for name in set(table.column_names) & set(_NUMBERS):
            known[name] = table[name].cast(arrow.float64()).to_numpy()
        if arrow.types.is_timestamp(table["time"].type) and table["time"].null_count == 0:
            known["time"] = table["time"].cast(arrow.timestamp("ns", tz="UTC")).cast(arrow.int64()).to_numpy()
        columns = {
            name: table[name].cast(arrow.string()).to_pylist()
            for name in table.column_names
            if name not in known
        }
    except arrow.ArrowException as error:
        raise CatalogueError(f"{path}: not a Parquet table of picks: {error}") from error
    return _Raw(path, columns, range(1, len(table) + 1), "row", known)


def _picks(raw: _Raw) -> Picks:
    """Turn raw cells into columns of the right kind."""
    rows = len(raw.lines)
    texts = {name: _texts(raw, name) for name in _TEXTS}
    for row, (station_id, polarity) in enumerate(zip(texts["station_id"], texts["polarity"], strict=True)):
        if not station_id:
            raise raw.fault(row, "station_id is empty, expected NET.STA.LOC")
        if polarity not in ("", "U", "D"):
            raise raw.fault(row, f"polarity is {polarity!r}, expected U, D or empty")
    texts["flags"] = [" ".join(sorted(set(words.split()))) for words in texts["flags"]]
    columns: dict[str, Any] = {name: np.array(values, dtype=np.str_) for name, values in texts.items()}
    for name in _NUMBERS:
        columns[name] = raw.known[name] if name in raw.known else _numbers(raw, name, rows)
    columns["time_ns"] = raw.known["time"] if "time" in raw.known else _times(raw, rows)
    return Picks(**columns)


def _texts(raw: _Raw, name: str) -> list[str]:
    out = []
    for row, value in enumerate(raw.columns.get(name, [""] * len(raw.lines))):
        if value is not None and not isinstance(value, str):
            raise raw.fault(row, f"{name} is {value!r}, expected text")
        out.append(value or "")
    return out


def _numbers(raw: _Raw, name: str, rows: int) -> npt.NDArray[np.float64]:
    out = np.full(rows, np.nan)
    for row, value in enumerate(raw.columns.get(name, [])):
        if value is None or value == "":
            continue
        try:
            if isinstance(value, bool):
                raise TypeError
            out[row] = float(value)
        except (ValueError, TypeError, OverflowError):
            raise raw.fault(row, f"{name} is {value!r}, expected a number or nothing") from None
    return out


def _times(raw: _Raw, rows: int) -> npt.NDArray[np.int64]:
    out = np.zeros(rows, dtype=np.int64)
    for row, value in enumerate(raw.columns.get("time", [])):
        try:
            out[row] = time_ns(value)
        except ValueError as error:
            raise raw.fault(row, str(error)) from None
    return out


def time_ns(text: Any, where: str = "") -> int:
    """Return ns UTC of ISO 8601 text.

    Raises
    ------
    CatalogueError
        If it is none; ``where`` begins the message.
    """
    found = _TIME.fullmatch(text.strip()) if isinstance(text, str) else None
    try:
        if found is None:
            raise ValueError
        seconds = int(np.datetime64(f"{found[1]}T{found[2]}", "s").astype(np.int64))
        if not -_LAST_S < seconds < _LAST_S:
            raise ValueError
    except ValueError:
        expected = "ISO 8601 UTC such as 2009-08-24T00:20:07.123456Z between 1678 and 2262"
        message = f"time is {text!r}, expected {expected}"
        raise CatalogueError(f"{where}: {message}" if where else message) from None
    return seconds * 10**9 + int((found[3] or "0").ljust(9, "0"))
