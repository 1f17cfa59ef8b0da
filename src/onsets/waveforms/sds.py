"""SDS archives: ``YEAR/NET/STA/CHAN.D/NET.STA.LOC.CHAN.D.YEAR.DAY``."""

from __future__ import annotations

import csv
import dataclasses
import math
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from fnmatch import fnmatchcase
from pathlib import Path

from onsets.errors import ConfigError
from onsets.types import Problem, Trace

__all__ = ["sds_files", "stations_list", "trim"]

_NAME = re.compile(r"([^.]*)\.([^.]+)\.([^.]*)\.([^.]+)\.D\.(\d{4})\.(\d{3})")
_LAYOUT = "YEAR/NET/STA/CHAN.D/NET.STA.LOC.CHAN.D.YEAR.DAY"


def sds_files(
    root: str | Path, start_ns: int, end_ns: int, stations: Sequence[str] | None = None
) -> tuple[list[Path], list[Problem]]:
    """List the day files of a span; nothing in them is read.

    The file of the day before is listed as well: a day's last record often runs over midnight.
    Folders are listed once each and no file is looked for by name, so a large archive on a network
    disk stays quick.

    Parameters
    ----------
    root : str or Path
        Folder that holds the years.
    start_ns, end_ns : int
        Span, ns since 1970 UTC, end excluded.
    stations : sequence of str, optional
        Patterns ``NET.STA`` (any location) or ``NET.STA.LOC``, with ``*``, ``?`` and ``[...]``.

    Returns
    -------
    files : list of Path
        Sorted.
    problems : list of Problem
        Folders that cannot be listed, files with names of another form, patterns without a file.

    Raises
    ------
    ConfigError
        If the span is empty, a pattern is malformed, or ``root`` is no SDS archive.
    """
    if start_ns >= end_ns:
        raise ConfigError(f"empty span: start {start_ns} ns is not before end {end_ns} ns")
    patterns = [_pattern(one) for one in stations or []]
    problems: list[Problem] = []
    years = _years(root)
    days = _days(start_ns, end_ns)
    wanted = sorted({day[:4] for day in days} & years)
    files: list[Path] = []
    used: set[int] = set()
    for year in wanted:
        for folder, network, station in _channels(Path(root, year), patterns, problems):
            strange = []
            for name, _ in _listing(folder, problems, folders=False):
                found = _NAME.fullmatch(name)
                if found is None:
                    strange.append(name)
                    continue
                if f"{found[5]}.{found[6]}" not in days or not patterns:
                    hits = {-1} if f"{found[5]}.{found[6]}" in days else set()
                else:
                    hits = {n for n, one in enumerate(patterns) if _fits(one, network, station, found[3])}
                if hits:
                    used |= hits
                    files.append(folder / name)
            if strange:
                reason = f"{len(strange)} files left out, the first {strange[0]!r}; expected {_LAYOUT}"
                problems.append(Problem(str(folder), reason))
    if not files:
        span = f"{min(days)} to {max(days)}"
        problems.append(Problem(str(root), f"no file of the days {span} (year.day) asked for", fatal=True))
    else:
        problems += [
            Problem(".".join(one), "no file of the days asked for in the archive")
            for n, one in enumerate(patterns)
            if n not in used
        ]
    return sorted(files), problems


def _years(root: str | Path) -> set[str]:
    """Return the year folders; an archive has at least one."""
    try:
        with os.scandir(root) as listing:
            names = {entry.name for entry in listing if entry.is_dir()}
    except OSError as error:
        raise ConfigError(
            f"{root}: {error.strerror or error}; expected the root of an SDS archive"
        ) from error
    years = {name for name in names if re.fullmatch(r"\d{4}", name)}
    if not years:
        some = ", ".join(sorted(names)[:3]) or "no folder"
        raise ConfigError(f"{root} is no SDS archive: it holds {some} -> expected {_LAYOUT}")
    return years


