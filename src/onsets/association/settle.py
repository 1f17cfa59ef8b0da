"""Settings that follow from the network's geometry and the rate of picks, where none are given."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np

from onsets.association.pyocto_options import PyoctoOptions
from onsets.association.real_options import RealOptions
from onsets.association.scene import Floats, Scene

__all__ = ["diagonal_km", "least_picks", "pair_share", "quiet_share", "settle", "spacing_km"]

PUBLISHED_S, PUBLISHED_BOTH = 2, 3
_MOST_KM = 150.0
_FEWEST = 6
_FALSE_A_DAY = 1.0
_OF_TRAVEL = 0.11
_OF_WINDOW = 0.94
_QUIET_S = 10.0


def spacing_km(scene: Scene) -> float:
    """Return how far apart neighbouring stations are: the 90th percentile of the nearest distance, km."""
    if scene.stations < 2:
        return 10.0
    apart = scene.distances(scene.x_km, scene.y_km)
    apart[apart < 0.001 * apart.max()] = np.inf  # a station and its other locations
    nearest = apart.min(axis=1)
    nearest = nearest[np.isfinite(nearest)]
    return float(np.percentile(nearest, 90)) if len(nearest) else 10.0


def diagonal_km(scene: Scene) -> float:
    """Return the diagonal of the box around the stations, km, at least twice their spacing."""
    return max(float(np.hypot(np.ptp(scene.x_km), np.ptp(scene.y_km))), 2 * spacing_km(scene))


def pair_share(scene: Scene, longest_s: float) -> float:
    """Return the share of P picks that an S at the same station follows, less what chance gives.

    Parameters
    ----------
    scene : Scene
    longest_s : float
        Of S - P. As many S in such a span before a P are due to chance.
    """
    p, s = scene.phase == 0, scene.phase == 1
    if not p.any() or not s.any():
        return 0.0
    span = 2 * longest_s + float(np.ptp(scene.time_s)) + 1
    base = scene.time_s.min() - longest_s
    ranked = np.sort(scene.station[s] * span + scene.time_s[s] - base)
    at = scene.station[p] * span + scene.time_s[p] - base

    def has(a: float, b: float) -> float:
        return float(np.mean(np.searchsorted(ranked, at + b) > np.searchsorted(ranked, at + a)))

    return max(0.0, has(0.2, longest_s) - has(-longest_s, -0.2))


def least_picks(expected: float, trials_a_day: float) -> int:
    """Return how many picks chance alone brings together less than once a day.

    Parameters
    ----------
    expected : float
        Mean number of picks in all windows of an origin by chance.
    trials_a_day : float
        Number of origins that are looked at.

    Returns
    -------
    int
        At least 6.

    Notes
    -----
    Picks at chance are a Poisson process: the smallest n with trials x P(N >= n) <= 1.

    Examples
    --------
    >>> least_picks(1.0, 1e7), least_picks(0.0, 1e7)
    (11, 6)
    """
    term = math.exp(-expected)
    tail = 1.0 - term
    n = 1
    while n < 1000 and tail * trials_a_day > _FALSE_A_DAY:
        term *= expected / n
        tail = max(tail - term, 0.0)
        n += 1
    return max(n, _FEWEST)


def quiet_share(scene: Scene) -> float:
    """Return the share of the picks that also come in quiet times: noise, as far as that can be told.

    Notes
    -----
    Picks of all stations are counted in 10 s windows. Events fill some windows and leave others to noise
    alone, so that the lower quartile q belongs to noise: a Poisson process of mean m has q near
    m - 0.67 sqrt(m), solved for m.
    """
    seconds = float(np.ptp(scene.time_s)) if len(scene.time_s) else 0.0
    if seconds < 20 * _QUIET_S or seconds > 1e7 * _QUIET_S:
        return 1.0
    counts = np.bincount(((scene.time_s - scene.time_s.min()) / _QUIET_S).astype(np.int64))
    quartile = float(np.percentile(counts, 25))
    mean = (0.67 / 2 + math.sqrt(0.67**2 / 4 + quartile)) ** 2
    return min(1.0, mean / float(counts.mean()))


def settle(options: RealOptions | PyoctoOptions, scene: Scene) -> RealOptions | PyoctoOptions:
    """Return options in which nothing is None.

    ==================  ==========================================================================
    range_km            1.25 x the spacing of the stations: within it lies an event whose nearest
                        station, or the next one, starts the search
    grid_km             as published, 0.4 x the range; the time windows follow from it
    grid_depth_km       as published, 0.45 x the grid
    largest_distance_km the diagonal of the network, at most 150 km
    deviation_s         0.94 of half the P window, as published (0.5 s of 0.53 s)
    s_picks, both       as published (2 and 3) where at least a fifth of the P have their S, in
                        proportion fewer below
    match_s, tolerance_s  0.11 of the P travel time over half the largest distance: as the half width
                        of REAL's S window, 1.0 s, is to its network
    picks               what noise brings together less than once a day (:func:`least_picks`)
    ==================  ==========================================================================
    """
    spacing, diagonal = spacing_km(scene), diagonal_km(scene)
    reach = options.largest_distance_km or min(diagonal, _MOST_KM)
    far, depth, up = np.array(reach), np.array(options.depth_km / 2), np.array(0.0)
    longest = float(scene.travel(1, far, depth, up) - scene.travel(0, far, depth, up))
    paired = min(1.0, pair_share(scene, longest) / 0.2)
    given: dict[str, Any] = {
        "largest_distance_km": reach,
        "s_picks": options.s_picks if options.s_picks is not None else round(PUBLISHED_S * paired),
        "both": options.both if options.both is not None else round(PUBLISHED_BOTH * paired),
    }
    if isinstance(options, RealOptions):
        range_km = options.range_km or 1.25 * spacing
        grid = options.grid_km or 0.4 * range_km
        given |= {"range_km": range_km, "grid_km": grid}
        given |= {"grid_depth_km": options.grid_depth_km or round(0.45 * grid, 3)}
    else:
        given |= {"margin_km": 1.25 * spacing if options.margin_km is None else options.margin_km}
        half = float(scene.travel(0, far / 2, depth, up))
        given |= {"match_s": options.match_s or _OF_TRAVEL * half}
        given |= {"tolerance_s": options.tolerance_s or given["match_s"]}
    settled = dataclasses.replace(options, **given)
    if isinstance(settled, RealOptions) and settled.deviation_s is None:
        settled = dataclasses.replace(settled, deviation_s=_OF_WINDOW * settled.windows_s[0])
    if settled.picks is None:
        settled = dataclasses.replace(settled, picks=_picks(settled, scene))
    return settled


def _picks(options: RealOptions | PyoctoOptions, scene: Scene) -> int:
    """Return the least number of picks by chance, with the rates of the stations around each station."""
    day_s = 86_400.0
    seconds = max(float(np.ptp(scene.time_s)) if len(scene.time_s) else 0.0, 3600.0)
    half_s = options.windows_s
    counts = [np.bincount(scene.station[scene.phase == k], minlength=scene.stations) for k in (0, 1)]
    own: Floats = 2 * (half_s[0] * counts[0] + half_s[1] * counts[1]) / seconds
    near = scene.distances(scene.x_km, scene.y_km) < (options.largest_distance_km or np.inf)
    expected = quiet_share(scene) * float(np.percentile(near.astype(np.float64).T @ own, 90))
    if isinstance(options, RealOptions):
        side = 2 * (options.range_km or 0.0) / (options.grid_km or 1.0) + 1
        nodes = side**2 * (options.depth_km / (options.grid_depth_km or 1.0) + 1)
        trials = nodes * counts[0].sum() * day_s / seconds
    else:
        sides = [float(np.ptp(scene.x_km)), float(np.ptp(scene.y_km)), options.depth_km]
        cells = math.prod(side / options.node_km + 1 for side in sides)
        trials = cells * day_s / (2 * half_s[0])
    least = max(options.p_picks + (options.s_picks or 0), 2 * (options.both or 0))
    return max(least, least_picks(expected, float(trials)))
