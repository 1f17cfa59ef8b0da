"""An archive and a catalogue to correlated differential times."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from onsets.errors import ConfigError
from onsets.location import delay, neighbours
from onsets.tables import Assignments, Differences, Events
from onsets.types import Problem, Record
from onsets.waveforms import bandpass, gather, read_traces, sds_files, trim

__all__ = ["CorrelateOptions", "correlate_archive"]

_SLACK_NS = 10 * 10**9


@dataclass(frozen=True, slots=True)
class CorrelateOptions:
    """How waveforms are compared.

    Attributes
    ----------
    low_hz, high_hz : float
        Band of the filter (to 0.45 of the rate at most).
    before_s, after_p_s, after_s_s : float
        Window around a pick; P on Z, S on the horizontal component that correlates better.
    largest_s : float
        Largest difference from the picks that is looked for.
    least : float
        Smallest coefficient of a difference that is kept; its square is the weight.
    max_km : float
        Largest distance of two events.
    most : int
        Neighbours of each event.
    """

    low_hz: float = 1.5
    high_hz: float = 15.0
    before_s: float = 0.5
    after_p_s: float = 1.0
    after_s_s: float = 2.0
    largest_s: float = 0.3
    least: float = 0.7
    max_km: float = 5.0
    most: int = 20

    def __post_init__(self) -> None:
        if not 0 < self.low_hz < self.high_hz:
            raise ConfigError(f"band {self.low_hz:g} to {self.high_hz:g} Hz, expected 0 < low < high")
        if not self.largest_s > 0 or not 0 <= self.least < 1:
            raise ConfigError("correlation needs largest_s above 0 and least from 0 to 1")


@dataclass(frozen=True, slots=True, eq=False)
class _Cut:
    """The windows around one pick, and the time of their first sample."""

    waves: npt.NDArray[np.float64]  # (components, samples)
    start_ns: int
    rate_hz: float


def correlate_archive(
    events: Events,
    assignments: Assignments,
    root: str | Path,
    options: CorrelateOptions | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[Differences, list[Problem]]:
    """Correlate the waveforms of neighbouring events at the stations that have picks of both.

    Parameters
    ----------
    events : Events
    assignments : Assignments
    root : str or Path
        SDS archive.
    options : CorrelateOptions, optional
    progress : callable, optional
        Told the stations done and in all.

    Returns
    -------
    differences : Differences
        Of kind ``cc``, weight the square of the coefficient.
    problems : list of Problem
        Files that cannot be read, picks without waveforms (counted by station).

    Raises
    ------
    ConfigError
        If the folder is no SDS archive.
    """
    given = options or CorrelateOptions()
    one, two = neighbours(events, given.max_km, given.most)
    pairs = list(zip(one.tolist(), two.tolist(), strict=True))
    row_of = {name: row for row, name in enumerate(events.event_id.tolist())}
    by_station: dict[str, list[tuple[int, str, int]]] = {}
    for i, name in enumerate(assignments.event_id.tolist()):
        if name in row_of and assignments.weight[i] != 0:
            pick = (row_of[name], str(assignments.phase[i])[:1], int(assignments.time_ns[i]))
            by_station.setdefault(str(assignments.station_id[i]), []).append(pick)
    rows: list[dict[str, object]] = []
    problems: list[Problem] = []
    for number, (station, picks) in enumerate(sorted(by_station.items()), 1):
        cuts = _cuts(station, picks, root, given, problems)
        rows += _station(station, cuts, pairs, events, given)
        if progress is not None:
            progress(number, len(by_station))
    return Differences.of(rows), problems


def _cuts(
    station: str,
    picks: list[tuple[int, str, int]],
    root: str | Path,
    options: CorrelateOptions,
    problems: list[Problem],
) -> dict[tuple[int, str], _Cut]:
    """Cut the windows of one station, a day's files at a time."""
    out: dict[tuple[int, str], _Cut] = {}
    days: dict[int, list[tuple[int, str, int]]] = {}
    for pick in picks:
        days.setdefault(pick[2] // (86_400 * 10**9), []).append(pick)
    for group in days.values():
        times = [pick[2] for pick in group]
        span = (min(times) - _SLACK_NS, max(times) + _SLACK_NS)
        files, faults = sds_files(root, *span, [station])
        traces, more = read_traces(files) if files else ([], [])
        problems += [fault for fault in [*faults, *more] if fault.fatal]
        records, _ = gather(trim(traces, *span))
        for record in records:
            high = min(options.high_hz, 0.45 * record.rate_hz)
            filtered = bandpass(record, options.low_hz, high)
            for event, phase, time_ns in group:
                cut = _cut(filtered, phase, time_ns, options)
                if cut is not None:
                    out.setdefault((event, phase), cut)
    lost = len({(event, phase) for event, phase, _ in picks}) - len(out)
    if lost:
        problems.append(
            Problem(station, f"{lost} of {len(picks)} picks have no waveform in the archive", station)
        )
    return out


def _cut(record: Record, phase: str, time_ns: int, options: CorrelateOptions) -> _Cut | None:
    """Return the window around a pick, or nothing if it is not all there."""
    after = options.after_s_s if phase == "S" else options.after_p_s
    rate = record.rate_hz
    first = round((time_ns - record.start_ns) / 1e9 * rate) - round(
        (options.before_s + options.largest_s) * rate
    )
    last = first + round((options.before_s + after + 2 * options.largest_s) * rate)
    rows = [1, 2] if phase == "S" else [0]
    if first < 0 or last > record.samples:
        return None
    rows = [row for row in rows if record.valid[row, first:last].all()]
    if not rows:
        return None
    waves = record.data[rows, first:last].astype(np.float64)
    return _Cut(waves, record.time_ns(first), rate)


def _station(
    station: str,
    cuts: dict[tuple[int, str], _Cut],
    pairs: list[tuple[int, int]],
    events: Events,
    options: CorrelateOptions,
) -> list[dict[str, object]]:
    """Correlate all pairs at one station."""
    names, origin = events.event_id.tolist(), events.time_ns.tolist()
    rows: list[dict[str, object]] = []
    for one, two in pairs:
        for phase in ("P", "S"):
            first, second = cuts.get((one, phase)), cuts.get((two, phase))
            if first is None or second is None or first.rate_hz != second.rate_hz:
                continue
            if len(first.waves) != len(second.waves):
                continue
            largest = round(options.largest_s * first.rate_hz)
            found = [delay(a, b, largest) for a, b in zip(first.waves, second.waves, strict=True)]
            samples, alike = max(found, key=lambda pair: -1.0 if pair[0] != pair[0] else pair[1])
            if samples != samples or alike < options.least:
                continue
            lead = ((first.start_ns - origin[one]) - (second.start_ns - origin[two])) / 1e9
            rows.append(
                {
                    "event_1": names[one],
                    "event_2": names[two],
                    "station_id": station,
                    "phase": phase,
                    "dt_s": lead + samples / first.rate_hz,
                    "weight": alike**2,
                    "kind": "cc",
                }
            )
    return rows
