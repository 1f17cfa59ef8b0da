"""Relative locations from differential times: the double difference."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from onsets.earth import Frame, LayeredModel
from onsets.errors import CatalogueError, MissingExtraError
from onsets.location.options import RelocateOptions, WeightSet
from onsets.location.rays import Rays, find_rays, frame_of, places
from onsets.location.solver import find_clusters, floored, solve_system
from onsets.tables import Differences, Events, Stations
from onsets.types import Problem

__all__ = ["Relocation", "relocate"]

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
_CONSTRAINT = 10.0


@dataclass(frozen=True, slots=True, eq=False)
class Relocation:
    """What a double difference gives.

    Attributes
    ----------
    events : Events
        In the order given, relocated where ``relocated`` is true; ``picks`` counts the differences that
        kept a weight, ``rms_s`` is of their residuals, errors are one standard deviation of the bootstrap
        (relative to the middle of the cluster), NaN without one.
    relocated : ndarray of bool, shape (n,)
        False for events without enough differences, or dropped as risen into the air.
    cluster : ndarray of int64, shape (n,)
        Number of the cluster from 1, the largest first; 0 for an event on its own.
    counts : ndarray of int64, shape (n, 4)
        Differences used: correlated P and S, catalogue P and S.
    history : list of dict
        One an iteration: set, differences used, rms of correlated and catalogue residuals (s), median
        shift (km).
    problems : list of Problem
    """

    events: Events
    relocated: Mask
    cluster: npt.NDArray[np.int64]
    counts: npt.NDArray[np.int64]
    history: list[dict[str, Any]]
    problems: list[Problem]


@dataclass(slots=True, eq=False)
class _State:
    """Where the iteration stands."""

    source: Floats  # x, y, depth (km) and origin time shift (s) of each event
    alive: Mask
    history: list[dict[str, Any]]


@dataclass(frozen=True, slots=True, eq=False)
class _Data:
    """What does not change: rays, differences, model."""

    rays: Rays
    dt_s: Floats
    quality: Floats
    correlated: Mask
    shear: Mask
    model: LayeredModel
    cluster: npt.NDArray[np.int64]
    highest_km: float


def relocate(
    events: Events,
    differences: Differences,
    stations: Stations,
    model: LayeredModel,
    options: RelocateOptions | None = None,
) -> Relocation:
    """Relocate events relative to each other.

    Parameters
    ----------
    events : Events
        Where they start from; the mean of each cluster's hypocentres and origin times is kept.
    differences : Differences
    stations : Stations
    model : LayeredModel
    options : RelocateOptions, optional

    Returns
    -------
    Relocation

    Raises
    ------
    CatalogueError
        If no two events are tied by enough differences.
    MissingExtraError
        If SciPy is not installed.

    Notes
    -----
    Each iteration solves W G m = W d with d the difference of observed and predicted differential
    times, two rows of opposite sign for the two events, columns scaled, damped, and four further rows a
    cluster that hold its mean place and time. Weights follow Waldhauser and Ellsworth: a priori weight times
    max(0, 1 - (s / s_max)^a)^a of the distance s between the events (a = 3 for catalogue times, 5 for
    correlated ones), times max(0, 1 - (r / (alpha sigma))^2)^2 of the residual r, sigma = MAD / 0.67449.
    Deviations: errors come from a bootstrap of the residuals in the last linear system, not from the
    solver, by picks for catalogue times (each is part of many differences, which are not independent);
    up to 1,500 events are solved by normal equations, more by LSMR;
    all clusters are solved at once; station elevations enter the travel times.

    References
    ----------
    Waldhauser, F., and Ellsworth, W. L. (2000). A double-difference earthquake location algorithm. BSSA
    90, 1353-1368, doi 10.1785/0120000006.
    Fong, D. C.-L., and Saunders, M. (2011). LSMR: an iterative algorithm for sparse least-squares
    problems. SIAM J. Sci. Comput. 33, 2950-2971, doi 10.1137/10079687X.
    """
    _require_scipy()
    given = options or RelocateOptions()
    frame = frame_of(events, stations)
    problems = _unknown(differences, events, stations)
    data = _gather(events, differences, stations, model, given, frame)
    x, y = places(events, frame)
    state = _State(
        np.column_stack([x, y, events.depth_km, np.zeros(len(events))]),
        data.cluster > 0,
        [],
    )
    if not state.alive.any():
        raise CatalogueError(
            f"no two events are tied by {given.min_links} differences to known stations within "
            f"{given.max_station_km:g} km; lower min_links, or check the ids and codes"
        )
    sets = given.sets
    if not data.correlated.any() and len(sets) > 2 and sets == RelocateOptions().sets:
        sets = sets[:2]
    weights = np.zeros(len(data.dt_s))
    for number, one in enumerate(sets, 1):
        for step in range(one.iterations):
            weights = _iterate(data, state, one, given, first=number == 1 and step == 0)
            state.history[-1]["set"] = number
    errors = _bootstrap(data, state, sets[-1], weights, given)
    return _result(events, data, state, weights, errors, frame, problems)


def _require_scipy() -> None:
    try:
        import scipy.sparse.linalg  # noqa: F401
    except ImportError:
        raise MissingExtraError("SciPy", "location", "double difference") from None


def _unknown(differences: Differences, events: Events, stations: Stations) -> list[Problem]:
    """Name the stations and events of differences that are in no table."""
    problems = []
    names, counts = np.unique(differences.station_id, return_counts=True)
    for name, count, row in zip(names.tolist(), counts.tolist(), stations.index(names).tolist(), strict=True):
        if row < 0:
            problems.append(
                Problem(name, f"unknown station: {count} differences left out; add it to the stations", name)
            )
    both = np.concatenate([differences.event_1, differences.event_2])
    unknown = ~np.isin(both, events.event_id)
    if unknown.any():
        some = ", ".join(sorted(set(both[unknown].tolist()))[:3])
        problems.append(
            Problem("events", f"{int(unknown.sum())} differences of events in no table ({some}...) left out")
        )
    return problems


def _gather(
    events: Events,
    differences: Differences,
    stations: Stations,
    model: LayeredModel,
    options: RelocateOptions,
    frame: Frame,
) -> _Data:
    """Choose the differences that tie clusters together."""
    rays = find_rays(differences, events, stations, frame)
    x, y = places(events, frame)
    far = np.hypot(rays.x_km - x.mean(), rays.y_km - y.mean()) > options.max_station_km
    chosen = differences.take(rays.used)
    good = ~far[rays.first] & np.isfinite(chosen.dt_s) & (chosen.weight > 0)
    cluster = find_clusters(
        rays.event[rays.first[good]], rays.event[rays.second[good]], len(events), options.min_links
    )
    one = cluster[rays.event[rays.first]]
    good &= (one > 0) & (one == cluster[rays.event[rays.second]])
    kept = np.flatnonzero(good)
    rays = Rays(
        rays.event,
        rays.x_km,
        rays.y_km,
        rays.depth_km,
        rays.shear,
        rays.first[kept],
        rays.second[kept],
        rays.used[kept],
    )
    return _Data(
        rays,
        chosen.dt_s[kept],
        chosen.weight[kept],
        chosen.kind[kept] == "cc",
        rays.shear[rays.first],
        model,
        cluster,
        float(-stations.elevation_m.max() / 1000),
    )


def _residuals(data: _Data, state: _State) -> tuple[Floats, Floats]:
    """Return observed less predicted differences (s) and the derivatives of each ray."""
    time, slopes = data.rays.trace(data.model, state.source)
    arrival = time + state.source[data.rays.event, 3]
    return data.dt_s - (arrival[data.rays.first] - arrival[data.rays.second]), slopes


def _weigh(data: _Data, state: _State, residual: Floats, one: WeightSet, first: bool) -> Floats:
    """Return the weight of each difference in a set."""
    at, to = data.rays.event[data.rays.first], data.rays.event[data.rays.second]
    apart = np.linalg.norm(state.source[at, :3] - state.source[to, :3], axis=1)
    weights = data.quality * np.where(
        data.correlated,
        np.where(data.shear, one.cc_s, one.cc_p),
        np.where(data.shear, one.ct_s, one.ct_p),
    )
    weights = weights * (state.alive[at] & state.alive[to])
    for kind, limit, reach, power in (
        (data.correlated, one.cc_residual, one.cc_distance_km, 5),
        (~data.correlated, one.ct_residual, one.ct_distance_km, 3),
    ):
        if reach > 0:
            weights[kind] *= np.maximum(0, 1 - (apart[kind] / reach) ** power) ** power
        used = kind & (weights > 0)
        if limit > 0 and not first and used.any():
            spread = np.median(np.abs(residual[used] - np.median(residual[used]))) / 0.67449
            largest = limit if limit < 1 else limit * max(float(spread), 1e-6)
            weights[kind] *= np.maximum(0, 1 - (residual[kind] / largest) ** 2) ** 2
    return np.asarray(weights)


def _system(data: _Data, state: _State, slopes: Floats, weights: Floats) -> tuple[Any, Floats]:
    """Return the weighted, scaled matrix with the mean-shift rows, and the scale of its columns."""
    from scipy.sparse import csr_matrix, diags, vstack

    rows = np.flatnonzero(weights > 0)
    at, to = data.rays.first[rows], data.rays.second[rows]
    values = np.concatenate([slopes[at], -slopes[to]], axis=1) * weights[rows, None]
    columns = np.concatenate(
        [data.rays.event[at][:, None] * 4 + np.arange(4), data.rays.event[to][:, None] * 4 + np.arange(4)],
        axis=1,
    )
    size = 4 * len(state.alive)
    begin = np.arange(0, 8 * len(rows) + 1, 8)
    matrix = csr_matrix((values.ravel(), columns.ravel(), begin), shape=(len(rows), size))
    square = np.asarray(matrix.multiply(matrix).sum(axis=0)).ravel()
    scale = np.sqrt(square / max(1, len(rows)))
    scale = floored(scale.reshape(-1, 4)).ravel()
    matrix = matrix @ diags(1 / scale)
    live = state.alive & (square.reshape(-1, 4)[:, 3] > 0)
    constraints = []
    for number in np.unique(data.cluster[live]):
        members = np.flatnonzero(live & (data.cluster == number))
        strength = _CONSTRAINT * np.sqrt(len(rows)) / len(members)
        for part in range(4):
            spots = members * 4 + part
            row = csr_matrix(
                (strength / scale[spots], (np.zeros(len(spots), np.int64), spots)), shape=(1, size)
            )
            constraints.append(row * float(np.median(scale[spots])))
    return vstack([matrix, *constraints]).tocsr(), scale


def _iterate(data: _Data, state: _State, one: WeightSet, options: RelocateOptions, first: bool) -> Floats:
    """Take one step; returns the weights of the differences."""
    residual, slopes = _residuals(data, state)
    weights = _weigh(data, state, residual, one, first)
    matrix, scale = _system(data, state, slopes, weights)
    right = np.zeros(matrix.shape[0])
    right[: int((weights > 0).sum())] = (residual * weights)[weights > 0]
    change = solve_system(matrix, right, scale, one.damping)
    change[~state.alive] = 0.0
    risen = state.source[:, 2] + change[:, 2] < data.highest_km
    if options.air == "drop":
        state.alive = state.alive & ~risen
        change[risen] = 0.0
    else:  # half of the way up to the highest station
        up = (data.highest_km - state.source[:, 2]) / 2
        change[risen, 2] = up[risen]
    state.source = state.source + change
    rms = {}
    for name, kind in (("cc", data.correlated), ("ct", ~data.correlated)):
        used = kind & (weights > 0)
        total = float((weights[used] ** 2).sum())
        rms[name] = float(np.sqrt(((weights * residual)[used] ** 2).sum() / total)) if total else float("nan")
    moved = np.linalg.norm(change[state.alive, :3], axis=1)
    state.history.append(
        {
            "used": int((weights > 0).sum()),
            "rms_cc_s": rms["cc"],
            "rms_ct_s": rms["ct"],
            "median_shift_km": float(np.median(moved)) if len(moved) else float("nan"),
        }
    )
    return weights


def _bootstrap(
    data: _Data, state: _State, one: WeightSet, weights: Floats, options: RelocateOptions
) -> Floats:
    """Return standard deviations of x, y, depth (km) and time (s), shape (events, 4)."""
    if options.bootstrap < 2 or not (weights > 0).any():
        return np.full((len(state.alive), 4), np.nan)
    residual, slopes = _residuals(data, state)
    matrix, scale = _system(data, state, slopes, weights)
    rng = np.random.default_rng(options.seed)
    groups = [
        np.flatnonzero((weights > 0) & (data.correlated == kind) & (data.shear == shear))
        for kind in (True, False)
        for shear in (True, False)
    ]
    drawn = np.zeros((len(residual), options.bootstrap))
    for group in groups:
        if not len(group):
            continue
        centred = residual[group] - np.average(residual[group], weights=weights[group])
        if data.correlated[group[0]]:
            drawn[group] = rng.choice(centred, (len(group), options.bootstrap))
        else:  # differences of a catalogue share picks: what is drawn is an error of each pick
            of_pick = rng.choice(centred / np.sqrt(2), (len(data.rays.event), options.bootstrap))
            drawn[group] = of_pick[data.rays.first[group]] - of_pick[data.rays.second[group]]
    used = weights > 0
    right = np.zeros((matrix.shape[0], options.bootstrap))
    right[: int(used.sum())] = drawn[used] * weights[used, None]
    # damping belongs to the steps, not to the answer: a small rest keeps the system solvable
    out: Floats = solve_system(matrix, right, scale, min(one.damping, 1.0)).std(axis=0, ddof=1)
    return out


def _result(
    events: Events,
    data: _Data,
    state: _State,
    weights: Floats,
    errors: Floats,
    frame: Frame,
    problems: list[Problem],
) -> Relocation:
    residual, _ = _residuals(data, state)
    used = weights > 0
    counts = np.zeros((len(events), 4), np.int64)
    square = np.zeros(len(events))
    for end in (data.rays.first, data.rays.second):
        event = data.rays.event[end][used]
        kind = np.where(data.correlated, 0, 2)[used] + data.shear[used]
        np.add.at(counts, (event, kind), 1)
        np.add.at(square, event, residual[used] ** 2)
    relocated = state.alive & (counts.sum(axis=1) > 0)
    total = np.maximum(counts.sum(axis=1), 1)
    x, y = state.source[:, 0], state.source[:, 1]
    latitude, longitude = frame.to_geographic(x, y)
    nothing = np.full(len(events), np.nan)

    def new(values: Floats, old: Any) -> Any:
        return np.where(relocated, values, old)

    moved = events.replace(
        time_ns=new(events.time_ns + np.round(state.source[:, 3] * 1e9).astype(np.int64), events.time_ns),
        latitude=new(latitude, events.latitude),
        longitude=new(longitude, events.longitude),
        depth_km=new(state.source[:, 2], events.depth_km),
        x_km=new(x, nothing if frame.geographic else events.x_km),
        y_km=new(y, nothing if frame.geographic else events.y_km),
        picks=new(counts.sum(axis=1), events.picks),
        rms_s=new(np.sqrt(square / total), events.rms_s),
        horizontal_error_km=new(np.maximum(errors[:, 0], errors[:, 1]), events.horizontal_error_km),
        depth_error_km=new(errors[:, 2], events.depth_error_km),
        time_error_s=new(errors[:, 3], events.time_error_s),
        method=np.where(relocated, "double difference", events.method),
    )
    for name in events.event_id[~relocated][:10].tolist():
        problems.append(Problem(name, "not relocated: too few differences, or risen into the air"))
    left = int((~relocated).sum()) - 10
    if left > 0:
        problems.append(Problem("events", f"{left} more were not relocated"))
    return Relocation(moved, relocated, data.cluster, counts, state.history, problems)
