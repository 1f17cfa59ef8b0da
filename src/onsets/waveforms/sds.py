"""SDS archives: ``YEAR/NET/STA/CHAN.D/NET.STA.LOC.CHAN.D.YEAR.DAY``."""

from __future__ import annotations

import csv
import dataclasses
import math
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from fnmatch import fnmatchcase
from pathlib import Path

from onsets.errors import ConfigError, nearest
from onsets.tables import iso_time
from onsets.types import Problem, Trace
from onsets.waveforms.deferred import span_of

__all__ = ["sds_files", "stations_list", "trim"]

_LAYOUT = "YEAR/NET/STA/CHAN.D/NET.STA.LOC.CHAN.D.YEAR.DAY"
_NAME = re.compile(r"([^.]*)\.([^.]+)\.([^.]*)\.([^.]+)\.D\.(\d{4}\.\d{3})")
_PATTERN = re.compile(r"[\w*?\[\]!-]*\.[\w*?\[\]!-]+(\.[\w*?\[\]!-]*)?", re.ASCII)
_DAY_NS = 86_400 * 10**9


def sds_files(
    root: str | Path,
    start_ns: int,
    end_ns: int,
    stations: Sequence[str] | None = None,
    *,
    day_after: bool = False,
) -> tuple[list[Path], list[Problem]]:
    """List the day files of a span; nothing in them is read.

    The file of the day before is listed as well: a day's last record often runs over midnight.
    Each folder is listed once and no file is looked for by its name, so a large archive on a network
    disk stays quick.

    Parameters
    ----------
    root : str or Path
        Folder that holds the years.
    start_ns, end_ns : int
        Span, ns since 1970 UTC, end excluded.
    stations : sequence of str, optional
        Patterns ``NET.STA`` (any location) or ``NET.STA.LOC``, with ``*``, ``?`` and ``[...]``; every
        station when not given.
    day_after : bool
        List the files of the day after the span as well.

    Returns
    -------
    files : list of Path
        Sorted.
    problems : list of Problem
        Folders that cannot be listed, files with names of another form, patterns without a file;
        fatal when nothing at all was found.

    Raises
    ------
    ConfigError
        If the span is empty, a pattern is malformed, or ``root`` is no SDS archive.
    """
    if start_ns >= end_ns:
        raise ConfigError(f"empty span: start {iso_time(start_ns)} is not before end {iso_time(end_ns)}")
    patterns = ["*.*"] if stations is None else [_checked(one) for one in stations]
    days, years = _days(start_ns, end_ns), _years(root)
    listed = days | (_days(end_ns, end_ns + 1) if day_after else set())
    problems: list[Problem] = []
    files: list[Path] = []
    used: set[str] = set()
    for year in sorted({day[:4] for day in listed} & years):
        for folder in _channels(Path(root, year), patterns, problems):
            for name, codes in _day_files(folder, listed, problems):
                hits = {one for one in patterns if _fits(one, codes[:3])}
                used |= hits if codes[3] in days else set()
                files += [folder / name] if hits else []
    if (
        not files
        and not problems
        and not any(True for y in years for _ in _channels(Path(root, y), ["*.*"], []))
    ):
        raise ConfigError(
            f"{root} is no SDS archive: no CHAN.D folder in {', '.join(sorted(years))} -> {_LAYOUT}"
        )
    span = f"no file of {iso_time(start_ns)} to {iso_time(end_ns)}"
    for pattern in [one for one in patterns if one not in used] or ([] if files else ["(none)"]):
        known = pattern if pattern.count(".") == 2 and not set(pattern) & set("*?[") else ""
        what = f"{span} for stations {pattern}"
        problems.append(Problem(str(root), what, known, fatal=not files, time_ns=start_ns))
    return sorted(files), problems


def _checked(pattern: str) -> str:
    if not _PATTERN.fullmatch(pattern):
        raise ConfigError(f"station {pattern!r} -> expected NET.STA or NET.STA.LOC, * and ? allowed")
    return pattern


def _fits(pattern: str, codes: Sequence[str]) -> bool:
    """Compare as many codes as both have: network, station, location."""
    return all(fnmatchcase(code, part) for part, code in zip(pattern.split("."), codes, strict=False))


def _years(root: str | Path) -> set[str]:
    """Return the year folders; an archive has at least one."""
    try:
        with os.scandir(root) as listing:
            names = {entry.name for entry in listing if entry.is_dir()}
    except OSError as error:
        what = error.strerror or error
        raise ConfigError(f"{root}: {what}; expected the root of an SDS archive: {_LAYOUT}") from error
    years = {name for name in names if re.fullmatch(r"[0-9]{4}", name)}
    if not years:
        some = ", ".join(sorted(names)[:3]) or "no folder"
        raise ConfigError(f"{root} is no SDS archive: it holds {some} -> expected {_LAYOUT}")
    return years


def _days(start_ns: int, end_ns: int) -> set[str]:
    """Return ``YEAR.DAY`` of each day of a span and of the day before."""
    epoch = date(1970, 1, 1)
    first, last = start_ns // _DAY_NS - 1, (end_ns - 1) // _DAY_NS
    return {(epoch + timedelta(days=day)).strftime("%Y.%j") for day in range(first, last + 1)}


