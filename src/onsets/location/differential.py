"""Hypocentres from equal differential times: every pair of picks against each other."""

from __future__ import annotations

import itertools

import numpy as np
import numpy.typing as npt

from onsets.earth import LayeredModel, travel_times
from onsets.location.geiger import Solution, solution
from onsets.location.observed import Observed
from onsets.location.options import LocateOptions
from onsets.location.weighing import Errors, mean_square, sandwich

__all__ = ["edt_covariance", "log_density", "pair_weights", "seek"]

Floats = npt.NDArray[np.float64]
_FLOOR = np.log(1e-5)
_FIRST_KM, _LAST_KM = 5.0, 0.005
_STENCIL = np.array([step for step in itertools.product((-1.0, 0.0, 1.0), repeat=3) if any(step)])
_BLOCK = 4_000_000
# Of exp(-z^2 / 2): its mean and that of z^2 times it; of the slope of r exp(-r^2 / (2 s)), r of variance s.
_SHARE, _SHARE_SQUARE, _PAIR_SLOPE = 2**-0.5, 2**-1.5, 2**-1.5
_ALL_TRIPLES = 120


def log_density(observed: Observed, time_s: Floats, options: LocateOptions, blur_s: float = 0.0) -> Floats:
    """Return the logarithm of how well each of some places explains all pairs of picks.

    Parameters
    ----------
    observed : Observed
    time_s : ndarray of float64, shape (places, picks)
        Travel times.
    options : LocateOptions
        For the errors of travel times, which follow the place here.
    blur_s : float
        Further standard deviation of each pick, as of a coarse grid.

    Returns
    -------
    ndarray of float64, shape (places,)

    Notes
    -----
    N ln sum w_a w_b exp(-(r_a - r_b)^2 / (2 s)) / sqrt(s), s = sigma_a^2 + sigma_b^2, r what a pick takes
    for the origin time, w its weight by distance, N the sum of the weights, less the variance of r
    over the mean sigma^2 or ln 10^5, whichever is less: NonLinLoc's EDT_OT_WT, the variance weighted by
    each pick's sum over its pairs. The published formula has no 2 beside s; the program has it, and its
    own maxima agree with these to 0.02 only with it. Here the weights of the variance count all pairs
    of a pick, not only those with later ones, so that the order of picks does not matter.

    References
    ----------
    Lomax, A. (2005). A reanalysis of the hypocentral location and related observations for the great
    1906 California earthquake. BSSA 95, 861-877, doi 10.1785/0120040141.
    """
    size = max(1, _BLOCK // max(len(observed) ** 2, 1))
    parts = [
        _block(observed, time_s[begin : begin + size], options, blur_s)
        for begin in range(0, len(time_s), size)
    ]
    return np.concatenate(parts)


def _block(observed: Observed, time: Floats, options: LocateOptions, blur: float) -> Floats:
    variance = observed.variance(time, options) + blur**2
    early = observed.time_s - time
    weight = _agreement(early, variance, observed.near)[0].sum(axis=-1)
    whole = np.maximum(weight.sum(axis=1) / 2, 1e-300)
    weight = np.maximum(weight, 1e-300)
    weight /= weight.sum(axis=1, keepdims=True)
    middle = (weight * early).sum(axis=1, keepdims=True)
    scatter = (weight * (early - middle) ** 2).sum(axis=1) / variance.mean(axis=1)
    return np.asarray(observed.near.sum() * np.log(whole) + np.maximum(-scatter, _FLOOR))


def _agreement(early: Floats, variance: Floats, near: Floats) -> tuple[Floats, Floats]:
    """Return how well each two picks agree, 0 on the diagonal, and their variance, (..., picks, picks)."""
    spread = variance[..., :, None] + variance[..., None, :]
    apart = early[..., :, None] - early[..., None, :]
    value = np.exp(-(apart**2) / (2 * spread)) / np.sqrt(spread) * near[:, None] * near
    value[..., np.arange(len(near)), np.arange(len(near))] = 0.0
    return value, spread


def seek(
    observed: Observed, model: LayeredModel, start: Floats, options: LocateOptions, fixed: bool = False
) -> Solution:
    """Climb from a start to the place of the largest density.

    The density has ridges and edges where a pick comes to agree or another ray comes first, so it is
    looked at, at 26 places around the best one, in steps of 5 km that are halved down to 5 m.

    Parameters
    ----------
    observed : Observed
    model : LayeredModel
    start : ndarray, shape (3,)
        x, y, depth, km.
    options : LocateOptions
    fixed : bool
        Hold the depth of the start.

    Returns
    -------
    Solution
        Its ``cost`` is minus twice the logarithm of the density.
    """
    low, high = (start[2], start[2]) if fixed else options.depths_km
    best = start.astype(np.float64).copy()
    best[2] = np.clip(best[2], low, high)
    value = float(log_density(observed, _times(observed, model, best[None]), options)[0])
    step = _FIRST_KM
    while step >= _LAST_KM:
        places = best + step * (_STENCIL if not fixed else _STENCIL[_STENCIL[:, 2] == 0])
        places[:, 2] = np.clip(places[:, 2], low, high)
        values = log_density(observed, _times(observed, model, places), options)
        at = int(np.argmax(values))
        if values[at] > value + 1e-9:
            best, value = places[at], float(values[at])
        else:
            step /= 2
    return _finish(observed, model, best, options, fixed, -2 * value)


def _times(observed: Observed, model: LayeredModel, places: Floats) -> Floats:
    """Return travel times, shape (places, picks)."""
    distance = np.hypot(observed.x_km - places[:, :1], observed.y_km - places[:, 1:2])
    out = np.empty(distance.shape)
    for phase in np.unique(observed.phase):
        mine = observed.phase == phase
        out[:, mine] = travel_times(
            model, str(phase), distance[:, mine], places[:, 2:], observed.depth_km[mine]
        ).time_s
    return out


def _finish(
    observed: Observed, model: LayeredModel, source: Floats, options: LocateOptions, fixed: bool, cost: float
) -> Solution:
    columns = [0, 1, 3] if fixed else [0, 1, 2, 3]
    time, slopes, distance = observed.predict(model, source)
    observed = observed.held(distance, time, options)
    early = observed.time_s - time
    errors = edt_covariance(early, observed.deviation_s, observed.near, slopes[:, columns])
    return solution(source, early, observed.near, distance, errors, columns, cost)


def pair_weights(early: Floats, deviation: Floats, near: Floats) -> Floats:
    """Return the weights of all pairs of picks, by which the density is climbed.

    Parameters
    ----------
    early, deviation : ndarray, shape (..., picks)
        As in :func:`onsets.location.weighing.huber_origin`.
    near : ndarray, shape (picks,)

    Returns
    -------
    ndarray, shape (..., picks, picks)
        1/s^2 but for a factor, symmetric, 0 on the diagonal.
    """
    value, spread = _agreement(early, deviation**2, near)
    return np.asarray(value / spread)


def edt_covariance(early: Floats, deviation: Floats, near: Floats, slopes: Floats) -> Errors:
    """Return origin time, share of each pick, and what the expected curvature says of errors.

    Parameters
    ----------
    early, deviation, near : ndarray, shape (picks,)
        As in :func:`onsets.location.weighing.huber_origin`.
    slopes : ndarray, shape (picks, unknowns)
        Derivatives of arrival times; the last column is that of the origin time.

    Notes
    -----
    H^-1 B H^-1 with the expectations under normal errors of the two sides: H = sum over pairs of
    E[psi'] (g_a - g_b)(g_a - g_b)', psi = r exp(-r^2 / (2 s)), B = sum over picks of the variance of
    what a pick adds to the gradient (its projection, the other picks averaged over). A pick's share is
    exp(-r^2 / (2 sigma^2)). The scale is as in :func:`onsets.location.weighing.huber_covariance`.
    """
    spread = deviation[:, None] ** 2 + deviation**2
    pairs = pair_weights(early, deviation, near)
    origin = float(np.average(early, weights=np.maximum(pairs.sum(axis=1), 1e-300)))
    scaled = (early - origin) / deviation
    share = np.exp(-(scaled**2) / 2)
    alive = near * (share > np.exp(-4.5))  # beyond three deviations a pick has no say
    places = slopes[:, :-1]
    both = alive[:, None] * alive * (1 - np.eye(len(early))) / np.sqrt(spread)
    expected = _PAIR_SLOPE * both / spread
    hessian = places.T @ (np.diag(expected.sum(axis=1)) - expected) @ places
    wide = spread + deviation**2
    factor = both * (spread / wide) ** 1.5 / spread
    total = np.maximum(factor.sum(axis=1, keepdims=True), 1e-300)
    arms = places - (factor / total) @ places
    gradient = (arms * _variance(factor, wide, deviation)[:, None]).T @ arms
    square = float((alive * share * scaled**2).sum())
    mean, freedom = mean_square(square, float(alive.sum()), slopes.shape[1], _SHARE_SQUARE)
    scale = mean / _SHARE_SQUARE
    block = sandwich(hessian, gradient) * scale
    weight = alive * share / (_SHARE * deviation**2)
    middle = np.average(places, axis=0, weights=np.maximum(weight, 1e-300))
    covariance = np.zeros((slopes.shape[1],) * 2)
    covariance[:-1, :-1] = block
    covariance[-1, :-1] = covariance[:-1, -1] = -block @ middle
    covariance[-1, -1] = middle @ block @ middle + scale / max(float(weight.sum()), 1e-300)
    expected_sum = _SHARE * float(both.sum()) / 2
    centred = places - np.average(places, axis=0, weights=np.maximum(alive, 1e-300))
    scatter = (centred * alive[:, None]).T @ centred / max(float(alive.sum()), 1e-300)
    bend = float(near.sum()) * hessian / max(expected_sum, 1e-300) + 2 * scatter / np.mean(deviation**2)
    temper = len(block) / max(float(np.trace(block @ bend)), 1e-300)
    return Errors(origin, share, covariance, freedom, temper)


def _variance(factor: Floats, wide: Floats, deviation: Floats) -> Floats:
    """Return the variance of what each pick adds to the gradient, shape (picks,)."""
    out = np.empty(len(deviation))
    for a, own in enumerate(deviation**2):
        with_weight = np.flatnonzero(factor[a] > 0)[:_ALL_TRIPLES]
        rest = factor[a].sum() / max(float(factor[a, with_weight].sum()), 1e-300)
        narrow = 1 / wide[a, with_weight]
        mixed = (1 + own * (narrow[:, None] + narrow)) ** -1.5
        out[a] = own * rest**2 * float(factor[a, with_weight] @ mixed @ factor[a, with_weight])
    return out
