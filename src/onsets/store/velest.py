"""VELEST's phase files (``.cnv``): events with travel times, six to a line or one.

References: Kissling, E., Ellsworth, W. L., Eberhart-Phillips, D., and Kradolfer, U. (1994). Initial
reference models in local earthquake tomography. JGR 99, 19635-19646, doi 10.1029/93JB03138.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from onsets.errors import CatalogueError
from onsets.store.hypoinverse import weight_code
from onsets.store.phase_text import clock, clock_ns, lines_of, rows_by_event, station_code, write_lines
from onsets.tables import Assignments, Events

__all__ = ["read_cnv", "write_cnv"]

_PIVOT = 70
_EVENT = re.compile(r"[ \d]{6} [ \d]{4} [ \d.]{5} [ \d.]{7}[NSns ] [ \d.]{8}[EWew ]")
_ONE = re.compile(r"  (.{4,6}) +([PpSs])   (\d)   ([ \d.-]{6})$")
_WIDTHS = (4, 6)
_EACH_LINE = 6


def read_cnv(path: str | Path) -> tuple[Events, Assignments]:
    """Read a phase file.

    Parameters
    ----------
    path : str or Path
        Phases six to a line with station codes of four or six characters, or one to a line.

    Returns
    -------
    events : Events
        Numbered from 1. Years of two digits are 1970 to 2069.
    assignments : Assignments
        ``station_id`` is ``.STA.``; weight codes 0 to 4 become weights 1 to 0.

    Raises
    ------
    CatalogueError
        With file and line.
    """
    events: list[dict[str, Any]] = []
    picks: list[dict[str, Any]] = []
    with lines_of(path) as lines:
        for line in lines:
            if not line.strip() or line.strip() == "9999":
                continue
            if _EVENT.match(line):
                events.append({**_event(line), "event_id": str(len(events) + 1)})
                continue
            if not events:
                raise ValueError("phases before the first event")
            for station, phase, code, travel in _phases(line):
                picks.append(
                    {
                        "event_id": events[-1]["event_id"],
                        "station_id": f".{station.strip()}.",
                        "phase": phase.upper(),
                        "time_ns": events[-1]["time_ns"] + round(float(travel) * 1e9),
                        "weight": 1 - min(int(code), 4) / 4,
                    }
                )
    if not events:
        raise CatalogueError(f"{path} holds no event; expected VELEST's phases")
    for row in events:
        row["picks"] = sum(pick["event_id"] == row["event_id"] for pick in picks)
    return Events.of(events), Assignments.of(picks)


def _event(line: str) -> dict[str, Any]:
    year, month, day, hour, minute = (int(line[a : a + 2]) for a in (0, 2, 4, 7, 9))
    year += 1900 if year >= _PIVOT else 2000
    south, west = line[25:26].upper() == "S", line[35:36].upper() == "W"
    words = line[36:].split()  # depth and magnitude, seven or eight columns each, then perhaps more
    return {
        "time_ns": clock_ns(year, month, day, hour, minute, float(line[12:17])),
        "latitude": (-1 if south else 1) * float(line[18:25]),
        "longitude": (-1 if west else 1) * float(line[27:35]),
        "depth_km": float(words[0]),
        "magnitude": float(words[1]) if len(words) > 1 else np.nan,
        "method": "velest",
    }


def _phases(line: str) -> list[tuple[str, str, str, str]]:
    """Return station, phase, code and travel time of each phase of a line."""
    text = line.rstrip()
    alone = _ONE.match(text)
    if alone:
        return [(alone[1], alone[2], alone[3], alone[4])]
    for width in _WIDTHS:
        size = width + 8
        parts = [text[k : k + size] for k in range(0, len(text), size)]
        found = [re.fullmatch(rf"(.{{{width}}})([PpSs])(\d)([ \d.-]{{6}})", part) for part in parts]
        if found and all(found):
            return [(one[1], one[2], one[3], one[4]) for one in found if one is not None]
    raise ValueError("neither an event nor phases: station, P or S, code, travel time")


def write_cnv(events: Events, assignments: Assignments, path: str | Path) -> None:
    """Write a phase file, six phases to a line.

    Station codes have four characters if all fit, else six. Events are numbered when read again.

    Raises
    ------
    CatalogueError
        If an event has no latitude and longitude, or a travel time does not fit (above 999 s, or negative).
    StoreError
        If it cannot be written.
    """
    lost = np.isnan(events.latitude) | np.isnan(events.longitude)
    if lost.any():
        raise CatalogueError(
            f"event {events.event_id[np.argmax(lost)]} has no latitude and longitude, which VELEST needs"
        )
    codes = [station_code(name)[:6] for name in assignments.station_id.tolist()]
    width = _WIDTHS[max(map(len, codes), default=0) > _WIDTHS[0]]
    of_event = rows_by_event(assignments)

    def lines() -> Iterator[str]:
        for i, name in enumerate(events.event_id.tolist()):
            year, month, day, hour, minute, second = clock(int(events.time_ns[i]))
            latitude, longitude = float(events.latitude[i]), float(events.longitude[i])
            size = float(np.nan_to_num(events.magnitude[i]))
            yield (
                f"{year % 100:02d}{month:2d}{day:2d} {hour:2d}{minute:2d} {second:5.2f} "
                f"{abs(latitude):7.4f}{'S' if latitude < 0 else 'N'} "
                f"{abs(longitude):8.4f}{'W' if longitude < 0 else 'E'}{events.depth_km[i]:7.2f}{size:7.2f}"
            )
            parts = []
            for row in of_event.get(name, []):
                travel = (int(assignments.time_ns[row]) - int(events.time_ns[i])) / 1e9
                if not 0 <= travel < 999:
                    raise CatalogueError(
                        f"event {name}: a travel time of {travel:.2f} s does not fit VELEST's phases"
                    )
                code = weight_code(float(assignments.weight[row]))
                phase = str(assignments.phase[row])[:1].upper()
                parts.append(f"{codes[row]:<{width}s}{phase}{code}{travel:6.2f}")
            for k in range(0, len(parts), _EACH_LINE):
                yield "".join(parts[k : k + _EACH_LINE])
            yield ""

    write_lines(path, lines())