def _days(start_ns: int, end_ns: int) -> set[str]:
    """Return ``YEAR.DAY`` of each day of a span and of the day before."""
    last = datetime.fromtimestamp((end_ns - 1) // 10**9, UTC).date()
    day: date = datetime.fromtimestamp(start_ns // 10**9, UTC).date() - timedelta(days=1)
    days = set()
    while day <= last:
        days.add(day.strftime("%Y.%j"))
        day += timedelta(days=1)
    return days


def _pattern(text: str) -> tuple[str, ...]:
    parts = tuple(text.split("."))
    if len(parts) not in (2, 3) or not parts[0] or not parts[1]:
        raise ConfigError(f"station pattern {text!r} -> expected NET.STA or NET.STA.LOC")
    return parts


def _fits(pattern: Sequence[str], *codes: str) -> bool:
    return all(fnmatchcase(code, part) for part, code in zip(pattern, codes, strict=False))


def _channels(
    year: Path, patterns: list[tuple[str, ...]], problems: list[Problem]
) -> Iterator[tuple[Path, str, str]]:
    """Give the CHAN.D folders of the stations wanted."""
    for network, net_path in _listing(year, problems):
        if patterns and not any(_fits(one[:1], network) for one in patterns):
            continue
        for station, sta_path in _listing(net_path, problems):
            if patterns and not any(_fits(one, network, station) for one in patterns):
                continue
            for channel, path in _listing(sta_path, problems):
                if channel.endswith(".D"):
                    yield path, network, station


def _listing(folder: Path, problems: list[Problem], folders: bool = True) -> list[tuple[str, Path]]:
    """Return names and paths of the folders (or files) in a folder, sorted, hidden ones left out."""
    try:
        with os.scandir(folder) as listing:
            names = sorted(e.name for e in listing if not e.name.startswith(".") and e.is_dir() == folders)
    except OSError as error:
        reason = f"folder cannot be listed: {error.strerror or error}"
        problems.append(Problem(str(folder), reason, fatal=True))
        return []
    return [(name, folder / name) for name in names]


def trim(traces: Iterable[Trace], start_ns: int, end_ns: int) -> list[Trace]:
    """Keep the samples of a span.

    Parameters
    ----------
    traces : iterable of Trace
    start_ns, end_ns : int
        ns since 1970 UTC; a sample at ``start_ns`` stays, one at ``end_ns`` goes.

    Returns
    -------
    list of Trace
        Views of the data; traces outside the span are left out.
    """
    kept = []
    for trace in traces:
        first, last = (_first_sample(trace, time_ns) for time_ns in (start_ns, end_ns))
        if first >= last:
            continue
        if first == 0 and last == len(trace.data):
            kept.append(trace)
            continue
        begin = trace.start_ns + round(first * 1e9 / trace.rate_hz)
        kept.append(dataclasses.replace(trace, start_ns=begin, data=trace.data[first:last]))
    return kept


def _first_sample(trace: Trace, time_ns: int) -> int:
    """Return the index of the first sample not before a time, within 0 to the number of samples."""
    guess = math.floor((time_ns - trace.start_ns) * trace.rate_hz / 1e9) - 1
    guess = min(max(guess, 0), len(trace.data))
    while guess < len(trace.data) and trace.start_ns + round(guess * 1e9 / trace.rate_hz) < time_ns:
        guess += 1
    return guess


def stations_list(path: str | Path) -> list[str]:
    """Read which stations are wanted.

    Parameters
    ----------
    path : str or Path
        CSV with a header that names ``station_id`` (``NET.STA`` or ``NET.STA.LOC``) or ``network``
        and ``station``, and perhaps ``location``; further columns are ignored. An empty location
        means any, ``--`` the empty code. ``*`` and ``?`` may be used. Lines that begin with ``#``
        are comments.

    Returns
    -------
    list of str
        Patterns for :func:`sds_files`, in the order of the file, each once.

    Raises
    ------
    ConfigError
        If the file cannot be read, lacks the columns, or a line is incomplete.
    """
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: stations cannot be read: {error}") from error
    lines = [(n, line) for n, line in enumerate(text.splitlines(), 1) if line.strip() and line[0] != "#"]
    try:
        rows = [(n, next(csv.reader([line], strict=True))) for n, line in lines]
    except csv.Error as error:
        raise ConfigError(f"{path}: {error}; expected a CSV file") from error
    if not rows:
        raise ConfigError(f"{path} is empty; expected a header and one station a line")
    header = [word.strip().lower() for word in rows[0][1]]
    if "station_id" not in header and not {"network", "station"} <= set(header):
        got = ",".join(header)
        raise ConfigError(
            f"{path} line {rows[0][0]}: got columns {got} -> expected station_id or network,station"
        )
    patterns: dict[str, None] = {}
    for number, row in rows[1:]:
        if len(row) != len(header):
            raise ConfigError(f"{path} line {number}: got {len(row)} columns -> expected {len(header)}")
        values = dict(zip(header, (word.strip() for word in row), strict=True))
        try:
            patterns[_station_pattern(values)] = None
        except ConfigError as error:
            raise ConfigError(f"{path} line {number}: {error}") from None
    if not patterns:
        raise ConfigError(f"{path} names no station; expected one a line below the header")
    return list(patterns)


def _station_pattern(values: dict[str, str]) -> str:
    """Make the pattern of one row."""
    if "station_id" in values:
        text = values["station_id"]
    else:
        location = values.get("location", "")
        text = f"{values['network']}.{values['station']}" + (f".{location}" if location else "")
    if text.endswith(".--"):
        text = text[:-2]
    _pattern(text)
    return text