def _channels(year: Path, patterns: list[str], problems: list[Problem]) -> Iterator[Path]:
    """Give the CHAN.D folders of the stations wanted."""
    for network in _names(year, problems):
        if not any(_fits(one, [network]) for one in patterns):
            continue
        for station in _names(year / network, problems):
            if any(_fits(one, [network, station]) for one in patterns):
                for channel in _names(year / network / station, problems):
                    if channel.endswith(".D"):
                        yield year / network / station / channel


def _day_files(
    folder: Path, days: set[str], problems: list[Problem]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Give the names of a channel's files of some days, with network, station, location, day."""
    strange = []
    for name in _names(folder, problems, folders=False):
        found = _NAME.fullmatch(name)
        if found is None:
            strange.append(name)
        elif found[5] in days:
            yield name, (found[1], found[2], found[3], found[5])
    if strange:
        reason = f"{len(strange)} files left out, the first {strange[0]!r} -> expected {_LAYOUT}"
        problems.append(Problem(str(folder), reason))


def _names(folder: Path, problems: list[Problem], folders: bool = True) -> list[str]:
    """Return the sorted names of the folders (or files) in a folder, hidden ones left out."""
    try:
        with os.scandir(folder) as listing:
            return sorted(e.name for e in listing if not e.name.startswith(".") and e.is_dir() == folders)
    except OSError as error:
        reason = f"folder cannot be listed: {error.strerror or error}"
        problems.append(Problem(str(folder), reason, fatal=True))
        return []


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
        if first == 0 and last == len(trace.data) > 0:
            kept.append(trace)
        elif first < last:
            begin = trace.start_ns + round(first * 1e9 / trace.rate_hz)
            kept.append(dataclasses.replace(trace, start_ns=begin, data=span_of(trace, first, last)))
    return kept


def _first_sample(trace: Trace, time_ns: int) -> int:
    """Return the index of the first sample not before a time, within 0 to the number of samples."""
    index = math.floor((time_ns - trace.start_ns) * trace.rate_hz / 1e9) - 1
    index = min(max(index, 0), len(trace.data))
    while index < len(trace.data) and trace.start_ns + round(index * 1e9 / trace.rate_hz) < time_ns:
        index += 1
    return index


def stations_list(path: str | Path) -> list[str]:
    """Read which stations are wanted.

    Parameters
    ----------
    path : str or Path
        CSV with a header that names ``station_id`` (``NET.STA`` or ``NET.STA.LOC``) or ``network``
        and ``station``, and perhaps ``location``; further columns are ignored. An empty location
        means any, ``--`` the empty code. ``*`` and ``?`` may be used. Blank lines and those that
        begin with ``#`` are passed over.

    Returns
    -------
    list of str
        Patterns for :func:`sds_files`, in the order of the file, each once.

    Raises
    ------
    ConfigError
        If the file cannot be read, lacks the columns, or a line is incomplete; names the line.
    """
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        what = getattr(error, "strerror", None) or error
        raise ConfigError(f"{path} cannot be read: {what}; expected a CSV of stations") from error
    rows: list[tuple[str, list[str]]] = []
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip() and not line.startswith("#"):
            where = f"{path} line {number}"
            try:
                rows.append((where, [cell.strip() for cell in next(csv.reader([line], strict=True))]))
            except csv.Error as error:
                raise ConfigError(f"{where}: {error}; expected a CSV of stations") from error
    if not rows:
        raise ConfigError(f"{path} is empty; expected a header and one station a line")
    header = _header(*rows[0])
    patterns = [_station_pattern(where, header, cells) for where, cells in rows[1:]]
    if not patterns:
        raise ConfigError(f"{path} names no station; expected one a line below the header")
    return list(dict.fromkeys(patterns))


def _header(where: str, cells: list[str]) -> list[str]:
    """Return the columns' names; refuse a table without those that name a station."""
    header = [cell.lower() for cell in cells]
    if "station_id" in header or {"network", "station"} <= set(header):
        return header
    missing = next(word for word in ("network", "station") if word not in header)
    hint = nearest(missing, header)
    hint = f"; is {missing!r} what is called {hint[14:-2]!r}?" if hint.startswith("did") else ""
    expected = "station_id or network,station[,location]"
    raise ConfigError(f"{where}: got columns {','.join(header)} -> expected {expected}{hint}")


def _station_pattern(where: str, header: list[str], cells: list[str]) -> str:
    """Make the pattern of one line."""
    if len(cells) != len(header):
        raise ConfigError(f"{where}: got {len(cells)} columns -> expected {len(header)} as in the header")
    row = dict(zip(header, cells, strict=True))
    if "station_id" in row:
        text = row["station_id"]
    elif row["network"] and row["station"]:
        text = f"{row['network']}.{row['station']}" + (f".{row['location']}" if row.get("location") else "")
    else:
        raise ConfigError(
            f"{where}: got network {row['network']!r}, station {row['station']!r} -> expected both"
        )
    try:
        return _checked(text.removesuffix("--") if text.endswith(".--") else text)
    except ConfigError as error:
        raise ConfigError(f"{where}: {error}") from None
