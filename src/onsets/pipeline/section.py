"""An archive and a catalogue to the record section of one event."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from onsets.earth import LayeredModel, travel_times
from onsets.errors import ConfigError, nearest
from onsets.location import with_residuals
from onsets.plots import figure_event_section
from onsets.tables import Assignments, Events, Stations
from onsets.types import Problem, Record
from onsets.waveforms import bandpass, find_files, gather, read_span, sds_files

__all__ = ["event_section", "largest_event"]

_BEFORE_S, _PAD_S = 2.0, 10.0
_BAND_HZ = (1.0, 20.0)


def largest_event(events: Events) -> str:
    """Return the id of the event of the largest magnitude, else of the most picks.

    Raises
    ------
    ConfigError
        If there is no event.
    """
    if not len(events):
        raise ConfigError("there is no event to draw")
    size = np.nan_to_num(events.magnitude, nan=-99.0)
    return str(events.event_id[np.lexsort((events.picks, size))[-1]])


def event_section(
    events: Events,
    assignments: Assignments,
    stations: Stations,
    model: LayeredModel,
    archive: str | Path | Sequence[str | Path],
    event_id: str = "",
) -> tuple[Any, list[Problem]]:
    """Draw the records of an event by distance, with its picks and travel-time curves.

    Parameters
    ----------
    events : Events
    assignments : Assignments
        Stations that have a pick of the event are drawn.
    stations : Stations
    model : LayeredModel
    archive : str, Path, or a sequence of them
        Root of an SDS archive, or files, folders and patterns.
    event_id : str
        The largest event if not given.

    Returns
    -------
    figure : matplotlib.figure.Figure
        Vertical records (what there is otherwise), 1 to 20 Hz.
    problems : list of Problem
        Files that cannot be read.

    Raises
    ------
    ConfigError
        If there is no such event.
    MissingExtraError
        If matplotlib is not installed.
    """
    name = event_id or largest_event(events)
    if name not in events.event_id.tolist():
        hint = nearest(name, [str(one) for one in events.event_id[:2000]]) if len(events) < 50 else ""
        raise ConfigError(f"no event {name!r} among {len(events)}; {hint}".rstrip("; "))
    event = events.take(events.event_id == name)
    _, mine = with_residuals(event, assignments.of_event(name), stations, model)
    reach = float(np.nanmax(mine.distance_km, initial=1.0))
    origin, depth = int(event.time_ns[0]), float(np.nan_to_num(event.depth_km[0]))
    distance = np.linspace(0.0, 1.05 * reach, 80)
    curves = {phase: (distance, travel_times(model, phase, distance, depth).time_s) for phase in "PS"}
    last_s = float(curves["S"][1][-1]) + 4.0
    if not isinstance(archive, str | Path):
        archive = find_files(archive)[0]
    records: list[tuple[Record, float]] = []
    problems: list[Problem] = []
    for station in sorted(set(mine.station_id.tolist())):
        away = float(np.nanmax(mine.distance_km[mine.station_id == station]))
        found, faults = _record(station, origin, last_s, archive)
        problems += faults
        if found is not None and np.isfinite(away):
            records.append((found, away))
    return figure_event_section(origin, mine, records, curves, _BEFORE_S), problems


def _record(station: str, origin_ns: int, last_s: float, archive: Any) -> tuple[Record | None, list[Problem]]:
    """Return a station's record around an event, filtered."""
    first, last = origin_ns - round((_BEFORE_S + _PAD_S) * 1e9), origin_ns + round((last_s + _PAD_S) * 1e9)
    if isinstance(archive, str | Path):
        files, faults = sds_files(archive, first, last, [station])
    else:
        files, faults = list(archive), []
    traces, more = read_span(files, first, last, station) if files else ([], [])
    problems = [fault for fault in [*faults, *more] if fault.fatal]
    records, _ = gather(traces)
    if not records:
        return None, problems
    record = bandpass(records[0], _BAND_HZ[0], min(_BAND_HZ[1], 0.45 * records[0].rate_hz))
    begin = max(round((origin_ns - round(_BEFORE_S * 1e9) - record.start_ns) * record.rate_hz / 1e9), 0)
    end = round((origin_ns + round(last_s * 1e9) - record.start_ns) * record.rate_hz / 1e9)
    if end <= begin:
        return None, problems
    kept = slice(begin, end)
    cut = dataclasses.replace(
        record,
        data=record.data[:, kept],
        valid=record.valid[:, kept],
        start_ns=record.time_ns(begin),
    )
    return cut, problems
