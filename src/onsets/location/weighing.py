"""Weights of picks by their residuals, and the covariance that belongs to each weighting."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["edt_covariance", "huber_covariance", "huber_origin", "pair_weights"]

Floats = npt.NDArray[np.float64]
_HUBER = 1.0
_PRIOR_FREEDOM = 8.0
_LEAST_EIGENVALUE = 1e-8
# Under the normal distribution, of Huber's function with k = 1: the mean of psi^2 and of its slope.
_PSI_SQUARE, _PSI_SLOPE = 0.5161, 0.6827
# Of exp(-z^2 / 2): its mean and that of z^2 times it; of the slope of r exp(-r^2 / s), r of variance s.
_SHARE, _SHARE_SQUARE, _PAIR_SLOPE = 2**-0.5, 2**-1.5, 3**-1.5
_ALL_TRIPLES = 120


def pair_weights(early: Floats, deviation: Floats, near: Floats) -> tuple[Floats, float]:
    """Return the weights of all pairs of picks in an equal-differential-time location.

    Parameters
    ----------
    early : ndarray, shape (picks,)
        Observed time less travel time, s: what each pick takes for the origin time.
    deviation : ndarray, shape (picks,)
        s.
    near : ndarray, shape (picks,)
        Weight by distance.

    Returns
    -------
    weights : ndarray, shape (picks, picks)
        1/s^2, symmetric, 0 on the diagonal.
    cost : float
        Smallest where the picks agree best.
    """
    spread = deviation[:, None] ** 2 + deviation**2
    value = np.exp(-((early[:, None] - early) ** 2) / spread) / np.sqrt(spread) * near[:, None] * near
    np.fill_diagonal(value, 0.0)
    return value / spread, -float(value.sum())


def huber_origin(early: Floats, deviation: Floats, near: Floats, norm: str) -> tuple[float, Floats, float]:
    """Return the origin time, the weights of the picks (1/s^2) and the cost by L1 (Huber) or L2.

    Parameters
    ----------
    early, deviation, near : ndarray, shape (picks,)
        As in :func:`pair_weights`.
    norm : str
        ``l1`` or ``l2``.
    """
    base = near / deviation**2 + 1e-12
    if norm == "l2":
        origin = float(np.average(early, weights=base))
        return origin, base, float((base * (early - origin) ** 2).sum())
    order = np.argsort(early)
    shares = base[order].cumsum()
    origin = float(early[order][int((shares < shares[-1] / 2).sum())])
    for _ in range(8):
        scaled = np.abs(early - origin) / deviation
        weight = base * np.minimum(1.0, _HUBER / np.maximum(scaled, 1e-9))
        origin = float(np.average(early, weights=weight))
    scaled = np.abs(early - origin) / deviation
    cost = near * np.where(scaled < _HUBER, scaled**2, 2 * _HUBER * scaled - _HUBER**2)
    return origin, base * np.minimum(1.0, _HUBER / np.maximum(scaled, 1e-9)), float(cost.sum())


def _inverse(normal: Floats) -> Floats:
    """Invert a normal matrix; directions that no pick tells of get a very large variance."""
    values, vectors = np.linalg.eigh(normal)
    out: Floats = (vectors / np.maximum(values, _LEAST_EIGENVALUE)) @ vectors.T
    return out


def huber_covariance(
    early: Floats, deviation: Floats, near: Floats, slopes: Floats, norm: str
) -> tuple[float, Floats, Floats, float]:
    """Return origin time, share of each pick, covariance and degrees of freedom by L1 or L2.

    Parameters
    ----------
    early, deviation, near : ndarray, shape (picks,)
        As in :func:`pair_weights`.
    slopes : ndarray, shape (picks, unknowns)
        Derivatives of arrival times; the last column is that of the origin time.
    norm : str
        ``l1`` or ``l2``.

    Notes
    -----
    (G' W G)^-1 s^2, for L1 times k^2 / (mean of psi')^2, Huber's correction of an M-estimator with
    k = 1 + m (1 - psi') / (n psi'). The scale s^2 = (K e + sum psi^2) / ((K + n - m) e), e the mean of
    psi^2 under the normal distribution, mixes what is known (the deviations, worth K = 8 degrees of
    freedom) with what the residuals say, after Jordan and Sverdrup; so is the mean of psi'.

    References
    ----------
    Huber, P. J. (1973). Robust regression: asymptotics, conjectures and Monte Carlo. Ann. Statist. 1,
    799-821, doi 10.1214/aos/1176342503.
    Jordan, T. H., and Sverdrup, K. A. (1981). Teleseismic location techniques and their application to
    earthquake clusters in the south-central Pacific. BSSA 71, 1105-1130.
    """
    origin, weight, _ = huber_origin(early, deviation, near, norm)
    scaled = (early - origin) / deviation
    share = weight / (near / deviation**2 + 1e-12)
    robust = norm == "l1"
    expected, known = (_PSI_SQUARE, _PSI_SLOPE) if robust else (1.0, 1.0)
    slope = (share >= 1.0).astype(np.float64) if robust else np.ones(len(early))
    counted, unknowns = float(near.sum()), slopes.shape[1]
    freedom = _PRIOR_FREEDOM + max(counted - unknowns, 0.0)
    scale = (_PRIOR_FREEDOM * expected + float((near * (share * scaled) ** 2).sum())) / freedom
    mean_slope = (_PRIOR_FREEDOM * known + float((near * slope).sum())) / (_PRIOR_FREEDOM + counted)
    few = 1 + unknowns / max(counted, 1.0) * (1 - mean_slope) / mean_slope
    used = slopes * np.sqrt(near / deviation**2)[:, None]
    return origin, share, _inverse(used.T @ used) * scale * (few / mean_slope) ** 2, freedom


def edt_covariance(
    early: Floats, deviation: Floats, near: Floats, slopes: Floats
) -> tuple[float, Floats, Floats, float]:
    """Return origin time, share of each pick, covariance and degrees of freedom of equal differential times.

    Parameters
    ----------
    early, deviation, near, slopes : ndarray
        As in :func:`huber_covariance`.

    Notes
    -----
    H^-1 B H^-1 with the expectations under normal errors of the two sides: H = sum over pairs of
    E[psi'] (g_a - g_b)(g_a - g_b)', B = sum over picks of the variance of what a pick adds to the gradient
    (its projection, the other picks averaged over). Both count a pick by its share exp(-r^2 / (2
    sigma^2)), relative to a good pick's mean share, at most 1. The scale is as in
    :func:`huber_covariance`.
    """
    pairs, _ = pair_weights(early, deviation, near)
    origin = float(np.average(early, weights=np.maximum(pairs.sum(axis=1), 1e-300)))
    scaled = (early - origin) / deviation
    share = np.exp(-(scaled**2) / 2)
    alive = near * (share > np.exp(-4.5))  # beyond three deviations a pick has no say
    places = slopes[:, :-1]
    spread = deviation[:, None] ** 2 + deviation**2
    both = alive[:, None] * alive * (1 - np.eye(len(early))) / np.sqrt(spread)
    expected = _PAIR_SLOPE * both / spread
    hessian = places.T @ (np.diag(expected.sum(axis=1)) - expected) @ places
    wide = spread + 2 * deviation**2
    factor = both * (spread / wide) ** 1.5 / spread
    total = np.maximum(factor.sum(axis=1, keepdims=True), 1e-300)
    arms = places - (factor / total) @ places
    gradient = (arms * _variance(factor, wide, deviation)[:, None]).T @ arms
    freedom = _PRIOR_FREEDOM + max(float(alive.sum()) - slopes.shape[1], 0.0)
    square = float((alive * share * scaled**2).sum())
    scale = (_PRIOR_FREEDOM * _SHARE_SQUARE + square) / (freedom * _SHARE_SQUARE)
    inverse = _inverse(hessian)
    block = inverse @ gradient @ inverse * scale
    weight = alive * share / (_SHARE * deviation**2)
    mean = np.average(places, axis=0, weights=np.maximum(weight, 1e-300))
    covariance = np.zeros((slopes.shape[1],) * 2)
    covariance[:-1, :-1] = block
    covariance[-1, :-1] = covariance[:-1, -1] = -block @ mean
    covariance[-1, -1] = mean @ block @ mean + scale / max(float(weight.sum()), 1e-300)
    return origin, share, covariance, freedom


def _variance(factor: Floats, wide: Floats, deviation: Floats) -> Floats:
    """Return the variance of what each pick adds to the gradient, shape (picks,)."""
    out = np.empty(len(deviation))
    for a, own in enumerate(deviation**2):
        with_weight = np.flatnonzero(factor[a] > 0)[:_ALL_TRIPLES]
        rest = factor[a].sum() / max(float(factor[a, with_weight].sum()), 1e-300)
        narrow = 1 / wide[a, with_weight]
        mixed = (1 + 2 * own * (narrow[:, None] + narrow)) ** -1.5
        out[a] = own * rest**2 * float(factor[a, with_weight] @ mixed @ factor[a, with_weight])
    return out
