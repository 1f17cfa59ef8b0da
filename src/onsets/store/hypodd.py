"""HypoDD's files of events: phases, event lists, locations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from onsets.store.phase_text import clock, clock_ns, lines_of, rows_by_event, station_code, write_lines
from onsets.tables import Assignments, Events

__all__ = [
    "hypodd_ids",
    "read_event_list",
    "read_locations",
    "read_phases",
    "write_locations",
    "write_phases",
]


def read_phases(path: str | Path) -> tuple[Events, Assignments]:
    """Read a ``.pha`` file: the input of ph2dt.

    Parameters
    ----------
    path : str or Path
        ``# year month day hour minute second latitude longitude depth magnitude eh ez rms id``, then
        ``station travel_time weight phase`` lines; packed if it ends in ``.gz``.

    Returns
    -------
    events : Events
    assignments : Assignments
        ``station_id`` is ``.STA.``: the format knows station codes only. A weight below 0, by which the
        format marks picks to be used at any rate, is given back as its size.

    Raises
    ------
    CatalogueError
        With file and line.
    """
    events: list[dict[str, Any]] = []
    picks: list[dict[str, Any]] = []
    with lines_of(path) as lines:
        for line in lines:
            words = line.replace("#", "# ", 1).split()
            if not words:
                continue
            if words[0] == "#":
                events.append(_event(words[1:]))
            elif not events:
                raise ValueError("a pick before the first event")
            else:
                time = events[-1]["time_ns"] + round(float(words[1]) * 1e9)
                row = {"event_id": events[-1]["event_id"], "station_id": f".{words[0]}.", "phase": words[3]}
                picks.append({**row, "time_ns": time, "weight": abs(float(words[2]))})
    assignments = Assignments.of(picks)
    ids, counts = np.unique(assignments.event_id, return_counts=True)
    used = dict(zip(ids.tolist(), counts.tolist(), strict=True))
    return Events.of([{**row, "picks": used.get(row["event_id"], 0)} for row in events]), assignments


def _event(words: Sequence[str]) -> dict[str, Any]:
    year, month, day, hour, minute = (int(word) for word in words[:5])
    numbers = [float(word) for word in words[5:13]]
    row = dict(zip(("latitude", "longitude", "depth_km", "magnitude"), numbers[1:5], strict=True))
    return {
        **row,
        "event_id": words[13],
        "time_ns": clock_ns(year, month, day, hour, minute, numbers[0]),
        "horizontal_error_km": numbers[5],
        "depth_error_km": numbers[6],
        "rms_s": numbers[7],
    }


def read_event_list(path: str | Path) -> Events:
    """Read ``event.dat`` or ``event.sel``: ``yyyymmdd hhmmssss latitude longitude depth mag eh ez rms id``.

    Raises
    ------
    CatalogueError
        With file and line.
    """
    rows = []
    with lines_of(path) as lines:
        for line in lines:
            words = line.split()
            if not words:
                continue
            date, time = words[0], words[1].rjust(8, "0")
            hour, minute, seconds = int(time[:2]), int(time[2:4]), int(time[4:]) / 100
            parts = [date[:4], date[4:6], date[6:8], str(hour), str(minute), str(seconds), *words[2:]]
            rows.append(_event(parts))
    return Events.of(rows)


def read_locations(path: str | Path) -> Events:
    """Read ``hypoDD.loc`` or ``hypoDD.reloc``.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    Events
        ``x_km`` and ``y_km`` are the file's, relative to the centroid of its cluster; errors are those
        of the file, m to km, the larger of x and y as horizontal one. ``picks`` is the number of
        differences used.

    Raises
    ------
    CatalogueError
        With file and line.
    """
    rows = []
    with lines_of(path) as lines:
        for line in lines:
            words = line.split()
            if not words:
                continue
            where = [float(word) for word in words[1:10]]
            clock_words = [int(float(word)) for word in words[10:15]]
            counts = [int(word) for word in words[17:21]] if len(words) > 20 else []
            rows.append(
                {
                    "event_id": words[0],
                    "time_ns": clock_ns(*clock_words[:5], float(words[15])),  # type: ignore[call-arg]
                    **dict(zip(("latitude", "longitude", "depth_km"), where[:3], strict=True)),
                    "x_km": where[3] / 1000,
                    "y_km": where[4] / 1000,
                    "horizontal_error_km": max(where[6:8]) / 1000,
                    "depth_error_km": where[8] / 1000,
                    "magnitude": float(words[16]),
                    "picks": sum(counts),
                    "method": "hypoDD" if counts else "",
                }
            )
    return Events.of(rows)


def hypodd_ids(event_ids: Iterable[str]) -> dict[str, int]:
    """Return the whole number by which each event goes in HypoDD's files.

    Ids that are whole numbers below 10^9 stay what they are if all are; else they are numbered from 1.

    Examples
    --------
    >>> hypodd_ids(["17", "4"]), hypodd_ids(["a", "17"])
    ({'17': 17, '4': 4}, {'a': 1, '17': 2})
    """
    names = list(dict.fromkeys(event_ids))
    if all(name.isdecimal() and len(name) < 10 for name in names) and len({int(n) for n in names}) == len(
        names
    ):
        return {name: int(name) for name in names}
    return {name: number for number, name in enumerate(names, 1)}


def write_phases(events: Events, assignments: Assignments, path: str | Path) -> dict[str, int]:
    """Write a ``.pha`` file; unknown errors and magnitudes are 0, unknown weights 1.

    Returns
    -------
    dict of str to int
        What each event_id is called in the file.

    Raises
    ------
    StoreError
        If it cannot be written.
    """
    ids = hypodd_ids(events.event_id.tolist())
    of_event = rows_by_event(assignments)

    def lines() -> Iterator[str]:
        for i, name in enumerate(events.event_id.tolist()):
            year, month, day, hour, minute, second = clock(int(events.time_ns[i]))
            values = [
                float(np.nan_to_num(getattr(events, column)[i]))
                for column in ("magnitude", "horizontal_error_km", "depth_error_km", "rms_s")
            ]
            yield (
                f"# {year:4d} {month:2d} {day:2d} {hour:2d} {minute:2d} {second:6.3f} "
                f"{events.latitude[i]:10.6f} {events.longitude[i]:11.6f} "
                f"{events.depth_km[i]:8.3f} {values[0]:5.2f} {values[1]:6.2f} "
                f"{values[2]:6.2f} {values[3]:6.3f} {ids[name]:10d}"
            )
            for row in of_event.get(name, []):
                travel = (int(assignments.time_ns[row]) - int(events.time_ns[i])) / 1e9
                weight = assignments.weight[row]
                weight = 1.0 if np.isnan(weight) else weight
                station = station_code(str(assignments.station_id[row]))
                yield f"{station:<7s} {travel:9.4f} {weight:7.4f} {assignments.phase[row][:1]:>3s}"

    write_lines(path, lines())
    return ids


def write_locations(events: Events, path: str | Path, counts: Any = None) -> None:
    """Write ``hypoDD.loc`` or, with counts, ``hypoDD.reloc``.

    Parameters
    ----------
    events : Events
        ``x_km`` and ``y_km`` go to the file in m; NaN is written as 0.
    path : str or Path
    counts : array of int, shape (n, 4), optional
        Differences used: correlated P and S, catalogue P and S. Residuals of the two kinds are
        written as ``rms_s``.

    Raises
    ------
    StoreError
        If it cannot be written.
    """
    ids = hypodd_ids(events.event_id.tolist())
    middle = float(events.depth_km.mean()) if len(events) else 0.0

    def lines() -> Iterator[str]:
        for i, name in enumerate(events.event_id.tolist()):
            year, month, day, hour, minute, second = clock(int(events.time_ns[i]))
            metres = [float(np.nan_to_num(value[i])) * 1000 for value in (events.x_km, events.y_km)]
            errors = [
                float(np.nan_to_num(value[i])) * 1000
                for value in (events.horizontal_error_km, events.horizontal_error_km, events.depth_error_km)
            ]
            magnitude = float(np.nan_to_num(events.magnitude[i]))
            line = (
                f"{ids[name]:9d} {events.latitude[i]:10.6f} {events.longitude[i]:11.6f} "
                f"{events.depth_km[i]:9.3f} {metres[0]:10.1f} {metres[1]:10.1f} "
                f"{(events.depth_km[i] - middle) * 1000:10.1f} "
                f"{errors[0]:8.1f} {errors[1]:8.1f} {errors[2]:8.1f} {year:4d} {month:2d} {day:2d} {hour:2d} "
                f"{minute:2d} {second:6.3f} {magnitude:4.1f} "
            )
            if counts is not None:
                rms = float(np.nan_to_num(events.rms_s[i]))
                line += " ".join(f"{int(n):5d}" for n in counts[i]) + f" {rms:6.3f} {rms:6.3f} "
            yield line + f"{1:3d}"

    write_lines(path, lines())
