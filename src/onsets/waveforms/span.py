"""What files hold, by their headers, and the part of them that a span needs."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from onsets.types import Problem, Trace
from onsets.waveforms._headers import Headers, read_headers
from onsets.waveforms.mseed import is_mseed, read_mseed
from onsets.waveforms.read import find_named, like_mseed, read_file, trace_order
from onsets.waveforms.sds import trim

__all__ = ["Held", "index_files", "read_span", "runs_beyond"]

_END_BYTES = 1 << 16
_DOUBT_NS = 100_000
JOIN_NS = 3600 * 10**9
"""Gaps shorter than this are not told in an index."""


@dataclass(frozen=True, slots=True)
class Held:
    """What one file holds of one station.

    Attributes
    ----------
    path : str
    station_id : str
        ``NET.STA.LOC``.
    spans : tuple of (int, int)
        Start and end (excluded) of stretches, ns UTC, increasing; gaps under an hour are not told.
    size, mtime_ns : int
        Bytes of the file and when it was changed.
    """

    path: str
    station_id: str
    spans: tuple[tuple[int, int], ...]
    size: int
    mtime_ns: int


def index_files(
    paths: str | Path | Iterable[str | Path], progress: Callable[[float, float, str], None] | None = None
) -> tuple[list[Held], list[Problem]]:
    """Say which stations and times files, folders and patterns hold.

    Of a sound miniSEED file only the headers are read; whatever else it is, it is decoded.

    Parameters
    ----------
    paths : str, Path, or iterable of them
        As in :func:`onsets.waveforms.find_files`.
    progress : callable, optional
        Told files done, files in all, and a word.

    Returns
    -------
    held : list of Held
        By path, then station.
    problems : list of Problem
        Files that hold nothing that can be used, folders that cannot be listed. What is wrong inside
        a file that is listed shows when it is read.

    Raises
    ------
    ConfigError
        If there is no path, one does not exist, or a pattern matches nothing.
    """
    named, problems = find_named(paths)
    held: list[Held] = []
    for done, path in enumerate(sorted(named)):
        found, faults = _index(path, named[path])
        held += found
        problems += [] if found else faults
        if progress is not None:
            progress(done + 1, len(named), "reading headers")
    return held, problems


def _index(path: Path, named: bool) -> tuple[list[Held], list[Problem]]:
    try:
        facts = os.stat(path)
        heads = read_headers(path.read_bytes()) if facts.st_size and _may_be_mseed(path) else None
    except OSError as error:
        return [], [Problem(str(path), f"cannot be read: {error.strerror or error}", fatal=True)]
    faults: list[Problem] = []
    if heads is not None:
        spans = _header_spans(heads)
    else:
        traces, faults = read_file(path, named)
        spans = {}
        for trace in traces:
            end_ns = trace.start_ns + round(len(trace.data) * 1e9 / trace.rate_hz)
            spans.setdefault(trace.station_id, []).append((trace.start_ns, end_ns))
    return [
        Held(str(path), station, _joined(some), facts.st_size, facts.st_mtime_ns)
        for station, some in sorted(spans.items())
        if some
    ], faults


def _may_be_mseed(path: Path) -> bool:
    return like_mseed(path) or is_mseed(path)


def _header_spans(heads: Headers) -> dict[str, list[tuple[int, int]]]:
    spans: dict[str, list[tuple[int, int]]] = {}
    for k, station in enumerate(heads.stations):
        here = (heads.station == k) & (heads.end_ns > heads.start_ns)
        spans[station] = list(zip(heads.start_ns[here].tolist(), heads.end_ns[here].tolist(), strict=True))
    return spans


def _joined(spans: Sequence[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Join spans that overlap or lie near each other."""
    out: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if out and start <= out[-1][1] + JOIN_NS:
            out[-1] = (out[-1][0], max(out[-1][1], end))
        else:
            out.append((start, end))
    return tuple(out)


def runs_beyond(path: str | Path, time_ns: int) -> bool:
    """Say whether the last records of a one-channel file reach a time; if in doubt, yes.

    Only the file's two ends are read.
    """
    from pymseed import MS3Record, PymseedError

    try:
        with open(path, "rb") as handle:
            length = MS3Record.parse(handle.read(_END_BYTES)).reclen
            size = handle.seek(0, os.SEEK_END)
            handle.seek(max(0, size - _END_BYTES // length * length))
            heads = read_headers(handle.read())
    except (OSError, PymseedError, ValueError, ZeroDivisionError):
        return True
    return heads is None or bool(heads.end_ns.max() > time_ns + _DOUBT_NS)


def read_span(
    paths: Iterable[str | Path],
    start_ns: int,
    end_ns: int,
    station_id: str | None = None,
    progress: Callable[[float], None] | None = None,
) -> tuple[list[Trace], list[Problem]]:
    """Read the samples of a span from files.

    Of a sound miniSEED file only the records that touch the span are decoded.

    Parameters
    ----------
    paths : iterable of str or Path
        Files.
    start_ns, end_ns : int
        ns UTC, end excluded.
    station_id : str, optional
        Only this station.
    progress : callable, optional
        Told the share of the files that is read.

    Returns
    -------
    traces : list of Trace
        As :func:`onsets.waveforms.read_traces` orders them, cut to the span.
    problems : list of Problem
        Of all that was looked at: those with a time may lie outside the span.
    """
    traces: list[Trace] = []
    problems: list[Problem] = []
    files = sorted({Path(path) for path in paths})
    for done, path in enumerate(files):
        try:
            mseed = _may_be_mseed(path) or path.stat().st_size == 0
        except OSError as error:
            problems.append(Problem(str(path), f"cannot be read: {error.strerror or error}", fatal=True))
            continue
        if mseed:
            found, faults = read_mseed(path, start_ns, end_ns, station_id)
        else:
            found, faults = read_file(path, True)
        traces += [one for one in found if station_id in (None, one.station_id)]
        problems += [one for one in faults if station_id is None or one.station_id in ("", station_id)]
        if progress is not None:
            progress((done + 1) / len(files))
    return sorted(trim(traces, start_ns, end_ns), key=trace_order), problems
