"""First arrivals of P and S at the surface of flat layers, as labels of synthetic records."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from onsets.earth import LayeredModel

__all__ = ["first_arrivals"]

Float64 = npt.NDArray[np.float64]
STEPS = 60
"""Halvings of the ray parameter's interval: its width then is below the last bit."""


def first_arrivals(model: LayeredModel, depth_km: npt.ArrayLike, distance_km: npt.ArrayLike) -> Float64:
    """Return the times of the first P and S, direct or along an interface.

    Parameters
    ----------
    model : LayeredModel
    depth_km, distance_km : array_like, shape (n,)
        Of sources below the model's datum, and of receivers on top of the first layer.

    Returns
    -------
    ndarray of float64, shape (n, 2)
        Seconds after the origin.

    Examples
    --------
    >>> half_space = LayeredModel([0.0], [6.0], [3.0])
    >>> first_arrivals(half_space, [30.0], [40.0]).round(3).tolist()
    [[8.333, 16.667]]
    """
    depth, distance = np.broadcast_arrays(
        np.atleast_1d(np.asarray(depth_km, np.float64)), np.atleast_1d(np.asarray(distance_km, np.float64))
    )
    speeds = (model.vp_km_s, model.vs_km_s)
    return np.stack([_first(model.depth_km, speed, depth, distance) for speed in speeds], axis=1)


def _first(tops: Float64, speed: Float64, depth: Float64, distance: Float64) -> Float64:
    bottoms = np.append(tops[1:], np.inf)
    above = np.clip(depth[:, None] - tops, 0.0, bottoms - tops)  # km of each layer over the source
    first = _direct(above, speed, distance)
    for k in range(1, len(tops)):
        under = np.clip(np.minimum(bottoms, tops[k]) - np.maximum(tops, depth[:, None]), 0.0, None)
        legs, fast = above + 2 * under, speed[k]  # down once, up over all
        used = legs > 0
        if fast <= speed[:k].max():
            continue
        sine = np.where(used, speed / fast, 0.0)
        cosine = np.sqrt(np.clip(1 - sine**2, 0.0, None))
        critical = np.sum(legs * sine / np.maximum(cosine, 1e-12), axis=1)
        time = distance / fast + np.sum(legs * cosine / speed, axis=1)
        first = np.where((depth <= tops[k]) & (distance >= critical), np.minimum(first, time), first)
    return first


def _direct(above: Float64, speed: Float64, distance: Float64) -> Float64:
    """Return the time of the ray straight up, its parameter found by halving."""
    fastest = np.where(above > 0, speed, 0.0).max(axis=1)
    low, high = np.zeros(len(distance)), np.where(fastest > 0, 1 / np.maximum(fastest, 1e-9), 1 / speed[0])
    for _ in range(STEPS):
        middle = (low + high) / 2
        reach = np.sum(above * _tangent(middle, speed), axis=1)
        low, high = np.where(reach < distance, middle, low), np.where(reach < distance, high, middle)
    p = (low + high) / 2
    # t = p X + sum of h * vertical slowness: of second order in an error of p
    slowness = np.sqrt(np.clip(1 / speed**2 - p[:, None] ** 2, 0.0, None))
    return np.asarray(p * distance + np.sum(above * slowness, axis=1), np.float64)


def _tangent(p: Float64, speed: Float64) -> Float64:
    sine = p[:, None] * speed
    return np.asarray(sine / np.sqrt(np.clip(1 - sine**2, 1e-300, None)), np.float64)
