"""The user's own catalogue: a folder of waveform files and a list of picks, to labelled records."""

from __future__ import annotations

import csv
import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from onsets.datasets.checks import checked
from onsets.datasets.dataset import PHASES, Dataset, fill_columns
from onsets.errors import CatalogueError, ConfigError, WaveformError
from onsets.store import read_picks
from onsets.tables import iso_time
from onsets.types import Float32, Problem, Trace
from onsets.waveforms import find_files, gather, read_traces, trim

__all__ = ["PICKS", "CatalogueWaveforms", "open_catalogue"]

PICKS = "picks.csv"
FILES_IN_MEMORY = 6
S_NS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class _Span:
    """What one trace of a file covers."""

    station_id: str
    channel: str
    start_ns: int
    end_ns: int
    rate_hz: float
    file: int


@dataclass(frozen=True, slots=True)
class _Window:
    """Picks of one event at one station, and the stretch around them that becomes a record."""

    station_id: str
    event_id: str
    arrivals: dict[str, int]
    first_ns: int
    end_ns: int
    prefix: str = ""
    rate_hz: float = 0.0
    files: tuple[int, ...] = ()

    @property
    def picked(self) -> tuple[int, int]:
        return min(self.arrivals.values()), max(self.arrivals.values())


class CatalogueWaveforms:
    """Stretches of waveform files, gathered when asked for.

    Parameters
    ----------
    files : sequence of Path
    windows : sequence
        Station, channel prefix, begin, end, rate and files of each record.
    """

    finite = True

    def __init__(self, files: Sequence[Path], windows: Sequence[_Window]) -> None:
        self.files, self.windows = tuple(files), tuple(windows)
        self._read: dict[int, list[Trace]] = {}

    def read_one(self, k: int) -> Float32:
        """Return record ``k``, shape (3, samples), rows Z N E; zeros where nothing was recorded."""
        window = self.windows[k]
        traces = [
            trace
            for number in window.files
            for trace in self._traces(number)
            if trace.station_id == window.station_id
            and trace.channel[:2].upper() == window.prefix
            and abs(trace.rate_hz / window.rate_hz - 1) < 1e-4
        ]
        records, _ = gather(trim(traces, window.first_ns, window.end_ns), max_gap_s=np.inf)
        if not records:
            raise WaveformError(f"{window.station_id} has no usable samples at {iso_time(window.first_ns)}")
        record = records[0]
        out = np.zeros((3, _samples(window)), dtype=np.float32)
        at = round((record.start_ns - window.first_ns) * window.rate_hz / S_NS)
        a, b = max(0, at), min(out.shape[1], at + record.samples)
        out[:, a:b] = record.data[:, a - at : b - at]
        return out

    def _traces(self, number: int) -> list[Trace]:
        if number not in self._read:
            if len(self._read) >= FILES_IN_MEMORY:
                self._read.pop(next(iter(self._read)))
            self._read[number] = read_traces([self.files[number]])[0]
        return self._read[number]


