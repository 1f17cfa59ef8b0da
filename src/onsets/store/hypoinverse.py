"""HypoInverse's archive (``.arc``) and summary (``.sum``) files, in their year-2000 form.

Columns as in the manual: Klein, F. W. (2002). User's guide to HYPOINVERSE-2000. USGS Open-File Report
02-171. A summary file is either header lines of an archive or the readable table with a heading; both are
read, header lines are written.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from onsets.errors import CatalogueError
from onsets.store.hypodd import hypodd_ids
from onsets.store.phase_text import clock, clock_ns, lines_of, rows_by_event, write_lines
from onsets.tables import Assignments, Events

__all__ = ["read_archive", "read_summary", "weight_code", "write_archive", "write_summary"]

_HEADER, _STATION = 164, 120
_NO_TIME_S = 60.0  # lines of S alone carry a P of 99.99 s


def weight_code(weight: float) -> int:
    """Return the code 0 (full weight) to 3, or 4 (not used) of weight 0; unknown is full.

    Examples
    --------
    >>> [weight_code(w) for w in (1.0, 0.8, 0.5, 0.05, 0.0, float("nan"))]
    [0, 1, 2, 3, 4, 0]
    """
    if np.isnan(weight):
        return 0
    return 4 if weight < 0.005 else int(np.clip(round(4 * (1 - weight)), 0, 3))


def _fixed(line: str, first: int, last: int, decimals: int = 0) -> float:
    """Return a number of columns counted from 1, with the decimals a missing point stands for."""
    text = line[first - 1 : last].strip()
    if not text:
        return float("nan")
    return float(text) if "." in text else float(text) / 10**decimals


def _angle(line: str, first: int, sign: str, width: int) -> float:
    """Return degrees of columns ``degrees, hemisphere, minutes`` that begin at one."""
    degrees = _fixed(line, first, first + width - 1)
    minutes = _fixed(line, first + width + 1, first + width + 4, 2)
    value = (0.0 if np.isnan(degrees) else degrees) + (0.0 if np.isnan(minutes) else minutes) / 60
    return -value if line[first + width - 1 : first + width].upper() == sign else value


def _header(line: str) -> dict[str, Any]:
    day = [int(line[a:b]) for a, b in ((0, 4), (4, 6), (6, 8), (8, 10), (10, 12))]
    time_ns = clock_ns(*day, _fixed(line, 13, 16, 2))  # type: ignore[call-arg]
    west = _angle(line, 24, "E", 3)
    row: dict[str, Any] = {
        "event_id": line[136:146].strip(),
        "time_ns": time_ns,
        "latitude": _angle(line, 17, "S", 2),
        "longitude": -west,
        "depth_km": _fixed(line, 32, 36, 2),
        "picks": int(np.nan_to_num(_fixed(line, 40, 42))),
        "azimuthal_gap_deg": _fixed(line, 43, 45),
        "rms_s": _fixed(line, 49, 52, 2),
        "horizontal_error_km": _fixed(line, 86, 89, 2),
        "depth_error_km": _fixed(line, 90, 93, 2),
        "method": "hypoinverse",
    }
    for label, value, kind in ((147, 148, ""), (118, 71, "Md"), (123, 37, "ML")):
        size = _fixed(line, value, value + 2, 2)
        if np.isfinite(size) and (size != 0 or value == 148):
            letter = line[label - 1 : label].strip().upper()
            kinds = {"D": "Md", "L": "ML", "X": "ML"}
            row |= {"magnitude": size, "magnitude_type": kind or kinds.get(letter, f"M{letter.lower()}")}
            break
    return row


def read_archive(path: str | Path) -> tuple[Events, Assignments]:
    """Read an archive file: events with the picks they were located with.

    Parameters
    ----------
    path : str or Path
        Packed if it ends in ``.gz``. Shadow lines (``$``) are passed over.

    Returns
    -------
    events : Events
        ``picks`` is the program's own count, of times with a weight above 0.1.
    assignments : Assignments
        ``weight`` is the one that was used, which may be above 1; 0 for times with a code of 4 or more.
        Events without an id are numbered from 1.

    Raises
    ------
    CatalogueError
        With file and line; also for the form before the year 2000.
    """
    events: list[dict[str, Any]] = []
    picks: list[dict[str, Any]] = []
    with lines_of(path) as lines:
        for line in lines:
            if not line.strip() or line.startswith("$") or not line[:5].strip():
                continue
            if line[:4].isdigit() and line[:2] in ("18", "19", "20", "21") and line[4:12].strip().isdigit():
                row = _header(line.ljust(_HEADER))
                row["event_id"] = row["event_id"] or str(len(events) + 1)
                events.append(row)
            elif line[:10].isdigit():
                raise ValueError("the form before the year 2000; write it again with HypoInverse's 200 T")
            elif not events:
                raise ValueError("a station before the first event")
            else:
                picks += _station(line.ljust(_STATION), events[-1]["event_id"])
    if not events:
        raise CatalogueError(f"{path} holds no event; expected an archive of HYPOINVERSE-2000")
    return Events.of(events), Assignments.of(picks)


def _station(line: str, event_id: str) -> list[dict[str, Any]]:
    """Return the P and S of a station line; a time without a remark, or a minute late, is none."""
    location = line[111:113].strip()
    station_id = f"{line[5:7].strip()}.{line[:5].strip()}.{'' if location == '--' else location}"
    minute = [int(line[a:b]) for a, b in ((17, 21), (21, 23), (23, 25), (25, 27), (27, 29))]
    rows = []
    for phase, remark, code, second, late, weight in (
        ("P", line[13:15], line[16:17], (30, 34), (35, 38), (39, 41)),
        ("S", line[46:48], line[49:50], (42, 46), (51, 54), (64, 66)),
    ):
        if phase not in remark.upper() or _fixed(line, *late, 2) > _NO_TIME_S:
            continue
        used = _fixed(line, *weight, 2)
        if code.strip() and int(code) >= 4:
            used = 0.0
        rows.append(
            {
                "event_id": event_id,
                "station_id": station_id,
                "phase": phase,
                "time_ns": clock_ns(*minute, _fixed(line, *second, 2)),  # type: ignore[call-arg]
                "residual_s": _fixed(line, *late, 2),
                "distance_km": _fixed(line, 75, 78, 1),
                "weight": used,
            }
        )
    return rows


def read_summary(path: str | Path) -> Events:
    """Read a summary file, as header lines or as the readable table.

    Raises
    ------
    CatalogueError
        With file and line.
    """
    table = False
    rows: list[dict[str, Any]] = []
    with lines_of(path) as lines:
        for line in lines:
            if not line.strip():
                continue
            if not rows and "DATE" in line[:12]:
                table = True
                continue
            row = _readable(line.ljust(145)) if table else _header(line.ljust(_HEADER))
            if row["event_id"] in ("", "0"):
                row["event_id"] = str(len(rows) + 1)
            rows.append(row)
    return Events.of(rows)


def _readable(line: str) -> dict[str, Any]:
    day = [int(line[a:b]) for a, b in ((0, 4), (5, 7), (8, 10), (11, 13), (14, 16))]
    row: dict[str, Any] = {
        "event_id": line[97:108].strip(),
        "time_ns": clock_ns(*day, float(line[16:22])),  # type: ignore[call-arg]
        "picks": int(np.nan_to_num(_fixed(line, 61, 64))),
        "method": "hypoinverse",
    }
    columns = (
        ("latitude", 23, 31), ("longitude", 32, 41), ("depth_km", 42, 48), ("azimuthal_gap_deg", 65, 68),
        ("rms_s", 75, 80), ("horizontal_error_km", 81, 86), ("depth_error_km", 87, 92),
    )  # fmt: skip
    row |= {name: _fixed(line, first, last) for name, first, last in columns}
    for first, last in ((49, 57), (131, 141), (122, 130), (113, 121)):
        words = line[first - 1 : last].split()
        if words:
            row |= {"magnitude": float(words[0]), "magnitude_type": words[1] if len(words) > 1 else ""}
            break
    return row


def _digits(value: float, width: int, decimals: int) -> str:
    """Return a number without its point; blank when unknown, the largest that fits when too large."""
    if np.isnan(value):
        return " " * width
    most = 10**width - 1
    least = -(10 ** (width - 1) - 1)
    return f"{int(np.clip(round(value * 10**decimals), least, most)):{width}d}"


def _place(value: float, positive: str, negative: str, width: int) -> str:
    """Return degrees, hemisphere and minutes; hundredths of a minute are 10 to 18 m."""
    hundredths = round(abs(value) * 6000)
    letter = negative if value < 0 else positive
    return f"{hundredths // 6000:{width}d}{letter}{hundredths % 6000:4d}"


def _summary_line(events: Events, i: int, number: int, nearest_km: float, shear: int, valid: int) -> str:
    year, month, day, hour, minute, second = clock(int(events.time_ns[i]))
    size, kind = float(events.magnitude[i]), str(events.magnitude_type[i])
    letter = {"Md": "D", "ML": "L"}.get(kind, kind[1:2].upper() or " ")
    east = float(events.longitude[i])
    line = (
        f"{year:04d}{month:02d}{day:02d}{hour:02d}{minute:02d}{_digits(second, 4, 2)}"
        f"{_place(float(events.latitude[i]), ' ', 'S', 2)}{_place(east, 'E', ' ', 3)}"
        f"{_digits(float(events.depth_km[i]), 5, 2)}{_digits(size if kind == 'ML' else 0.0, 3, 2)}"
        f"{_digits(float(events.picks[i]), 3, 0)}{_digits(float(events.azimuthal_gap_deg[i]), 3, 0)}"
        f"{_digits(nearest_km, 3, 0)}{_digits(float(events.rms_s[i]), 4, 2)}"
    ).ljust(70)
    line += _digits(size if kind == "Md" else 0.0, 3, 2)
    line = line.ljust(82) + _digits(float(shear), 3, 0)
    line += _digits(float(events.horizontal_error_km[i]), 4, 2)
    line += _digits(float(events.depth_error_km[i]), 4, 2)
    line = line.ljust(118) + _digits(float(valid), 3, 0)
    line = line.ljust(136) + f"{number:10d}"
    return (line + (letter + _digits(size, 3, 2) if np.isfinite(size) else "")).ljust(_HEADER)


def write_summary(events: Events, path: str | Path) -> dict[str, int]:
    """Write the events as header lines.

    Returns
    -------
    dict of str to int
        What each event_id is called in the file.

    Raises
    ------
    CatalogueError
        If an event has no latitude and longitude.
    StoreError
        If it cannot be written.
    """
    return write_archive(events, Assignments.of([]), path, stations=False)


def write_archive(
    events: Events, assignments: Assignments, path: str | Path, *, stations: bool = True
) -> dict[str, int]:
    """Write an archive file, which HypoInverse reads as phases too.

    Times are given to 0.01 s and places to 0.01 minute, as the form has it. P and S of a station stand in
    one line; weights become codes 0 to 4.

    Returns
    -------
    dict of str to int
        What each event_id is called in the file.

    Raises
    ------
    CatalogueError
        If an event has no latitude and longitude.
    StoreError
        If it cannot be written.
    """
    lost = np.isnan(events.latitude) | np.isnan(events.longitude)
    if lost.any():
        raise CatalogueError(
            f"event {events.event_id[np.argmax(lost)]} has no latitude and longitude, which HypoInverse needs"
        )
    ids, of_event = hypodd_ids(events.event_id.tolist()), rows_by_event(assignments)

    def lines() -> Iterator[str]:
        for i, name in enumerate(events.event_id.tolist()):
            rows = of_event.get(name, [])
            away = assignments.distance_km[rows]
            near = float(np.nanmin(away)) if np.isfinite(away).any() else float("nan")
            shear = sum(str(assignments.phase[row])[:1] == "S" for row in rows)
            yield _summary_line(events, i, ids[name], near, shear, len(rows))
            if stations:
                yield from (_station_line(assignments, group) for group in _lines(assignments, rows))
                yield f"{'':62s}{ids[name]:10d}"

    write_lines(path, lines())
    return ids


def _lines(assignments: Assignments, rows: list[int]) -> list[list[int]]:
    """Return the rows of each line: at most one P and one S of a station (of one distance)."""
    out: list[list[int]] = []
    open_: dict[tuple[str, str, float], list[int]] = {}
    for row in rows:
        phase = str(assignments.phase[row])[:1]
        place = (str(assignments.station_id[row]), float(np.nan_to_num(assignments.distance_km[row])))
        other = open_.pop((phase, *place), None)
        if other is None:
            other = []
            out.append(other)
            open_["S" if phase == "P" else "P", *place] = other
        other.append(row)
    return out


def _station_line(assignments: Assignments, rows: list[int]) -> str:
    station_id = str(assignments.station_id[rows[0]])
    network, station, location = [*station_id.split("."), "", ""][:3]
    first = min(int(assignments.time_ns[row]) for row in rows)
    minute_ns = first // (60 * 10**9) * 60 * 10**9
    year, month, day, hour, minute, _ = clock(minute_ns)
    parts = {"P": (" " * 4, " " * 5, " " * 7, float("nan")), "S": (" " * 4, " " * 5, " " * 7, float("nan"))}
    for row in rows:
        phase, weight = str(assignments.phase[row])[:1], float(assignments.weight[row])
        second = (int(assignments.time_ns[row]) - minute_ns) / 1e9
        code = f" {phase} {weight_code(weight)}"
        late, used = float(assignments.residual_s[row]), 1.0 if np.isnan(weight) else weight
        parts[phase] = (code, _digits(second, 5, 2), _digits(late, 4, 2) + _digits(used, 3, 2), weight)
    p, s = parts["P"], parts["S"]
    line = f"{station[:5]:<5s}{network[:2]:<2s}  ".ljust(13) + p[0]
    line += f"{year:04d}{month:02d}{day:02d}{hour:02d}{minute:02d}{p[1]}{p[2]}"
    line += f"{s[1]}{s[0]}{s[2][:4]}".ljust(22) + s[2][4:]
    line = line.ljust(74) + _digits(float(assignments.distance_km[rows[0]]), 4, 1)
    return (line.ljust(111) + (location or "--")[:2]).ljust(_STATION)
