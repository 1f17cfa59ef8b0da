"""First arrivals in flat, constant layers: the direct ray and head waves, with their derivatives."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from onsets.earth.model import LayeredModel
from onsets.errors import ConfigError

__all__ = ["DIRECT", "Arrivals", "travel_times"]

Floats = npt.NDArray[np.float64]
DIRECT = 0
"""``branch`` of the direct ray."""

_CHUNK = 40_000
_ITERATIONS = 60
_THIN_KM = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Arrivals:
    """Travel times and what they change with, all of one shape.

    Attributes
    ----------
    time_s : ndarray of float64
        NaN where the branch asked for does not exist.
    distance_slope_s_km : ndarray of float64
        dt / d(distance): the horizontal slowness (ray parameter).
    depth_slope_s_km : ndarray of float64
        dt / d(source depth): negative when the ray leaves downwards.
    receiver_slope_s_km : ndarray of float64
        dt / d(receiver depth): negative when the ray arrives from below.
    branch : ndarray of int64
        0 for the direct ray, k for the head wave along the top of layer k, -k for the one along the
        bottom of layer k - 1 (reached from below).
    """

    time_s: Floats
    distance_slope_s_km: Floats
    depth_slope_s_km: Floats
    receiver_slope_s_km: Floats
    branch: npt.NDArray[np.int64]

    @property
    def takeoff_deg(self) -> Floats:
        """Angle at which the ray leaves the source: 0 straight down, 180 straight up."""
        return np.asarray(np.degrees(np.arctan2(self.distance_slope_s_km, -self.depth_slope_s_km)))

    def where(self, mask: npt.NDArray[np.bool_], other: Arrivals) -> Arrivals:
        """Return these where a mask is true and others elsewhere."""
        names = [column.name for column in dataclasses.fields(self)]
        return Arrivals(*(np.where(mask, getattr(self, name), getattr(other, name)) for name in names))


def travel_times(
    model: LayeredModel,
    phase: str,
    distance_km: Any,
    source_depth_km: Any,
    receiver_depth_km: Any = 0.0,
) -> Arrivals:
    """Return travel times between any two depths.

    Depths count from sea level (the zero of the model); a station 800 m up has receiver depth -0.8. The
    layer at the top goes on upwards without end: there is no free surface and no air, so sources and
    receivers may lie anywhere, above the highest top of the model as well, where its first velocities
    hold. Nothing is reflected and nothing travels along the surface.

    Parameters
    ----------
    model : LayeredModel
    phase : str
        ``P`` and ``S``: whatever arrives first. ``Pg`` and ``Sg``: the direct ray. ``Pn`` and ``Sn``:
        the first head wave, or the direct ray as long as there is none. Other names beginning with P
        or S are taken as P or S.
    distance_km : float or ndarray
        Horizontal distance, at least 0.
    source_depth_km, receiver_depth_km : float or ndarray
        Grows downwards; the three are broadcast: ``(sources, 1)`` and ``(receivers,)`` give a matrix.

    Returns
    -------
    Arrivals
        Of the broadcast shape.

    Raises
    ------
    ConfigError
        If the phase begins with neither P nor S.

    Notes
    -----
    Direct ray: X(p) = sum h_i p v_i / sqrt(1 - p^2 v_i^2) is solved for p by Newton's method in
    q = tan of the angle in the fastest layer crossed. X(q) rises and is concave, so that the iteration
    from a q too small climbs to the root without a safeguard. The time is p X + sum h_i eta_i with
    eta_i = sqrt(1 / v_i^2 - p^2), which the small rest of p enters in second order only. A head wave
    along layer k exists where v_k exceeds every velocity crossed and beyond the critical distance.

    References
    ----------
    Shearer, P. M. (2009). Introduction to Seismology, 2nd ed., chapter 4, doi 10.1017/CBO9780511841552.

    Examples
    --------
    >>> model = LayeredModel([0.0, 30.0], [6.0, 8.0], [3.5, 4.6])
    >>> arrivals = travel_times(model, "P", [10.0, 200.0], 10.0)
    >>> arrivals.time_s.round(3).tolist(), arrivals.branch.tolist()
    ([2.357, 30.512], [0, 1])
    """
    if phase[:1] not in ("P", "S"):
        raise ConfigError(f"no travel time for phase {phase!r}; expected P, S, Pg, Sg, Pn or Sn")
    speeds = model.vp_km_s if phase[0] == "P" else model.vs_km_s
    given = [np.asarray(value, np.float64) for value in (distance_km, source_depth_km, receiver_depth_km)]
    shape = np.broadcast_shapes(*(value.shape for value in given))
    flat = [np.broadcast_to(value, shape).ravel() for value in given]
    parts = [
        _first(model.depth_km, speeds, phase[1:], *(value[begin : begin + _CHUNK] for value in flat))
        for begin in range(0, max(1, flat[0].size), _CHUNK)
    ]
    names = [column.name for column in dataclasses.fields(Arrivals)]
    return Arrivals(*(np.concatenate([getattr(one, name) for one in parts]).reshape(shape) for name in names))


def _first(tops: Floats, speeds: Floats, kind: str, x: Floats, source: Floats, receiver: Floats) -> Arrivals:
    """Return the first of the branches that a kind of phase allows."""
    direct = _direct(tops, speeds, x, source, receiver)
    if kind == "g" or len(tops) == 1:
        return direct
    heads = _heads(tops, speeds, x, source, receiver)
    if (np.diff(speeds) < 0).any():  # a fast layer above a slow one: the same upside down
        up = _heads(-tops[:0:-1], speeds[::-1], x, -source, -receiver, mirrored=True)
        heads = up.where(~np.isnan(up.time_s) & ~(heads.time_s <= up.time_s), heads)
    if kind == "n":
        return heads.where(~np.isnan(heads.time_s), direct)
    return heads.where(heads.time_s < direct.time_s, direct)


def _direct(tops: Floats, speeds: Floats, x: Floats, source: Floats, receiver: Floats) -> Arrivals:
    """Return the direct rays; every argument but the model has shape (n,)."""
    upper, lower = np.minimum(source, receiver)[:, None], np.maximum(source, receiver)[:, None]
    deepest = 1 + int(np.searchsorted(tops[1:], lower.max(initial=-np.inf), side="right"))
    tops, speeds = tops[:deepest], speeds[:deepest]
    thickness = np.minimum(np.append(tops[1:], np.inf), lower) - np.maximum(
        np.append(-np.inf, tops[1:]), upper
    )
    thickness[thickness < _THIN_KM] = 0.0
    fastest = np.where(thickness > 0, speeds, 0.0).max(axis=1)
    level = fastest == 0
    fastest[level] = np.maximum(_just_above(tops, speeds, source), _just_below(tops, speeds, source))[level]
    ratio = speeds / fastest[:, None]
    slack = np.maximum(1 - ratio * ratio, 0.0)  # layers faster than the fastest crossed have thickness 0
    weight = thickness * ratio
    with np.errstate(divide="ignore", invalid="ignore"):
        total = weight.sum(axis=1)
        along = np.where(slack <= 0, weight, 0.0).sum(axis=1)  # what lies in the fastest layer
        rest = np.where(slack > 0, weight / np.sqrt(slack), 0.0).sum(axis=1)
        q = np.fmax(x / total, (x - rest) / along)  # both are bounds from below
        q[level] = 0.0
        for _ in range(_ITERATIONS):
            square = (q * q)[:, None] * slack + 1
            slope = weight / (square * np.sqrt(square))
            step = (x - (slope * square).sum(axis=1) * q) / slope.sum(axis=1)
            step[level] = 0.0
            q = q + np.maximum(step, 0.0)
            if not (step > 1e-10 * q).any():
                break
    slowness = np.where(level, 1.0, q / np.sqrt(1 + q * q)) / fastest
    vertical = np.sqrt(np.maximum(1 / (speeds * speeds) - (slowness * slowness)[:, None], 0.0))
    time = slowness * x + (thickness * vertical).sum(axis=1)
    at_lower = np.searchsorted(tops[1:], lower[:, 0], side="left")
    at_upper = np.searchsorted(tops[1:], upper[:, 0], side="right")
    rows = np.arange(len(x))
    lower_slope = np.where(level, 0.0, vertical[rows, at_lower])
    upper_slope = np.where(level, 0.0, -vertical[rows, at_upper])
    below = source > receiver
    return Arrivals(
        time,
        slowness,
        np.where(below, lower_slope, upper_slope),
        np.where(below, upper_slope, lower_slope),
        np.full(len(x), DIRECT, np.int64),
    )


def _just_below(tops: Floats, speeds: Floats, depth: Floats) -> Floats:
    return np.asarray(speeds[np.searchsorted(tops[1:], depth, side="right")])


def _just_above(tops: Floats, speeds: Floats, depth: Floats) -> Floats:
    return np.asarray(speeds[np.searchsorted(tops[1:], depth, side="left")])


def _heads(
    tops: Floats, speeds: Floats, x: Floats, source: Floats, receiver: Floats, mirrored: bool = False
) -> Arrivals:
    """Return the earliest head wave of each pair.

    Mirrored, depths are negated, ``tops`` are the boundaries only and slopes and branches come back
    upside up.
    """
    borders = tops if mirrored else tops[1:]
    nothing = np.full(len(x), np.nan)
    best = Arrivals(nothing, nothing, nothing, nothing, np.zeros(len(x), np.int64))
    for k in range(1, len(speeds)):
        slowness = 1 / speeds[k]
        if (speeds[k - 1]) >= speeds[k]:
            continue
        blocking = np.flatnonzero(speeds[:k] >= speeds[k])
        highest = borders[blocking[-1]] if len(blocking) else -np.inf
        above = np.arange(k) > (blocking[-1] if len(blocking) else -1)
        crossed = np.where(above, speeds[:k], speeds[k - 1])
        vertical = np.sqrt(1 / crossed**2 - slowness**2)
        legs, reach = [], []
        for depth in (source, receiver):
            layer = np.minimum(np.searchsorted(borders[:k], depth, side="right"), k - 1)
            legs.append(_to_border(borders[:k], vertical, depth, layer))
            reach.append(_to_border(borders[:k], slowness / vertical, depth, layer))
        there = (np.minimum(source, receiver) >= highest) & (np.maximum(source, receiver) <= borders[k - 1])
        there &= x >= reach[0] + reach[1]
        time = np.where(there, slowness * x + legs[0] + legs[1], np.nan)
        sign = -1.0 if not mirrored else 1.0
        slopes = [
            sign * vertical[np.minimum(np.searchsorted(borders[:k], depth, side="right"), k - 1)]
            for depth in (source, receiver)
        ]
        name = k if not mirrored else k - len(speeds)
        one = Arrivals(time, np.full(len(x), slowness), slopes[0], slopes[1], np.full(len(x), name, np.int64))
        best = one.where(there & ~(best.time_s <= time), best)
    return best


def _to_border(borders: Floats, per_km: Floats, depth: Floats, layer: npt.NDArray[np.int64]) -> Floats:
    """Return the sum of ``per_km`` times thickness from a depth down to the last border."""
    whole = np.append(np.cumsum((np.diff(borders) * per_km[1:])[::-1])[::-1], 0.0)
    return np.asarray(whole[layer] + per_km[layer] * (borders[layer] - depth))
