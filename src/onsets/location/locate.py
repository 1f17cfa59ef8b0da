"""Picks of events to hypocentres with their uncertainties."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from onsets.earth import Frame, LayeredModel, geodesic
from onsets.errors import CatalogueError
from onsets.location.differential import seek
from onsets.location.geiger import Solution, solve
from onsets.location.observed import Observed, phase_kind
from onsets.location.options import LocateOptions
from onsets.location.profile import coarse, profile, with_moments
from onsets.location.quality import Ellipsoid, azimuthal_gap, ellipsoid, quality
from onsets.location.search import Grids, search
from onsets.tables import Assignments, Events, Stations
from onsets.types import Problem

__all__ = ["Locations", "Verdict", "estimate_corrections", "locate"]

Floats = npt.NDArray[np.float64]
_FARTHEST_MISTAKE_KM = 2000.0
_RECENTRE_KM = 10.0
_RESTARTS = 3
_SOLVERS: dict[str, Callable[[Observed, LayeredModel, Floats, LocateOptions, bool], Solution]] = {
    "origin": solve,
    "edt": seek,
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is known of one location beyond its row of Events.

    Attributes
    ----------
    event_id : str
    quality : str
        A to D, see :func:`onsets.location.quality`; empty when not located.
    flags : frozenset of str
        ``depth_fixed``, ``at_limit`` (depth at an end of ``depths_km``), ``outside`` (of the widest
        grid), ``not_located``.
    stations : int
    nearest_km : float
        Distance of the nearest station.
    covariance : ndarray, shape (4, 4)
        Of x, y, depth (km) and time (s).
    reach2 : float
        m^2 of the region d' C^-1 d <= m^2, C of x, y, depth, that holds the hypocentre with 68.3 %.
    ellipsoid : Ellipsoid or None
    """

    event_id: str
    quality: str = ""
    flags: frozenset[str] = frozenset()
    stations: int = 0
    nearest_km: float = float("nan")
    covariance: Floats = dataclasses.field(default_factory=lambda: np.full((4, 4), np.nan), compare=False)
    reach2: float = float("nan")
    ellipsoid: Ellipsoid | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Locations:
    """What a location run gives: the tables of the interface, verdicts, and what was left out."""

    events: Events
    assignments: Assignments
    verdicts: list[Verdict]
    problems: list[Problem]


