"""GrowClust's files of events: the list it reads and the catalogue it writes.

Its differential times are those of HypoDD's ``dt.cc``: :mod:`onsets.store.hypodd_dt`.

References: Trugman, D. T., and Shearer, P. M. (2017). GrowClust: a hierarchical clustering algorithm for
relative earthquake relocation. SRL 88, 379-391, doi 10.1785/0220160188.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from onsets.store.atomic import replacing
from onsets.store.hypodd import hypodd_ids
from onsets.store.phase_text import clock, clock_ns, lines_of, station_code, write_lines
from onsets.tables import Events, Stations

__all__ = ["read_evlist", "read_growclust", "write_evlist", "write_stlist"]


def read_evlist(path: str | Path) -> Events:
    """Read an event list: ``year month day hour minute second lat lon depth mag eh ez rms id``.

    Raises
    ------
    CatalogueError
        With file and line.
    """

    def row(words: list[str]) -> dict[str, Any]:
        numbers = [float(word) for word in words[6:13]]
        names = ("latitude", "longitude", "depth_km", "magnitude", "horizontal_error_km", "depth_error_km")
        return {**_time(words), "event_id": words[13], **dict(zip((*names, "rms_s"), numbers, strict=True))}

    return _rows(path, row)


def read_growclust(path: str | Path) -> Events:
    """Read ``out.growclust_cat``: the relocated catalogue.

    Returns
    -------
    Events
        ``picks`` is the number of differences used; errors that GrowClust did not estimate are unknown, and
        so is the RMS of an event that was not relocated. ``method`` is ``growclust`` for relocated events.

    Raises
    ------
    CatalogueError
        With file and line.
    """

    def row(words: list[str]) -> dict[str, Any]:
        numbers = [float(word) for word in words[7:22]]
        pairs = numbers[7:10]
        moved = pairs[0] > 0
        known = [value if value >= 0 else np.nan for value in numbers[12:15]]
        total = pairs[1] + pairs[2]
        squares = pairs[1] * numbers[10] ** 2 + pairs[2] * numbers[11] ** 2
        return {
            **_time(words),
            "event_id": words[6],
            **dict(zip(("latitude", "longitude", "depth_km", "magnitude"), numbers[:4], strict=True)),
            "picks": int(total),
            "rms_s": float(np.sqrt(squares / total)) if moved and total else np.nan,
            "horizontal_error_km": known[0],
            "depth_error_km": known[1],
            "time_error_s": known[2],
            "method": "growclust" if moved else "",
        }

    return _rows(path, row)


def _time(words: list[str]) -> dict[str, Any]:
    day = [int(word) for word in words[:5]]
    return {"time_ns": clock_ns(*day, float(words[5]))}  # type: ignore[call-arg]


def _rows(path: str | Path, row: Any) -> Events:
    rows = []
    with lines_of(path) as lines:
        for line in lines:
            words = line.split()
            if not words:
                continue
            rows.append(row(words))
    return Events.of(rows)


def write_evlist(events: Events, path: str | Path) -> dict[str, int]:
    """Write an event list; unknown magnitudes and errors are 0.

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
    columns = ("magnitude", "horizontal_error_km", "depth_error_km", "rms_s")

    def lines() -> Iterator[str]:
        for i, name in enumerate(events.event_id.tolist()):
            year, month, day, hour, minute, second = clock(int(events.time_ns[i]))
            size, *errors = (float(np.nan_to_num(getattr(events, column)[i])) for column in columns)
            yield (
                f"{year:4d} {month:2d} {day:2d} {hour:2d} {minute:2d} {second:6.3f} "
                f"{events.latitude[i]:9.5f} {events.longitude[i]:10.5f} {events.depth_km[i]:7.3f} "
                f"{size:7.2f} {errors[0]:6.3f} {errors[1]:6.3f} {errors[2]:6.3f} {ids[name]:9d}"
            )

    write_lines(path, lines())
    return ids


def write_stlist(stations: Stations, path: str | Path) -> None:
    """Write a list of stations, ``code latitude longitude``, each code once.

    Raises
    ------
    StoreError
        If it cannot be written.
    """
    seen: dict[str, str] = {}
    for i, name in enumerate(stations.station_id.tolist()):
        code = station_code(name)
        seen.setdefault(code, f"{code:<6s} {stations.latitude[i]:9.5f} {stations.longitude[i]:10.5f}\n")
    with replacing(path) as handle:
        handle.write("".join(seen.values()).encode())
