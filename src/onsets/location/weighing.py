"""Weights of picks by their residuals, and the covariance that belongs to each weighting."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["Errors", "huber_covariance", "huber_origin", "huber_weights", "mean_square", "sandwich"]

Floats = npt.NDArray[np.float64]
_HUBER = 1.0
_PRIOR_FREEDOM = 8.0
_LEAST_EIGENVALUE = 1e-8
# Under the normal distribution, of Huber's function with k = 1: the mean of psi^2 and of its slope.
_PSI_SQUARE, _PSI_SLOPE = 0.5161, 0.6827


@dataclass(frozen=True, slots=True, eq=False)
class Errors:
    """What a weighting says at the best place.

    Attributes
    ----------
    origin_s : float
    share : ndarray of float64, shape (picks,)
        What the norm left of each pick, 0 to 1.
    covariance : ndarray of float64, shape (unknowns, unknowns)
    freedom : float
        Degrees of freedom of its scale.
    temper : float
        exp(-temper cost / 2) has that covariance where the cost is quadratic.
    """

    origin_s: float
    share: Floats
    covariance: Floats
    freedom: float
    temper: float


def huber_origin(early: Floats, deviation: Floats, near: Floats, norm: str) -> tuple[float, Floats, float]:
    """Return the origin time, the weights of the picks (1/s^2) and the cost by L1 (Huber) or L2.

    Parameters
    ----------
    early : ndarray, shape (picks,)
        Observed time less travel time, s: what each pick takes for the origin time.
    deviation : ndarray, shape (picks,)
        s.
    near : ndarray, shape (picks,)
        Weight by distance.
    norm : str
        ``l1`` or ``l2``.
    """
    origin, weight, cost = huber_weights(early[None], deviation, near, norm)
    return float(origin[0]), weight[0], float(cost[0])


def huber_weights(early: Floats, deviation: Floats, near: Floats, norm: str) -> tuple[Floats, Floats, Floats]:
    """Return what :func:`huber_origin` does, for many places: ``early`` has shape (places, picks)."""
    base = near / deviation**2 + 1e-12
    if norm == "l2":
        origin = early @ base / base.sum()
        weight = np.broadcast_to(base, early.shape)
        return origin, weight, np.asarray((early - origin[:, None]) ** 2 @ base)
    order = np.argsort(early, axis=1)
    shares = base[order].cumsum(axis=1)
    at = (shares < shares[:, -1:] / 2).sum(axis=1)
    origin = np.take_along_axis(early, order, 1)[np.arange(len(early)), at]
    for _ in range(8):
        scaled = np.abs(early - origin[:, None]) / deviation
        weight = base * np.minimum(1.0, _HUBER / np.maximum(scaled, 1e-9))
        origin = (early * weight).sum(axis=1) / weight.sum(axis=1)
    scaled = np.abs(early - origin[:, None]) / deviation
    cost = np.where(scaled < _HUBER, scaled**2, 2 * _HUBER * scaled - _HUBER**2) @ near
    return origin, base * np.minimum(1.0, _HUBER / np.maximum(scaled, 1e-9)), cost


def _inverse(normal: Floats) -> Floats:
    """Invert a normal matrix; directions that no pick tells of get a very large variance."""
    values, vectors = np.linalg.eigh(normal)
    out: Floats = (vectors / np.maximum(values, _LEAST_EIGENVALUE)) @ vectors.T
    return out


def sandwich(hessian: Floats, gradient: Floats) -> Floats:
    """Return H^-1 B H^-1: the covariance of where a sum is largest, from its curvature and its gradient's."""
    inverse = _inverse(hessian)
    return inverse @ gradient @ inverse


def mean_square(square: float, counted: float, unknowns: int, expected: float) -> tuple[float, float]:
    """Return the mean squared influence of a pick by residuals and by what is known, and its freedom.

    Parameters
    ----------
    square : float
        Sum of the squared influence of the picks, in standard deviations.
    counted : float
        Picks, less where they are weighed down by distance.
    unknowns : int
    expected : float
        Mean of the squared influence under the normal distribution.
    """
    freedom = _PRIOR_FREEDOM + max(counted - unknowns, 0.0)
    return (_PRIOR_FREEDOM * expected + square) / freedom, freedom


def huber_covariance(early: Floats, deviation: Floats, near: Floats, slopes: Floats, norm: str) -> Errors:
    """Return origin time, share of each pick, and what the curvature says of errors, by L1 or L2.

    Parameters
    ----------
    early, deviation, near : ndarray, shape (picks,)
        As in :func:`huber_origin`.
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
    scale, freedom = mean_square(float((near * (share * scaled) ** 2).sum()), counted, unknowns, expected)
    mean_slope = (_PRIOR_FREEDOM * known + float((near * slope).sum())) / (_PRIOR_FREEDOM + counted)
    few = 1 + unknowns / max(counted, 1.0) * (1 - mean_slope) / mean_slope
    used = slopes * np.sqrt(near / deviation**2)[:, None]
    covariance = _inverse(used.T @ used) * scale * (few / mean_slope) ** 2
    return Errors(origin, share, covariance, freedom, mean_slope / (scale * few**2))