def locate(
    events: Events,
    assignments: Assignments,
    stations: Stations,
    model: LayeredModel,
    options: LocateOptions | None = None,
    uncertainty_s: Floats | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Locations:
    """Locate events.

    Parameters
    ----------
    events : Events
        Which events there are; their places are not needed.
    assignments : Assignments
        Picks of the events. A pick of weight 0 is not used; other weights do not count.
    stations : Stations
    model : LayeredModel
    options : LocateOptions, optional
    uncertainty_s : ndarray, shape (assignments,), optional
        Standard deviation of each pick, NaN where unknown.
    progress : callable, optional
        Told the events done and in all.

    Returns
    -------
    Locations
        Events in the order given; one that could not be located keeps its place, with errors NaN.
        Assignments in the order given, with residual (observed - predicted), distance and weight (0 to
        1, 0 for a pick not used).

    Raises
    ------
    CatalogueError
        If events lie where stations would be if latitude and longitude were swapped.
    MissingExtraError
        If SciPy is not installed.
    """
    given = options or LocateOptions()
    _check_swapped(events, stations)
    grids = Grids.of(model, given)
    problems, usable, station = _usable(assignments, stations)
    error = np.full(len(assignments), np.nan) if uncertainty_s is None else uncertainty_s
    shear = np.char.startswith(np.char.upper(assignments.phase.astype(np.str_)), "S")
    error = np.where(
        np.isfinite(error) & (error > 0), error, np.where(shear, given.s_error_s, given.p_error_s)
    )
    late = _late(assignments, given)
    rows_of: dict[str, list[int]] = {}
    for row in np.flatnonzero(usable).tolist():
        rows_of.setdefault(str(assignments.event_id[row]), []).append(row)
    columns = {name: getattr(assignments, name).copy() for name in ("residual_s", "distance_km", "weight")}
    columns["weight"][:] = 0.0
    columns["residual_s"][:] = np.nan
    new, verdicts = [], []
    for number, name in enumerate(events.event_id.tolist()):
        rows = np.array(rows_of.get(name, []), np.int64)
        observed, faults = _observe(rows, assignments, station, stations, error, late, given)
        problems += [Problem(name, fault) for fault in faults]
        row, verdict, solution = _one(name, observed, model, grids, given)
        new.append(row)
        verdicts.append(verdict)
        if solution is None:
            problems.append(Problem(name, f"not located: {row['why']}"))
        else:
            largest = max(float(solution.weight.max()), 1e-12)
            columns["residual_s"][observed.row] = solution.residual_s
            columns["distance_km"][observed.row] = solution.distance_km
            columns["weight"][observed.row] = solution.weight / largest
        if progress is not None:
            progress(number + 1, len(events))
    return Locations(_events(events, new), assignments.replace(**columns), verdicts, problems)


def _check_swapped(events: Events, stations: Stations) -> None:
    """Refuse events that would be at the stations if their two angles changed places."""
    if not len(events) or not len(stations) or not stations.geographic:
        return
    known = np.isfinite(events.latitude) & np.isfinite(events.longitude)
    if not known.any():
        return
    here = float(np.median(events.latitude[known])), float(np.median(events.longitude[known]))
    away = geodesic(*here, stations.latitude, stations.longitude)[0].min()
    possible = (np.abs(stations.longitude) <= 90).all()
    swapped = geodesic(*here, stations.longitude, stations.latitude)[0].min() if possible else np.inf
    if away > _FARTHEST_MISTAKE_KM / 4 and swapped < away / 4:
        raise CatalogueError(
            f"the nearest station is {away:.0f} km from the events, but {swapped:.0f} km with latitude and "
            "longitude of the stations swapped; swap the columns of one of the two files"
        )


def _usable(
    assignments: Assignments, stations: Stations
) -> tuple[list[Problem], npt.NDArray[np.bool_], npt.NDArray[np.int64]]:
    """Say which picks have a station and a travel time, and name those that have not."""
    station = stations.index(assignments.station_id, assignments.time_ns)
    problems = []
    names, counts = np.unique(assignments.station_id[station < 0], return_counts=True)
    for name, count in zip(names.tolist(), counts.tolist(), strict=True):
        problems.append(
            Problem(name, f"unknown station: {count} picks skipped; add it to the table of stations", name)
        )
    known = {name: bool(phase_kind(name)) for name in np.unique(assignments.phase).tolist()}
    for name in [name for name, yes in known.items() if not yes]:
        count = int((assignments.phase == name).sum())
        problems.append(Problem(f"phase {name}", f"has no travel time: {count} picks skipped"))
    timed = np.array([known[name] for name in assignments.phase.tolist()], np.bool_)
    weighed = ~(assignments.weight == 0)
    return problems, (station >= 0) & timed & weighed, station


def _late(assignments: Assignments, options: LocateOptions) -> Floats:
    """Return the station correction of each pick, s."""
    known = {(station, phase[:1]): value for station, phase, value in options.corrections}
    if not known:
        return np.zeros(len(assignments))
    pairs = zip(assignments.station_id.tolist(), assignments.phase.tolist(), strict=True)
    return np.array([known.get((station, phase[:1].upper()), 0.0) for station, phase in pairs])


def _observe(
    rows: npt.NDArray[np.int64],
    assignments: Assignments,
    station: npt.NDArray[np.int64],
    stations: Stations,
    error: Floats,
    late: Floats,
    options: LocateOptions,
) -> tuple[Observed, list[str]]:
    """Gather the picks of one event in a frame around the first of them."""
    faults = []
    rows = rows[np.argsort(assignments.time_ns[rows], kind="stable")]
    phases = [phase_kind(str(name)) for name in assignments.phase[rows]]
    seen: set[tuple[int, str]] = set()
    kept = []
    for row, phase in zip(rows.tolist(), phases, strict=True):
        if (int(station[row]), phase) not in seen:
            kept.append(row)
        seen.add((int(station[row]), phase))
    if len(kept) < len(rows):
        faults.append(f"{len(rows) - len(kept)} picks skipped: a later one of the same phase and station")
    rows = np.array(kept, np.int64)
    at = station[rows]
    frame = Frame()
    if stations.geographic and len(rows):
        frame = Frame(float(stations.latitude[at[0]]), float(stations.longitude[at[0]]))
    if frame.geographic:
        x, y = frame.to_xy(stations.latitude[at], stations.longitude[at])
    else:
        x, y = stations.x_km[at], stations.y_km[at]
    near = np.ones(len(rows), np.bool_)
    if len(rows):
        near = np.hypot(x - np.median(x), y - np.median(y)) <= options.far_km
        for lost in sorted(set(stations.station_id[at[~near]].tolist())):
            faults.append(
                f"picks of {lost} skipped: over {options.far_km:g} km from the others; check its place"
            )
    zero = int(assignments.time_ns[rows].min()) if len(rows) else 0
    observed = Observed(
        frame,
        np.asarray(x, np.float64),
        np.asarray(y, np.float64),
        -stations.elevation_m[at] / 1000,
        np.array([phase_kind(str(name)) for name in assignments.phase[rows]], np.str_),
        (assignments.time_ns[rows] - zero) / 1e9 - late[rows],
        error[rows],
        zero,
        rows,
        np.ones(len(rows)),
        error[rows],
    )
    observed = observed.held(np.hypot(x - x[:1], y - y[:1]), observed.time_s, options)
    return observed.take(near), faults


def _recentred(observed: Observed, source: Floats) -> tuple[Observed, Floats]:
    """Move the frame to a place, so that distances from there are exact."""
    if not observed.frame.geographic or np.hypot(source[0], source[1]) < _RECENTRE_KM:
        return observed, source
    latitude, longitude = observed.frame.to_geographic(source[0], source[1])
    frame = Frame(float(latitude), float(longitude))
    x, y = frame.to_xy(*observed.frame.to_geographic(observed.x_km, observed.y_km))
    return dataclasses.replace(observed, frame=frame, x_km=x, y_km=y), np.array([0.0, 0.0, source[2]])


def _one(
    name: str, observed: Observed, model: LayeredModel, grids: Grids, options: LocateOptions
) -> tuple[dict[str, Any], Verdict, Solution | None]:
    """Locate one event: its row, its verdict and the solution if there is one."""
    stations, least = observed.stations, max(options.min_picks, 3)
    if len(observed) < least or stations < 3:
        why = f"{len(observed)} picks of {stations} stations, expected at least {least} of 3"
        return {"why": why}, Verdict(name, flags=frozenset({"not_located"}), stations=stations), None
    start, inside = search(observed, grids, options)
    observed, start = _recentred(observed, start)
    time, _, distance = observed.predict(model, start)
    observed = observed.held(distance, time, options)
    flags = set() if inside else {"outside"}
    fixed = options.fixed_depth_km is not None
    if not fixed and len(observed) >= 4:
        solution, told = _of_all_depths(observed, model, start, options)
        limit = min(abs(solution.source[2] - end) for end in options.depths_km) < 1e-6
        flags |= {"at_limit"} if limit else set()
    else:
        told = False
    if not told:
        start = start if fixed else np.array([start[0], start[1], options.default_depth_km])
        solution = _SOLVERS[options.method](observed, model, start, options, True)
        flags = (flags - {"at_limit"}) | {"depth_fixed"}
    return *_described(name, observed, solution, flags, stations), solution


def _of_all_depths(
    observed: Observed, model: LayeredModel, start: Floats, options: LocateOptions
) -> tuple[Solution, bool]:
    """Return the solution that fits best of all depths with the errors that all say, and if they tell one."""
    solver = _SOLVERS[options.method]
    best = solver(observed, model, start, options, False)
    for _ in range(_RESTARTS):
        whole = profile(observed, model, best.source, options, coarse(*options.depths_km))
        lowest = int(np.argmin(whole.cost))
        if whole.cost[lowest] >= best.cost - 1e-6:
            break
        other = solver(observed, model, whole.source[lowest], options, False)
        if other.cost >= best.cost - 1e-6:
            break
        best = other
    return with_moments(observed, model, best, whole, options)


def _described(
    name: str, observed: Observed, solution: Solution, flags: set[str], stations: int
) -> tuple[dict[str, Any], Verdict]:
    x, y, depth = solution.source
    latitude, longitude = observed.frame.to_geographic(x, y)
    used = solution.weight > 0.01
    azimuth = np.degrees(np.arctan2(observed.x_km - x, observed.y_km - y))[used]
    total = max(float(solution.weight.sum()), 1e-12)
    row = {
        "time_ns": observed.zero_ns + round(solution.origin_s * 1e9),
        "latitude": float(latitude),
        "longitude": float(longitude),
        "depth_km": float(depth),
        "x_km": float("nan") if observed.frame.geographic else float(x),
        "y_km": float("nan") if observed.frame.geographic else float(y),
        "picks": int(used.sum()),
        "rms_s": float(np.sqrt((solution.weight * solution.residual_s**2).sum() / total)),
        "azimuthal_gap_deg": azimuthal_gap(azimuth),
        "horizontal_error_km": float(np.sqrt(np.linalg.eigvalsh(solution.covariance[:2, :2])[-1])),
        "depth_error_km": float("nan") if solution.fixed else float(np.sqrt(solution.covariance[2, 2])),
        "time_error_s": float(np.sqrt(solution.covariance[3, 3])),
    }
    letter = quality(
        int(used.sum()),
        row["azimuthal_gap_deg"],
        row["horizontal_error_km"],
        row["depth_error_km"],
        solution.fixed,
        row["rms_s"],
    )
    return row, Verdict(
        name,
        letter,
        frozenset(flags),
        stations,
        float(solution.distance_km.min()),
        solution.covariance,
        solution.reach2,
        ellipsoid(solution.covariance[:3, :3], solution.reach2),
    )


def _events(events: Events, rows: list[dict[str, Any]]) -> Events:
    """Put what was found into the table."""
    columns = {}
    found = np.array(["time_ns" in row for row in rows], np.bool_)
    lost = {"horizontal_error_km", "depth_error_km", "time_error_s", "rms_s"}
    for field in (
        *("time_ns", "latitude", "longitude", "depth_km", "x_km", "y_km", "picks"),
        *("rms_s", "azimuthal_gap_deg", "horizontal_error_km", "depth_error_km", "time_error_s"),
    ):
        old = getattr(events, field)
        column = np.full(len(old), np.nan) if field in lost else old.copy()
        column[found] = np.array([row[field] for row in rows if "time_ns" in row], column.dtype)
        columns[field] = column
    return events.replace(**columns, method=np.where(found, "onsets locate", events.method))


def estimate_corrections(assignments: Assignments, least: int = 5) -> tuple[tuple[str, str, float], ...]:
    """Return the median residual of each station and phase with enough picks, as station corrections.

    Parameters
    ----------
    assignments : Assignments
        As :func:`locate` returns them; residuals without earlier corrections in them.
    least : int
        Fewest picks of weight above 0.01.

    Returns
    -------
    tuple of (station_id, phase, seconds)
        For ``LocateOptions.corrections``; the mean of all stations of a phase is taken off, since it
        belongs to the origin times.
    """
    groups: dict[tuple[str, str], list[float]] = {}
    good = (assignments.weight > 0.01) & np.isfinite(assignments.residual_s)
    for row in np.flatnonzero(good).tolist():
        key = (str(assignments.station_id[row]), str(assignments.phase[row])[:1].upper())
        groups.setdefault(key, []).append(float(assignments.residual_s[row]))
    found = {key: float(np.median(values)) for key, values in groups.items() if len(values) >= least}
    mean = float(np.mean([value for (_, phase), value in found.items() if phase == "P"] or [0.0]))
    return tuple((station, phase, value - mean) for (station, phase), value in sorted(found.items()))