def open_catalogue(
    path: str | Path,
    picks: str | Path | None = None,
    *,
    before_s: float = 30.0,
    length_s: float = 90.0,
    pair_s: float = 60.0,
) -> Dataset:
    """Make a dataset of a folder of waveform files and a list of picks.

    Parameters
    ----------
    path : str or Path
        Folder with miniSEED (or what ObsPy reads), searched to any depth.
    picks : str or Path, optional
        Table that :func:`onsets.store.read_picks` reads; ``picks.csv`` in the folder if not given. It
        needs ``station_id, phase, time``; ``event_id`` (CSV) and ``channel_prefix`` are used where there.
    before_s, length_s : float
        A record begins this long before its first pick and is this long, where that was recorded.
    pair_s : float
        Without ``event_id``, an S belongs to the P before it if it comes within this time.

    Returns
    -------
    Dataset
        One record for each station and event. Phases that begin with P or S (Pn, Sg ...) count as
        those; the earliest of an event does. Where other picks of the station lie in the stretch, it
        ends half-way to them, so that no unlabelled onset is taught as noise.

    Raises
    ------
    ConfigError
        If the folder or table is missing.
    CatalogueError
        If the table cannot be used, or no pick has waveforms.

    Notes
    -----
    Every file is read once to learn what it covers, one at a time.
    """
    if not Path(path).is_dir():
        raise ConfigError(f"no folder {path}; name the folder of the waveform files")
    if not (before_s > 0 and length_s > before_s and pair_s > 0):
        raise ConfigError(
            f"before_s {before_s}, length_s {length_s}, pair_s {pair_s}: expected 0 < before < length"
        )
    table = Path(picks) if picks is not None else Path(path) / PICKS
    wanted, problems = _windows(table, round(before_s * S_NS), round(length_s * S_NS), round(pair_s * S_NS))
    files, faults = find_files([path])
    spans, more = _spans(files)
    found: list[_Window] = []
    for window in wanted:
        placed = _placed(window, spans.get(window.station_id, []))
        if isinstance(placed, Problem):
            problems.append(placed)
        else:
            found.append(placed)
    if not found:
        why = f"; {problems[0].reason}" if problems else ""
        raise CatalogueError(f"none of the picks of {table} has waveforms in {path}{why}")
    data = checked(_rows(found, Path(path).name), CatalogueWaveforms(files, found), str(table))
    return dataclasses.replace(data, problems=(*faults, *more, *problems, *data.problems))


def _samples(window: _Window) -> int:
    return round((window.end_ns - window.first_ns) * window.rate_hz / S_NS)


def _events(table: Path) -> list[str] | None:
    """Return the column ``event_id`` of a CSV file, row by row as read_picks does."""
    if table.suffix.lower() != ".csv":
        return None
    with open(table, newline="", encoding="utf-8-sig") as handle:
        rows = (row for row in csv.reader(handle) if row)
        header = [name.strip() for name in next(rows, [])]
        if "event_id" not in header:
            return None
        return [row[header.index("event_id")].strip() for row in rows]


def _windows(table: Path, before: int, length: int, pair: int) -> tuple[list[_Window], list[Problem]]:
    """Group picks by station and event, and lay a stretch around each group."""
    picks, problems = read_picks(table), []
    events = _events(table) or [""] * len(picks)
    stations: dict[str, list[tuple[int, str, str, str]]] = {}
    for pick, event in zip(picks, events, strict=True):
        phase = pick.phase[:1].upper()
        if phase in PHASES:
            one = (pick.time_ns, phase, event, pick.channel_prefix.upper())
            stations.setdefault(pick.station_id, []).append(one)
        else:
            reason = f"phase {pick.phase!r} is neither a P nor an S; passed over"
            problems.append(Problem(str(table), reason, pick.station_id, time_ns=pick.time_ns))
    windows = []
    for station, listed in sorted(stations.items()):
        groups = _grouped(sorted(listed), pair)
        made = [
            _Window(station, event, arrivals, first - before, first - before + length, prefix)
            for event, prefix, arrivals in groups
            for first in [min(arrivals.values())]
        ]
        windows += _apart(sorted(made, key=lambda window: window.picked), problems)
    return windows, problems


def _grouped(picks: list[tuple[int, str, str, str]], pair: int) -> list[tuple[str, str, dict[str, int]]]:
    """Return event, channel prefix and the earliest P and S of each group of a station's picks."""
    named: dict[str, tuple[str, str, dict[str, int]]] = {}
    others: list[tuple[str, str, dict[str, int]]] = []
    for time_ns, phase, event, prefix in picks:
        if event:
            named.setdefault(event, (event, prefix, {}))[2].setdefault(phase, time_ns)
        elif phase == "S" and others and "S" not in others[-1][2] and time_ns - others[-1][2]["P"] <= pair:
            others[-1][2]["S"] = time_ns
        else:
            others.append(("", prefix, {phase: time_ns}))
    return [*named.values(), *others]


