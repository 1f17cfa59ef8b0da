"""The SeisComP Data Structure (SDS): which files of an archive hold a span of time."""

from __future__ import annotations

import csv
import math
import os
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase
from pathlib import Path

from onsets.errors import ConfigError, nearest
from onsets.types import Problem, Trace

__all__ = ["sds_files", "stations_list", "trim"]

LAYOUT = "YEAR/NET/STA/CHAN.D/NET.STA.LOC.CHAN.D.YEAR.DAY"
_DAY_NS = 86_400 * 10**9
_PATTERN = re.compile(r"[A-Za-z0-9_*?\[\]!-]*(\.[A-Za-z0-9_*?\[\]!-]*){1,2}")
_COLUMNS = ("station_id", "network", "station", "location")


def sds_files(
    root: str | Path, start_ns: int, end_ns: int, stations: list[str] | None = None
) -> tuple[list[Path], list[Problem]]:
    """List the files of an SDS archive that may hold data of a span.

    The day before the span is taken along: records that begin before midnight stay in their day's
    file. Only folders are listed, so that a large archive does not matter.

    Parameters
    ----------
    root : str or Path
        Holds ``YEAR/NET/STA/CHAN.D/NET.STA.LOC.CHAN.D.YEAR.DAY``.
    start_ns, end_ns : int
        Span, ns UTC, end excluded.
    stations : list of str, optional
        ``NET.STA`` or ``NET.STA.LOC``, ``*`` and ``?`` allowed; every station when not given.

    Returns
    -------
    files : list of Path
        Sorted by name of station and channel, then day.
    problems : list of Problem
        Folders that could not be opened, and patterns (or the whole span) without any file.

    Raises
    ------
    ConfigError
        If ``root`` is no SDS archive, the span is empty, or a pattern cannot be one.
    """
    if end_ns <= start_ns:
        raise ConfigError(f"the span ends at {_iso(end_ns)}, which is not after its start {_iso(start_ns)}")
    patterns = [_checked(station) for station in stations] if stations is not None else ["*.*"]
    problems: list[Problem] = []
    _check_root(Path(root))
    days = _days(start_ns, end_ns)
    found: dict[str, list[Path]] = {pattern: [] for pattern in patterns}
    for year in sorted({day[0] for day in days}):
        for channel in _channels(Path(root) / str(year), patterns, problems):
            for name in _names(channel, problems, folders=False):
                station_id, day = _parts(name)
                for pattern in patterns if day in days else []:
                    if fnmatchcase(station_id, pattern if pattern.count(".") == 2 else pattern + ".*"):
                        found[pattern].append(channel / name)
    span = f"between {_iso(start_ns)} and {_iso(end_ns)}"
    for pattern, files in found.items():
        if not files:
            what = f"no file {span} for stations {pattern}"
            known = pattern if not set(pattern) & set("*?[") else ""
            problems.append(Problem(str(root), what, known, fatal=True, time_ns=start_ns))
    return sorted({path for files in found.values() for path in files}, key=_by_station), problems


def _checked(pattern: str) -> str:
    if not _PATTERN.fullmatch(pattern):
        raise ConfigError(
            f"station {pattern!r} cannot be one; expected NET.STA or NET.STA.LOC, * and ? allowed"
        )
    return pattern


def _iso(time_ns: int) -> str:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=time_ns // 1000)).isoformat()


def _days(start_ns: int, end_ns: int) -> set[tuple[int, int]]:
    """Year and day of the year of every day of a span, and of the one before."""
    first, last = start_ns // _DAY_NS - 1, (end_ns - 1) // _DAY_NS
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    times = ((epoch + timedelta(days=day)).timetuple() for day in range(first, last + 1))
    return {(time.tm_year, time.tm_yday) for time in times}


def _parts(name: str) -> tuple[str, tuple[int, int]]:
    """Return station_id and (year, day) of a file's name; no day where it is no name of SDS."""
    words = name.split(".")
    if len(words) != 7 or words[4] != "D" or not (words[5] + words[6]).isdecimal():
        return "", (0, 0)
    return ".".join(words[:3]), (int(words[5]), int(words[6]))


def _by_station(path: Path) -> tuple[list[str], str]:
    words = path.name.split(".")
    return words[:4], ".".join(words[5:])


def _names(folder: Path, problems: list[Problem], folders: bool = True) -> list[str]:
    """Sorted names in a folder, hidden ones left out; none where it is missing."""
    try:
        with os.scandir(folder) as entries:
            listed = [entry.name for entry in entries if not folders or entry.is_dir()]
    except FileNotFoundError:
        return []
    except OSError as error:
        problems.append(Problem(str(folder), f"cannot be opened: {error.strerror or error}", fatal=True))
        return []
    return sorted(name for name in listed if not name.startswith("."))


