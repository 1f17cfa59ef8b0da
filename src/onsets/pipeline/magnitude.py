"""An archive and a catalogue to amplitudes and magnitudes."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from onsets.earth import geodesic
from onsets.errors import CatalogueError, ConfigError
from onsets.magnitude import (
    DURATIONS,
    RELATIONS,
    MagnitudeOptions,
    coda_duration,
    event_magnitudes,
    wood_anderson,
)
from onsets.tables import Amplitudes, Assignments, Events, Stations
from onsets.types import Problem, Record
from onsets.waveforms import Responses, bandpass, clipped_samples, find_files, gather, read_span, sds_files

__all__ = ["Magnitudes", "measure_magnitudes"]

_NOISE_S, _QUIET_S = (-8.0, -0.5), 20.0
_AFTER_S, _SLOWEST_KM_S, _SLOWEST_S_KM_S = 10.0, 2.0, 2.8
_TAIL_S, _CODA_S = 5.0, 300.0
_DAY_NS = 86_400 * 10**9


@dataclass(frozen=True, slots=True, eq=False)
class Magnitudes:
    """What the magnitudes are made of.

    Attributes
    ----------
    events : Events
        With magnitude, type and error.
    amplitudes : Amplitudes
    problems : list of Problem
        Stations without response, and how many records were left out for what reason.
    """

    events: Events
    amplitudes: Amplitudes
    problems: list[Problem]


@dataclass(frozen=True, slots=True)
class _Window:
    """Where an event is in the records of one station."""

    event_id: str
    onset_ns: int
    end_ns: int  # of the strong motion
    last_ns: int  # before the next event there
    distance_km: float


def measure_magnitudes(
    events: Events,
    assignments: Assignments,
    stations: Stations,
    archive: str | Path | Sequence[str | Path],
    responses: Responses | None = None,
    options: MagnitudeOptions | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Magnitudes:
    """Measure the records of located events and give the events magnitudes.

    Parameters
    ----------
    events : Events
    assignments : Assignments
        Stations that have a pick of an event are measured; the earliest pick is where it begins there.
    stations : Stations
    archive : str, Path, or a sequence of them
        Root of an SDS archive, or files, folders and patterns.
    responses : Responses, optional
        Without them durations are measured, unless local magnitudes are asked for.
    options : MagnitudeOptions, optional
    progress : callable, optional
        Told the stations done and in all.

    Raises
    ------
    ConfigError
        If local magnitudes are wanted without responses.

    Notes
    -----
    Amplitudes are looked for from the first pick to 10 s after a wave of 2 km/s, or to the next event at
    the station; a station whose S would lie beyond that end is not used. Not used either are records with
    clipped samples, gaps or nothing but zeros there, and those that do not rise ``snr`` times over the noise
    of the 8 s before. Where one horizontal component is missing the other counts alone.
    """
    given = options or MagnitudeOptions()
    local = given.kind == "local" or (given.kind == "auto" and bool(responses))
    if local and not responses:
        raise ConfigError("local magnitudes need responses: StationXML or a table of gains; or kind=duration")
    windows, problems = _windows(events, assignments, stations, given, local)
    if not isinstance(archive, str | Path):
        archive, missing = find_files(archive)
        problems += missing
    rows: list[dict[str, Any]] = []
    for number, (station, mine) in enumerate(sorted(windows.items()), 1):
        lost: Counter[str] = Counter()
        for record, window in _records(station, mine, archive, lost, problems):
            if local and responses is not None:
                rows += _amplitudes(record, window, responses, given, lost)
            else:
                rows += _durations(record, window, given, lost)
        for reason, count in sorted(lost.items()):
            problems.append(Problem(station, f"{count} of {len(mine)} records not used: {reason}", station))
        if progress is not None:
            progress(number, len(windows))
    amplitudes = Amplitudes.of(rows)
    return Magnitudes(event_magnitudes(events, amplitudes, given.stations), amplitudes, problems)


def _windows(
    events: Events, assignments: Assignments, stations: Stations, options: MagnitudeOptions, local: bool
) -> tuple[dict[str, list[_Window]], list[Problem]]:
    """Say for each station where its events are."""
    row_of = {name: row for row, name in enumerate(events.event_id.tolist())}
    onsets: dict[tuple[str, int], int] = {}
    for i, name in enumerate(assignments.event_id.tolist()):
        if name in row_of:
            key, time = (str(assignments.station_id[i]), row_of[name]), int(assignments.time_ns[i])
            onsets[key] = min(onsets.get(key, time), time)
    ids = sorted({station for station, _ in onsets})
    place = dict(zip(ids, stations.index(ids).tolist(), strict=True))
    problems = [
        Problem(name, "unknown station: no magnitudes there; add it to the table of stations", name)
        for name in ids
        if place[name] < 0
    ]
    by_station: dict[str, list[tuple[int, int]]] = {}
    for (station, row), time in onsets.items():
        if place[station] >= 0 and np.isfinite(events.depth_km[row]):
            by_station.setdefault(station, []).append((time, row))
    relation = RELATIONS[options.relation]
    out: dict[str, list[_Window]] = {}
    for station, pairs in by_station.items():
        times = sorted(time for time, _ in pairs)
        for time, row in sorted(pairs):
            across, slant = _distances(events, row, stations, place[station])
            distance = across if local and relation.epicentral else slant
            if local and not relation.range_km[0] <= distance <= relation.range_km[1]:
                continue
            later = [other for other in times if other > time]
            last = min([time + round(_CODA_S * 1e9), *(other - 10**9 for other in later[:1])])
            end = int(events.time_ns[row]) + round((slant / _SLOWEST_KM_S + _AFTER_S) * 1e9)
            shear = int(events.time_ns[row]) + round(slant / _SLOWEST_S_KM_S * 1e9)
            if local and last < shear:
                continue
            name = str(events.event_id[row])
            out.setdefault(station, []).append(_Window(name, time, min(end, last), last, distance))
    return out, problems


def _distances(events: Events, row: int, stations: Stations, place: int) -> tuple[float, float]:
    """Return the epicentral and the hypocentral distance, km."""
    if stations.geographic:
        ends = (stations.latitude[place], stations.longitude[place])
        across = float(geodesic(events.latitude[row], events.longitude[row], *ends)[0])
    else:
        across = float(
            np.hypot(events.x_km[row] - stations.x_km[place], events.y_km[row] - stations.y_km[place])
        )
    return across, float(np.hypot(across, events.depth_km[row] + stations.elevation_m[place] / 1000))


def _records(
    station: str,
    windows: list[_Window],
    archive: str | Path | Sequence[str | Path],
    lost: Counter[str],
    problems: list[Problem],
) -> list[tuple[Record, _Window]]:
    """Cut the records of one station, a day's files at a time."""
    out = []
    days: dict[int, list[_Window]] = {}
    for window in windows:
        days.setdefault(window.onset_ns // _DAY_NS, []).append(window)
    for group in days.values():
        first = min(window.onset_ns for window in group) - round(_QUIET_S * 1e9)
        last = max(window.last_ns for window in group) + round(_TAIL_S * 1e9)
        if isinstance(archive, str | Path):
            files, faults = sds_files(archive, first, last, [station])
        else:
            files, faults = [Path(path) for path in archive], []
        traces, more = read_span(files, first, last, station) if files else ([], [])
        problems += [fault for fault in [*faults, *more] if fault.fatal]
        records, _ = gather(traces)
        for window in group:
            whole = [one for one in map(lambda r: _cut(r, window), records) if one is not None]
            if not whole:
                lost["no waveforms there"] += 1
            out += [(one, window) for one in whole[:1]]
    return out


def _cut(record: Record, window: _Window) -> Record | None:
    """Return a record around an event, or nothing if it does not hold noise and event."""
    rate = record.rate_hz

    def sample(time_ns: int) -> int:
        return round((time_ns - record.start_ns) * rate / 1e9)

    onset, end = sample(window.onset_ns), sample(window.end_ns)
    if onset + round(_NOISE_S[0] * rate) < 0 or end > record.samples:
        return None
    first = max(onset - round(_QUIET_S * rate), 0)
    last = min(max(end + round(_TAIL_S * rate), sample(window.last_ns)), record.samples)
    return dataclasses.replace(
        record,
        data=record.data[:, first:last],
        valid=record.valid[:, first:last],
        start_ns=record.time_ns(first),
    )


def _spans(record: Record, window: _Window) -> tuple[slice, slice]:
    """Return the samples of the noise and of the event."""
    rate = record.rate_hz
    onset, end = (round((time - record.start_ns) * rate / 1e9) for time in (window.onset_ns, window.end_ns))
    return slice(*(onset + round(edge * rate) for edge in _NOISE_S)), slice(onset, end)


def _unusable(record: Record, row: int, event: slice, noise: slice) -> str:
    """Say why a component cannot be measured, or nothing."""
    here = slice(noise.start, event.stop)
    if not record.valid[row, here].all():
        return "gap" if record.valid[row].any() else "component missing"
    data, valid = record.data[row : row + 1, here], record.valid[row : row + 1, here]
    if not np.ptp(record.data[row, event]):
        return "nothing but one value"
    return "clipped" if clipped_samples(data, valid).any() else ""


def _amplitudes(
    record: Record,
    window: _Window,
    responses: Responses,
    options: MagnitudeOptions,
    lost: Counter[str],
) -> list[dict[str, Any]]:
    """Measure the Wood-Anderson amplitudes of one record."""
    relation, rate = RELATIONS[options.relation], record.rate_hz
    noise, event = _spans(record, window)
    band = (options.low_hz, min(options.high_hz, 0.4 * rate))
    rows, reasons = [], []
    for row in (0,) if relation.vertical else (1, 2):
        channel = record.channels[row]
        reason = _unusable(record, row, event, noise)
        response = None if reason else responses.find(record.station_id, channel, window.onset_ns)
        if reason or response is None:
            reasons.append(reason or "no response")
            continue
        try:
            trace = np.abs(
                wood_anderson(record.data[row], rate, response.counts_per_m_s, band, options.instrument)
            )
        except CatalogueError as error:
            reasons.append(str(error))
            continue
        peak, before = int(np.argmax(trace[event])), float(trace[noise].max())
        size = float(trace[event][peak])
        if not size > options.snr * before:
            reasons.append(f"below {options.snr:g} times the noise")
            continue
        rows.append(
            {
                "channel": channel,
                "time_ns": record.time_ns(event.start + peak),
                "amplitude_mm": size,
                "snr": size / before if before > 0 else np.nan,
                "magnitude": np.log10(size) + float(relation.term(np.array([window.distance_km]))[0]),
                "magnitude_type": "ML",
            }
        )
    if not rows:
        lost[max(set(reasons), key=reasons.count)] += 1
    return _labelled(rows, record, window, options)


def _durations(
    record: Record, window: _Window, options: MagnitudeOptions, lost: Counter[str]
) -> list[dict[str, Any]]:
    """Measure the coda of one record, on the vertical component or else a horizontal one."""
    noise, event = _spans(record, window)
    usable = [row for row in range(3) if record.valid[row, noise.start : event.stop].all()]
    usable = [row for row in usable if np.ptp(record.data[row, event])]
    if not usable:
        lost["gap, or nothing but one value"] += 1
        return []
    row, rate = usable[0], record.rate_hz
    filtered = bandpass(record, max(options.low_hz, 1.0), min(options.high_hz, 0.4 * rate)).data[row]
    broken = np.flatnonzero(~record.valid[row, event.start :])
    stop = event.start + int(broken[0]) if len(broken) else len(filtered)
    lapse = coda_duration(filtered[noise.start : stop], rate, event.start - noise.start)
    if np.isnan(lapse):
        lost["the coda does not end before the next event, gap or noise"] += 1
        return []
    value = float(DURATIONS[options.duration_relation](np.array([lapse]))[0])
    found = {"channel": record.channels[row], "time_ns": window.onset_ns, "duration_s": lapse}
    return _labelled([{**found, "magnitude": value, "magnitude_type": "Md"}], record, window, options)


def _labelled(
    rows: list[dict[str, Any]], record: Record, window: _Window, options: MagnitudeOptions
) -> list[dict[str, Any]]:
    """Add what all rows of a record share, and the station's correction."""
    late = dict(options.corrections).get(record.station_id, 0.0)
    names = {"event_id": window.event_id, "station_id": record.station_id}
    return [
        {**names, "distance_km": window.distance_km, **row, "magnitude": row["magnitude"] + late}
        for row in rows
    ]
