"""How well each depth explains the picks, and what that says of the errors.

Layer borders make depth and misfit far from quadratic: two depths may explain the same picks, and the
curvature at one of them knows nothing of the other. So the best epicentre is found for many depths at
once, and errors are moments over all of them.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from onsets.earth import LayeredModel, travel_times
from onsets.location.differential import log_density, pair_weights
from onsets.location.geiger import Solution
from onsets.location.observed import Observed
from onsets.location.options import LocateOptions
from onsets.location.quality import CONFIDENCE, reach2
from onsets.location.weighing import huber_weights

__all__ = ["Profile", "profile", "with_moments"]

Floats = npt.NDArray[np.float64]
_ITERATIONS = 6
_LONGEST_KM = 10.0
_COARSE, _FINE, _CLOUD = 25, 41, 64
_UNTOLD, _POSSIBLE = 0.4, 3.84
_UNLIKELY = 30.0  # of the cost: e^-15 of the best


@dataclass(frozen=True, slots=True, eq=False)
class Profile:
    """The best place of each of some depths.

    Attributes
    ----------
    source : ndarray of float64, shape (depths, 3)
        x, y, depth, km.
    origin_s, cost : ndarray of float64, shape (depths,)
        Cost as in :class:`onsets.location.geiger.Solution`.
    """

    source: Floats
    origin_s: Floats
    cost: Floats


def profile(
    observed: Observed, model: LayeredModel, start: Floats, options: LocateOptions, depths_km: Floats
) -> Profile:
    """Find the best epicentre of each depth, all together.

    Parameters
    ----------
    observed : Observed
    model : LayeredModel
    start : ndarray, shape (3,)
        Where the iteration begins; its depth does not count.
    options : LocateOptions
    depths_km : ndarray of float64, shape (depths,)

    Returns
    -------
    Profile
    """
    source = np.column_stack([np.tile(start[:2], (len(depths_km), 1)), depths_km])
    best = Profile(source.copy(), np.zeros(len(source)), np.full(len(source), np.inf))
    for _ in range(_ITERATIONS):
        time, slopes = _predicted(observed, model, source)
        if options.method == "edt":
            normal, right, origin, cost = _pairs(observed, time, slopes, options)
        else:
            normal, right, origin, cost = _huber(observed, time, slopes, options)
        better = cost < best.cost
        for old, new in ((best.source, source), (best.origin_s, origin), (best.cost, cost)):
            old[better] = new[better]
        ridge = 1e-6 * np.trace(normal, axis1=1, axis2=2)[:, None, None] * np.eye(2) + 1e-9 * np.eye(2)
        step = np.linalg.solve(normal + ridge, right[..., None])[..., 0]
        length = np.linalg.norm(step, axis=1, keepdims=True)
        step *= np.minimum(1.0, _LONGEST_KM / np.maximum(length, 1e-12))
        source = source.copy()
        source[:, :2] = np.where(better[:, None], source[:, :2], best.source[:, :2]) + np.where(
            better[:, None], step, step / 4
        )
    return best


def _predicted(observed: Observed, model: LayeredModel, source: Floats) -> tuple[Floats, Floats]:
    """Return travel times, shape (places, picks), and their slopes by x and y, (places, picks, 2)."""
    east, north = (column - source[:, i : i + 1] for i, column in enumerate((observed.x_km, observed.y_km)))
    distance = np.hypot(east, north)
    time, slopes = np.empty(distance.shape), np.empty((*distance.shape, 2))
    for phase in np.unique(observed.phase):
        mine = observed.phase == phase
        arrivals = travel_times(model, str(phase), distance[:, mine], source[:, 2:], observed.depth_km[mine])
        time[:, mine] = arrivals.time_s
        away = arrivals.distance_slope_s_km / np.maximum(distance[:, mine], 1e-6)
        slopes[:, mine, 0], slopes[:, mine, 1] = -away * east[:, mine], -away * north[:, mine]
    return time, slopes


def _huber(
    observed: Observed, time: Floats, slopes: Floats, options: LocateOptions
) -> tuple[Floats, Floats, Floats, Floats]:
    early = observed.time_s - time
    origin, weight, cost = huber_weights(early, observed.deviation_s, observed.near, options.norm)
    share = weight / weight.sum(axis=1, keepdims=True)
    centred = slopes - (share[..., None] * slopes).sum(axis=1, keepdims=True)
    weighted = centred * weight[..., None]
    right = (weighted * (early - origin[:, None])[..., None]).sum(axis=1)
    return np.einsum("kni,knj->kij", weighted, centred), right, origin, cost


def _pairs(
    observed: Observed, time: Floats, slopes: Floats, options: LocateOptions
) -> tuple[Floats, Floats, Floats, Floats]:
    early = observed.time_s - time
    pairs = pair_weights(early, np.sqrt(observed.variance(time, options)), observed.near)
    total = pairs.sum(axis=2)
    pulled = total[..., None] * slopes - pairs @ slopes
    right = (pulled * early[..., None]).sum(axis=1)
    origin = (total * early).sum(axis=1) / np.maximum(total.sum(axis=1), 1e-300)
    cost = -2 * log_density(observed, time, options)
    return np.einsum("kni,knj->kij", pulled, slopes), right, origin, cost


def coarse(low: float, high: float) -> Floats:
    """Return depths over a range, closer together where it is shallow."""
    return low + (high - low) * np.linspace(0, 1, _COARSE) ** 1.5


def with_moments(
    observed: Observed, model: LayeredModel, solution: Solution, whole: Profile, options: LocateOptions
) -> tuple[Solution, bool]:
    """Return a solution with the errors that all depths together say, and whether its depth is told.

    Parameters
    ----------
    observed : Observed
    model : LayeredModel
    solution : Solution
        Its covariance is that of the curvature at the best place.
    whole : Profile
        Over all depths allowed, to see which of them matter.
    options : LocateOptions

    Returns
    -------
    solution : Solution
        Covariance: second moments about the hypocentre of a density that is exp(-temper cost / 2) over
        depths and, at each depth, normal about the best epicentre and origin time as the curvature
        says. Its ``reach2`` puts 68.3 % of that density into the ellipsoid.
    told : bool
        False where 0.4 or more of all depths allowed explain the picks nearly as well as the best one
        (a likelihood above e^-1.92 of its, the 95 % of a chi-square).
    """
    depths = whole.source[:, 2]
    likely = np.flatnonzero(whole.cost < solution.cost + _UNLIKELY / solution.temper)
    spread = 5 * float(np.sqrt(solution.covariance[2, 2]))
    low, high = solution.source[2] - spread, solution.source[2] + spread
    if len(likely):
        low = min(low, depths[max(likely[0] - 1, 0)])
        high = max(high, depths[min(likely[-1] + 1, len(depths) - 1)])
    low, high = max(low, options.depths_km[0]), min(high, options.depths_km[1])
    near = solution.source[2] + spread * np.linspace(-1, 1, _FINE // 2)
    nodes = np.unique(np.r_[np.linspace(low, high, _FINE), np.clip(near, low, high), solution.source[2]])
    fine = profile(observed, model, solution.source, options, nodes)
    cost = np.minimum(fine.cost, np.where(nodes == solution.source[2], solution.cost, np.inf))
    chance = np.exp(-0.5 * solution.temper * (cost - cost.min())) * np.gradient(nodes)
    chance /= chance.sum()
    away = np.column_stack([fine.source, fine.origin_s]) - np.append(solution.source, solution.origin_s)
    covariance = np.einsum("k,ki,kj->ij", chance, away, away)
    rest = [0, 1, 3]
    given = solution.covariance
    along = given[rest, 2] / given[2, 2]
    level = given[np.ix_(rest, rest)] - np.outer(along, along) * given[2, 2]
    covariance[np.ix_(rest, rest)] += level
    size = _reach2(away[:, :3], level[:2, :2], chance, covariance[:3, :3])
    size *= reach2(3, solution.freedom) / reach2(3, 1e9)
    every = np.linspace(*options.depths_km, 201)
    excess = np.interp(every, depths, whole.cost) - min(float(whole.cost.min()), solution.cost)
    told = np.mean(solution.temper * excess < _POSSIBLE) < _UNTOLD
    return dataclasses.replace(solution, covariance=covariance, reach2=size), bool(told)


def _reach2(away: Floats, level: Floats, chance: Floats, covariance: Floats) -> float:
    """Return m^2 of the ellipsoid d' C^-1 d <= m^2 that holds 68.3 % of normal clouds, one a depth."""
    number = np.arange(_CLOUD)
    radius = np.sqrt(-2 * np.log(1 - (number + 0.5) / _CLOUD))
    angle = number * np.pi * (3 - np.sqrt(5))
    values, vectors = np.linalg.eigh(level)
    cloud = np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])
    cloud = cloud * np.sqrt(np.maximum(values, 0.0)) @ vectors.T
    points = away[:, None, :] + np.column_stack([cloud, np.zeros(_CLOUD)])
    square = np.einsum("kni,ij,knj->kn", points, np.linalg.pinv(covariance), points).ravel()
    order = np.argsort(square)
    held = np.repeat(chance / _CLOUD, _CLOUD)[order].cumsum()
    return float(square[order][min(int(np.searchsorted(held, CONFIDENCE)), len(held) - 1)])