def _channels(year: Path, patterns: list[str], problems: list[Problem]) -> Iterator[Path]:
    """Yield the channel folders of the stations wanted."""
    words = [pattern.split(".") for pattern in patterns]
    for network in _names(year, problems):
        if not any(fnmatchcase(network, word[0]) for word in words):
            continue
        for station in _names(year / network, problems):
            if any(fnmatchcase(network, word[0]) and fnmatchcase(station, word[1]) for word in words):
                for channel in _names(year / network / station, problems):
                    if channel.endswith(".D"):
                        yield year / network / station / channel


def _check_root(root: Path) -> None:
    """Refuse a folder that is no archive."""
    if not root.is_dir():
        what = "is a file" if root.exists() else "does not exist"
        raise ConfigError(f"{root} {what}, expected the root of an SDS archive: {LAYOUT}")
    ignored: list[Problem] = []
    top = _names(root, ignored)
    years = [name for name in top if re.fullmatch(r"\d{4}", name)]
    closed = bool(ignored)
    for year in reversed(years):
        if next(_channels(root / year, ["*.*"], ignored), None) is not None:
            return
    if ignored and not closed:
        return  # what could not be opened is told as Problems
    got = ", ".join(top[:5]) or "nothing that can be listed"
    raise ConfigError(f"{root} is no SDS archive: holds {got}, expected {LAYOUT}")


def trim(traces: Iterable[Trace], start_ns: int, end_ns: int) -> list[Trace]:
    """Return the parts of traces within a span, as views.

    Parameters
    ----------
    traces : iterable of Trace
    start_ns, end_ns : int
        Samples at ``start_ns <= time < end_ns`` are kept.
    """
    kept = []
    for trace in traces:
        first = max(0, _samples_before(start_ns - trace.start_ns, trace.rate_hz))
        last = min(len(trace.data), _samples_before(end_ns - trace.start_ns, trace.rate_hz))
        if first == 0 and last == len(trace.data):
            kept.append(trace)
        elif first < last:
            begin = trace.start_ns + round(first * 1e9 / trace.rate_hz)
            data = trace.data[first:last]
            kept.append(Trace(trace.station_id, trace.channel, begin, trace.rate_hz, data, trace.source))
    return kept


def _samples_before(span_ns: int, rate_hz: float) -> int:
    """Index of the first sample at or after a time; rounding of time stamps forgiven."""
    return math.ceil(span_ns * rate_hz / 1e9 - 1e-6)


def stations_list(path: str | Path) -> list[str]:
    """Read the stations to use from a CSV file.

    Parameters
    ----------
    path : str or Path
        With a header: ``station_id`` or ``network,station`` and perhaps ``location``; other columns
        are left alone, so that a table of coordinates will do. Blank lines and lines that begin with
        ``#`` are passed over.

    Returns
    -------
    list of str
        ``NET.STA``, or ``NET.STA.LOC`` where a location is given (``--`` is the empty one), each
        once, in the order of the file.

    Raises
    ------
    ConfigError
        If the file cannot be read, has no such header, or a line makes no sense; names the line.
    """
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}") from error
    lines = [
        (number, line)
        for number, line in enumerate(text.splitlines(), 1)
        if line.strip() and not line.startswith("#")
    ]
    if not lines:
        raise ConfigError(f"{path} is empty, expected a header: station_id or network,station")
    try:
        rows = [(number, next(csv.reader([line], strict=True))) for number, line in lines]
    except csv.Error as error:
        raise ConfigError(f"{path} is no CSV: {error}") from error
    header = [cell.strip().lower() for cell in rows[0][1]]
    whole = "station_id" in header
    for wanted in () if whole else ("network", "station"):
        if wanted not in header:
            raise ConfigError(
                f"{path} line {rows[0][0]}: no column {wanted!r} in {','.join(header)!r}, expected station_id "
                f"or network,station[,location]{_header_hint(wanted, header)}"
            )
    stations = [
        _station(dict(zip(header, cells, strict=False)), whole, f"{path} line {number}", len(cells))
        for number, cells in rows[1:]
    ]
    if not stations:
        raise ConfigError(f"{path} names no station")
    return list(dict.fromkeys(stations))


def _header_hint(wanted: str, header: list[str]) -> str:
    hint = nearest(wanted, header)
    return f"; {hint.replace('did you mean', 'is that')}" if hint.startswith("did") else ""


def _station(row: dict[str, str], whole: bool, where: str, cells: int) -> str:
    """Return one line's pattern."""
    cell = {key: row.get(key, "").strip() for key in _COLUMNS}
    if whole:
        station = cell["station_id"]
    else:
        location = {"": "", "--": "."}.get(cell["location"], "." + cell["location"])
        station = f"{cell['network']}.{cell['station']}{location}"
    if not _PATTERN.fullmatch(station) or not station.split(".")[1]:
        raise ConfigError(f"{where}: station {station!r} of {cells} cells, expected NET.STA or NET.STA.LOC")
    return station
