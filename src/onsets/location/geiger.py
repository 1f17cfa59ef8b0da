"""Hypocentre and origin time by iterated least squares, and what they are worth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from onsets.earth import LayeredModel
from onsets.location.observed import Observed
from onsets.location.options import LocateOptions
from onsets.location.quality import reach2
from onsets.location.weighing import Errors, huber_covariance, huber_origin

__all__ = ["Solution", "solve"]

Floats = npt.NDArray[np.float64]
_ITERATIONS = 40
_LONGEST_KM = 20.0
_DONE_KM = 1e-4


@dataclass(frozen=True, slots=True, eq=False)
class Solution:
    """A hypocentre.

    Attributes
    ----------
    source : ndarray, shape (3,)
        x, y, depth, km, in the frame of the picks.
    origin_s : float
        After the first pick.
    residual_s, weight, distance_km : ndarray, shape (picks,)
        Weight 0 to 1 is what distance and the norm left of a pick.
    covariance : ndarray, shape (4, 4)
        Of x, y, depth (km) and origin time (s); rows of a fixed depth are 0.
    freedom : float
        Degrees of freedom of its scale.
    fixed : bool
        Whether the depth was held.
    cost : float
        What was made small.
    temper : float
        As in :class:`onsets.location.weighing.Errors`.
    reach2 : float
        m^2 of the region d' C^-1 d <= m^2 that holds the hypocentre with a probability of 68.3 %.
    """

    source: Floats
    origin_s: float
    residual_s: Floats
    weight: Floats
    distance_km: Floats
    covariance: Floats
    freedom: float
    fixed: bool
    cost: float
    temper: float
    reach2: float


def solve(
    observed: Observed, model: LayeredModel, start: Floats, options: LocateOptions, fixed: bool = False
) -> Solution:
    """Iterate from a start.

    Parameters
    ----------
    observed : Observed
        At least as many picks as unknowns.
    model : LayeredModel
    start : ndarray, shape (3,)
        x, y, depth, km.
    options : LocateOptions
    fixed : bool
        Hold the depth of the start.

    Returns
    -------
    Solution

    Notes
    -----
    Each pick has the standard deviation of pick and model together. L2: weights 1 / sigma^2. L1: these
    times min(1, 1 / |r / sigma|) (Huber's function with k = 1, the smooth L1), so that a pick far off
    pulls no more than one at sigma.

    References
    ----------
    Geiger, L. (1912). Probability method for the determination of earthquake epicenters from the
    arrival time only. Bull. St. Louis Univ. 8, 60-71.
    """
    columns = [0, 1, 3] if fixed else [0, 1, 2, 3]
    source = start.astype(np.float64).copy()
    if not fixed:
        source[2] = np.clip(source[2], *options.depths_km)
    best: tuple[float, Floats] | None = None
    damping = 1e-3
    for _ in range(_ITERATIONS):
        time, slopes, _ = observed.predict(model, source)
        normal, right, cost = _normal(observed, time, slopes, options)
        if best is not None and cost > best[0] * (1 + 1e-12) and damping < 1e6:
            source = best[1] + (source - best[1]) / 4  # too far: come back most of the way
            damping *= 10
            if np.linalg.norm(source - best[1]) < _DONE_KM:
                source = best[1]
                break
            continue
        best, damping = (cost, source.copy()), max(damping / 5, 1e-6)
        used = columns[:-1]
        matrix = normal[np.ix_(used, used)]
        step = np.zeros(3)
        step[used] = np.linalg.lstsq(
            matrix + damping * np.diag(np.maximum(np.diag(matrix), 1e-9)), right[used], rcond=1e-10
        )[0]
        step *= min(1.0, _LONGEST_KM / max(float(np.linalg.norm(step)), 1e-12))
        deep = float(np.clip(source[2] + step[2], *options.depths_km)) if not fixed else source[2]
        step[2] = deep - source[2]
        source = source + step
        if np.linalg.norm(step) < _DONE_KM:
            break
    return _finish(observed, model, source, options, columns)


def _normal(
    observed: Observed, time: Floats, slopes: Floats, options: LocateOptions
) -> tuple[Floats, Floats, float]:
    """Return normal matrix and right side of x, y, depth, the origin time solved for, and the cost."""
    deviation, near = observed.deviation_s, observed.near
    early = observed.time_s - time
    origin, weight, cost = huber_origin(early, deviation, near, options.norm)
    centred = slopes[:, :3] - np.average(slopes[:, :3], axis=0, weights=weight)
    residual = early - origin
    return (centred * weight[:, None]).T @ centred, (centred * weight[:, None]).T @ residual, cost


def _finish(
    observed: Observed, model: LayeredModel, source: Floats, options: LocateOptions, columns: list[int]
) -> Solution:
    """Compute residuals, weights and covariance at the end of the iteration."""
    time, slopes, distance = observed.predict(model, source)
    deviation, near = observed.deviation_s, observed.near
    early = observed.time_s - time
    cost = _normal(observed, time, slopes, options)[2]
    errors = huber_covariance(early, deviation, near, slopes[:, columns], options.norm)
    return solution(source, early, near, distance, errors, columns, cost)


def solution(
    source: Floats,
    early: Floats,
    near: Floats,
    distance: Floats,
    errors: Errors,
    columns: list[int],
    cost: float,
) -> Solution:
    """Put a solution together from what a weighting says of the unknowns of some columns."""
    covariance = np.zeros((4, 4))
    covariance[np.ix_(columns, columns)] = errors.covariance
    return Solution(
        source,
        errors.origin_s,
        early - errors.origin_s,
        errors.share * near,
        distance,
        covariance,
        errors.freedom,
        len(columns) == 3,
        cost,
        errors.temper,
        reach2(len(columns) - 1, errors.freedom),
    )
