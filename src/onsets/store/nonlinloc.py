"""NonLinLoc's phase (``.obs``) and location (``.hyp``) files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from onsets.errors import CatalogueError
from onsets.store.phase_text import clock, clock_ns, lines_of, rows_by_event, write_lines
from onsets.tables import Assignments, Events

__all__ = ["read_hyp", "read_obs", "write_hyp", "write_obs"]

Floats = npt.NDArray[np.float64]
_PHASE_HEADER = (
    "PHASE ID Ins Cmp On Pha FM Date HrMn Sec Err ErrMag Coda Amp Per PriorWt > TTpred Res Weight "
    "StaLoc(X Y Z) SDist SAzim RAz RDip RQual Tcorr TTerr"
)


def read_obs(path: str | Path) -> tuple[Events, Assignments, Floats]:
    """Read a phase file (format NLLOC_OBS), in which a blank line ends an event.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    events : Events
        One an event with the time of its first pick and no place; ids count from 1, or are the
        ``PUBLIC_ID`` if there is one.
    assignments : Assignments
        Labels ``NET_STA_LOC`` become ``NET.STA.LOC``, others ``.STA.``. A pick of prior weight
        0 has weight 0.
    uncertainty_s : ndarray, shape (assignments,)
        Standard deviation of each pick; NaN where it is not Gaussian.

    Raises
    ------
    CatalogueError
        With file and line.
    """
    picks: list[dict[str, Any]] = []
    number, name, fresh = 0, "", True
    with lines_of(path) as lines:
        for line in lines:
            words = line.split()
            if not words or words[0].startswith("#"):
                fresh = fresh or not words
                continue
            if words[0] == "PUBLIC_ID":
                name = words[1] if len(words) > 1 else ""
                continue
            if fresh:
                number, fresh = number + 1, False
                event, name = name or str(number), ""
            picks.append({"event_id": event, **_pick(words)})
    first: dict[str, dict[str, Any]] = {}
    for pick in picks:
        row = first.setdefault(pick["event_id"], {"event_id": pick["event_id"], "time_ns": pick["time_ns"]})
        row["time_ns"] = min(row["time_ns"], pick["time_ns"])
        row["picks"] = row.get("picks", 0) + 1
    errors = np.array([pick["error_s"] for pick in picks], np.float64)
    return Events.of(first.values()), Assignments.of(picks), errors


def _pick(words: list[str]) -> dict[str, Any]:
    """Read the columns that both files begin with."""
    date, minute = words[6], words[7].rjust(4, "0")
    time_ns = clock_ns(
        int(date[:4]), int(date[4:6]), int(date[6:8]), int(minute[:2]), int(minute[2:]), float(words[8])
    )
    error = float(words[10]) if words[9] == "GAU" else float("nan")
    weight = float(words[14]) if len(words) > 14 and words[14] != ">" else 1.0
    station_id = label_to_id(words[0])
    return {
        "station_id": station_id,
        "phase": words[4],
        "time_ns": time_ns,
        "error_s": error if error < 9000 else float("nan"),
        "weight": 0.0 if weight == 0 or error >= 9000 else 1.0,
    }


def label_to_id(label: str) -> str:
    """Return the station_id of a label ``STA`` or ``NET_STA_LOC``."""
    parts = label.split("_")
    if len(parts) == 3:
        return f"{parts[0]}.{parts[1]}.{parts[2].replace('-', '')}"
    return label if label.count(".") == 2 else f".{label}."


def id_to_label(station_id: str) -> str:
    """Return ``STA`` for a station without network, else ``NET_STA_LOC`` with ``--`` for no location."""
    network, station, location = [*station_id.split("."), "", ""][:3]
    return f"{network}_{station}_{location or '--'}" if network else station


def read_hyp(path: str | Path) -> tuple[Events, Assignments]:
    """Read a location file of one event or many.

    Returns
    -------
    events : Events
        Maximum-likelihood hypocentres; standard errors from the covariance of the density, the longer
        axis of x and y as horizontal one.
    assignments : Assignments

    Raises
    ------
    CatalogueError
        With file and line, also if it holds no location.
    """
    events: list[dict[str, Any]] = []
    picks: list[dict[str, Any]] = []
    in_phases = False
    with lines_of(path) as lines:
        for line in lines:
            words = line.split()
            if not words:
                continue
            if words[0] == "NLLOC":
                events.append({"event_id": "", "method": "NonLinLoc"})
            elif words[0] == "PUBLIC_ID" and len(words) > 1 and words[1] != "None":
                events[-1]["event_id"] = words[1]
            elif words[0] == "GEOGRAPHIC":
                _geographic(events[-1], words)
            elif words[0] == "QUALITY":
                for key, column, kind in (("RMS", "rms_s", float), ("Nphs", "picks", int)):
                    events[-1][column] = kind(words[words.index(key) + 1])
                events[-1]["azimuthal_gap_deg"] = float(words[words.index("Gap") + 1])
            elif words[0] == "STATISTICS":
                _statistics(events[-1], words)
            elif words[0] == "PHASE":
                in_phases = True
                events[-1]["event_id"] = events[-1]["event_id"] or str(len(events))
            elif words[0] == "END_PHASE":
                in_phases = False
            elif in_phases:
                at = words.index(">") + 1
                row = {"event_id": events[-1]["event_id"], **_pick(words), "residual_s": float(words[at + 1])}
                picks.append({**row, "weight": float(words[at + 2]), "distance_km": float(words[at + 6])})
    if not any("latitude" in event for event in events):
        raise CatalogueError(f"{path} holds no location; expected a line GEOGRAPHIC after NLLOC")
    return Events.of(event for event in events if "latitude" in event), Assignments.of(picks)


def _geographic(event: dict[str, Any], words: list[str]) -> None:
    year, month, day, hour, minute = (int(word) for word in words[2:7])
    event["time_ns"] = clock_ns(year, month, day, hour, minute, float(words[7]))
    event["latitude"], event["longitude"] = float(words[9]), float(words[11])
    event["depth_km"] = float(words[13])


def _statistics(event: dict[str, Any], words: list[str]) -> None:
    at = words.index("CovXX")
    xx, xy, _, yy, _, zz = (float(word) for word in words[at + 1 : at + 13 : 2])
    across = float(np.linalg.eigvalsh([[xx, xy], [xy, yy]])[-1])
    event["horizontal_error_km"] = float(np.sqrt(max(across, 0.0)))
    event["depth_error_km"] = float(np.sqrt(max(zz, 0.0)))


def _observation(assignments: Assignments, row: int, error: float, weight: float) -> str:
    year, month, day, hour, minute, second = clock(int(assignments.time_ns[row]))
    label, phase = id_to_label(str(assignments.station_id[row])), str(assignments.phase[row])
    return (
        f"{label:<12s} ?    ?    ? {phase:<6s} ? {year:04d}{month:02d}{day:02d} {hour:02d}{minute:02d} "
        f"{second:9.4f} GAU {error:9.2e} -1.00e+00 -1.00e+00 -1.00e+00 {weight:9.4f}"
    )


def write_obs(assignments: Assignments, path: str | Path, uncertainty_s: Floats | None = None) -> None:
    """Write a phase file, a ``PUBLIC_ID`` line and a blank line around each event.

    Parameters
    ----------
    assignments : Assignments
    path : str or Path
    uncertainty_s : ndarray, shape (assignments,), optional
        0.1 s (P) and 0.2 s (S) where unknown.

    Raises
    ------
    StoreError
        If it cannot be written.
    """

    def lines() -> Iterator[str]:
        for name, rows in rows_by_event(assignments).items():
            yield f"PUBLIC_ID {name}"
            for row in rows:
                usual = 0.2 if str(assignments.phase[row])[:1] == "S" else 0.1
                error = usual if uncertainty_s is None or np.isnan(uncertainty_s[row]) else uncertainty_s[row]
                yield _observation(assignments, row, float(error), float(assignments.weight[row] != 0))
            yield ""

    write_lines(path, lines())


def write_hyp(events: Events, assignments: Assignments, path: str | Path) -> None:
    """Write a location file of all events, with the columns that readers of ``.hyp`` use.

    Parameters
    ----------
    events : Events
        Unknown numbers are written as -1. The covariance has the horizontal error both ways and no
        off-diagonal part.
    assignments : Assignments
    path : str or Path

    Raises
    ------
    StoreError
        If it cannot be written.
    """
    of_event = rows_by_event(assignments)

    def number(values: Floats, i: int) -> float:
        return -1.0 if np.isnan(values[i]) else float(values[i])

    def lines() -> Iterator[str]:
        for i, name in enumerate(events.event_id.tolist()):
            year, month, day, hour, minute, second = clock(int(events.time_ns[i]))
            across, down = number(events.horizontal_error_km, i) ** 2, number(events.depth_error_km, i) ** 2
            place = f"{events.latitude[i]:.6f} Long {events.longitude[i]:.6f} Depth {events.depth_km[i]:.6f}"
            yield f'NLLOC "{name}" "LOCATED" "Location completed."'
            yield f"PUBLIC_ID {name}"
            yield 'SIGNATURE "onsets"'
            when = f"{year:04d} {month:02d} {day:02d}  {hour:02d} {minute:02d} {second:.6f}"
            yield f"GEOGRAPHIC  OT {when}  Lat {place}"
            yield (
                f"QUALITY  Pmax -1 MFmin -1 MFmax -1 RMS {number(events.rms_s, i):.6f} "
                f"Nphs {events.picks[i]} Gap {number(events.azimuthal_gap_deg, i):.3f} "
                "Dist -1 Mamp -9.90 0 Mdur -9.90 0"
            )
            yield (
                f"STATISTICS  ExpectX 0 Y 0 Z {events.depth_km[i]:.6f}  CovXX {across:.6g} XY 0 XZ 0 "
                f"YY {across:.6g} YZ 0 ZZ {down:.6g}"
            )
            yield _PHASE_HEADER
            for row in of_event.get(name, []):
                travel = (int(assignments.time_ns[row]) - int(events.time_ns[i])) / 1e9
                residual = float(np.nan_to_num(assignments.residual_s[row]))
                weight, distance = (
                    float(np.nan_to_num(column[row]))
                    for column in (assignments.weight, assignments.distance_km)
                )
                start = _observation(assignments, row, 0.1, 1.0)
                end = f"{travel - residual:9.4f} {residual:9.4f} {weight:9.4f} 0 0 0 {distance:9.4f}"
                yield f"{start} > {end} 0 0 0 0 0 0"
            yield "END_PHASE"
            yield "END_NLLOC"
            yield ""

    write_lines(path, lines())
