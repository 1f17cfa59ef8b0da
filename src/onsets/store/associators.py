"""Tables of GaMMA and PyOcto: picks that they read, events and assignments that they write.

=========  ==========================================  ==================================================
           picks                                       events; assignments
=========  ==========================================  ==================================================
``gamma``  id, timestamp, prob, amp, type (p, s)       event_index, time, magnitude, longitude, latitude,
                                                       depth_km; with the picks: event_index, gamma_score
``pyocto`` station, time (s since 1970), phase,        idx, time, x, y, z, picks, latitude, longitude,
           probability                                 depth; event_idx, pick_idx, residual, station,
                                                       phase, time
=========  ==========================================  ==================================================
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np

from onsets.errors import CatalogueError, ConfigError, nearest
from onsets.store.atomic import replacing
from onsets.store.read import time_ns
from onsets.tables import Assignments, Events, Picks, iso_time
from onsets.types import Pick

__all__ = ["read_associator_events", "read_associator_picks", "write_associator_picks"]

PROGRAMS = ("gamma", "pyocto")


def _rows(path: str | Path) -> list[dict[str, str]]:
    try:
        with open(path, encoding="utf-8-sig", newline="") as handle:
            text = handle.read()
    except (OSError, UnicodeDecodeError) as error:
        what = getattr(error, "strerror", None) or error
        raise CatalogueError(f"{path} cannot be read: {what}") from error
    head = text.split("\n", 1)[0]
    return list(csv.DictReader(text.splitlines(), delimiter="\t" if "\t" in head else ","))


def _time(text: str, where: str) -> int:
    """Return ns of seconds since 1970 or of ISO 8601."""
    whole, _, rest = text.strip().partition(".")
    if whole.isdigit() and (not rest or rest.isdigit()):
        return int(whole) * 10**9 + int((rest or "0")[:9].ljust(9, "0"))
    return time_ns(text, where)


def _first(row: dict[str, str], *names: str) -> float:
    return next((float(row[name]) for name in names if row.get(name)), float("nan"))


def read_associator_picks(path: str | Path) -> Picks:
    """Read picks of GaMMA or PyOcto; the header tells which.

    Raises
    ------
    CatalogueError
        If the file cannot be read, the header is neither's, or a cell is wrong.
    """
    picks = []
    for number, row in enumerate(_rows(path), 2):
        where = f"{path}, line {number}"
        gamma = "timestamp" in row
        keys = (
            ("id", "type", "timestamp", "prob", "amp")
            if gamma
            else ("station", "phase", "time", "probability", "amp")
        )
        if any(key not in row for key in keys[:3]):
            raise CatalogueError(f"{path}: columns {', '.join(row)}; expected {', '.join(keys[:3])}...")
        try:
            weight, amplitude = _first(row, keys[3]), _first(row, keys[4])
        except ValueError as error:
            raise CatalogueError(f"{where}: {error}") from error
        picks.append(
            Pick(
                row[keys[0]],
                "",
                row[keys[1]].upper(),
                _time(row[keys[2]], where),
                weight,
                amplitude=amplitude,
            )
        )
    return Picks.of(picks)


def write_associator_picks(picks: Picks, path: str | Path, program: str) -> None:
    """Write picks as CSV for GaMMA or PyOcto.

    Raises
    ------
    ConfigError
        If the program is another.
    StoreError
        If the file cannot be written.
    """
    if program not in PROGRAMS:
        raise ConfigError(f"unknown program {program!r}; {nearest(program, PROGRAMS)}")
    gamma = program == "gamma"
    with replacing(path) as handle:
        handle.write(b"id,timestamp,prob,amp,type\n" if gamma else b"station,time,phase,probability\n")
        for pick in picks:
            weight = 1.0 if np.isnan(pick.probability) else pick.probability
            if gamma:
                amplitude = "" if np.isnan(pick.amplitude) else f"{pick.amplitude:.6g}"
                stamp, kind = iso_time(pick.time_ns)[:-1], pick.phase[:1].lower()
                line = f"{pick.station_id},{stamp},{weight:.6g},{amplitude},{kind}"
            else:
                seconds = f"{pick.time_ns // 10**9}.{pick.time_ns % 10**9:09d}"
                line = f"{pick.station_id},{seconds},{pick.phase[:1]},{weight:.6g}"
            handle.write(f"{line}\n".encode())


def read_associator_events(
    path: str | Path, assignments: str | Path | None = None
) -> tuple[Events, Assignments]:
    """Read the events of GaMMA or PyOcto, and the picks assigned.

    Parameters
    ----------
    path : str or Path
        CSV (GaMMA also separates by tabulators).
    assignments : str or Path, optional
        GaMMA: its picks with ``event_index`` (-1: none); PyOcto: its assignments.

    Raises
    ------
    CatalogueError
        As :func:`read_associator_picks`.
    """
    events: list[dict[str, Any]] = []
    for number, row in enumerate(_rows(path), 2):
        name = row.get("event_index") or row.get("idx")
        if name is None or not row.get("time"):
            raise CatalogueError(f"{path}: columns {', '.join(row)}; expected event_index or idx, and time")
        try:
            values = {
                "latitude": _first(row, "latitude"),
                "longitude": _first(row, "longitude"),
                "depth_km": _first(row, "depth_km", "depth", "z(km)", "z"),
                "x_km": _first(row, "x(km)", "x"),
                "y_km": _first(row, "y(km)", "y"),
                "magnitude": _first(row, "magnitude"),
            }
            values["magnitude"] = values["magnitude"] if values["magnitude"] < 99 else float("nan")
            count = sum(int(_first(row, key)) for key in ("num_picks", "picks") if row.get(key))
        except ValueError as error:
            raise CatalogueError(f"{path}, line {number}: {error}") from error
        method = "gamma" if "event_index" in row else "pyocto"
        at = _time(row["time"], f"{path}, line {number}")
        events.append({"event_id": name, "time_ns": at, "picks": count, "method": method, **values})
    mine: list[dict[str, Any]] = []
    for number, row in enumerate(_rows(assignments) if assignments is not None else [], 2):
        name = row.get("event_index") or row.get("event_idx") or ""
        if name in ("", "-1"):
            continue
        gamma = "timestamp" in row
        mine.append(
            {
                "event_id": name,
                "station_id": row["id" if gamma else "station"],
                "phase": row["type" if gamma else "phase"].upper(),
                "time_ns": _time(row["timestamp" if gamma else "time"], f"{assignments}, line {number}"),
                "residual_s": _first(row, "residual"),
                "weight": _first(row, "prob", "probability"),
            }
        )
    return Events.of(events), Assignments.of(mine)