def _apart(windows: list[_Window], problems: list[Problem]) -> list[_Window]:
    """End stretches of one station half-way to the picks of the next event."""
    out = list(windows)
    for k, (one, two) in enumerate(pairwise(windows)):
        last, first = one.picked[1], two.picked[0]
        middle = (last + first) // 2
        if last < first:
            out[k] = dataclasses.replace(out[k], end_ns=min(out[k].end_ns, middle))
            out[k + 1] = dataclasses.replace(out[k + 1], first_ns=max(out[k + 1].first_ns, middle))
        else:
            reason = f"picks of two events interleave at {iso_time(first)}; each record holds both"
            problems.append(Problem(one.station_id, reason, one.station_id, time_ns=first))
    return out


def _spans(files: Sequence[Path]) -> tuple[dict[str, list[_Span]], list[Problem]]:
    """Return what each station's traces cover, in time order."""
    spans: dict[str, list[_Span]] = {}
    problems: list[Problem] = []
    for number, file in enumerate(files):
        traces, faults = read_traces([file])
        problems += faults
        for trace in traces:
            end = trace.start_ns + round(len(trace.data) * S_NS / trace.rate_hz)
            span = _Span(trace.station_id, trace.channel, trace.start_ns, end, trace.rate_hz, number)
            spans.setdefault(trace.station_id, []).append(span)
    for listed in spans.values():
        listed.sort(key=lambda span: (not span.channel.endswith("Z"), span.channel, span.start_ns))
    return spans, problems


def _placed(window: _Window, spans: list[_Span]) -> _Window | Problem:
    """Clip a stretch to what was recorded and lay it on the grid of the trace at its first pick."""
    first = window.picked[0]
    at = [span for span in spans if span.start_ns <= first < span.end_ns]
    at = [span for span in at if not window.prefix or span.channel[:2].upper() == window.prefix]
    if not at:
        reason = f"no waveform at {iso_time(first)}, when it was picked; its record is left out"
        return Problem(window.station_id, reason, window.station_id, 0, True, first)
    anchor = at[0]
    prefix, period = anchor.channel[:2].upper(), S_NS / anchor.rate_hz
    near: Any = [
        span
        for span in spans
        if span.channel[:2].upper() == prefix
        and abs(span.rate_hz / anchor.rate_hz - 1) < 1e-4
        and span.start_ns < window.end_ns
        and span.end_ns > window.first_ns
    ]
    begin = max(window.first_ns, min(span.start_ns for span in near))
    end = min(window.end_ns, max(span.end_ns for span in near))
    begin = anchor.start_ns + round(np.ceil((begin - anchor.start_ns) / period - 0.01) * period)
    return dataclasses.replace(
        window,
        first_ns=begin,
        end_ns=end,
        prefix=prefix,
        rate_hz=anchor.rate_hz,
        files=tuple(sorted({span.file for span in near})),
    )


def _rows(windows: list[_Window], dataset: str) -> dict[str, Any]:
    def sample(window: _Window, phase: str) -> float:
        time_ns = window.arrivals.get(phase)
        return np.nan if time_ns is None else (time_ns - window.first_ns) * window.rate_hz / S_NS

    return fill_columns(
        {
            "name": [f"{w.station_id}{w.prefix}_{iso_time(w.picked[0])}" for w in windows],
            "dataset": dataset,
            "station_id": [window.station_id for window in windows],
            "event_id": [window.event_id for window in windows],
            "category": "earthquake",
            "rate_hz": [window.rate_hz for window in windows],
            "samples": [_samples(window) for window in windows],
            "start_ns": np.array([window.first_ns for window in windows], dtype="M8[ns]"),
            "p_sample": [sample(window, "P") for window in windows],
            "s_sample": [sample(window, "S") for window in windows],
        },
        len(windows),
    )
