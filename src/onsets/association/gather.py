"""Picks that an engine left beside an event because its one window is too narrow far away.

A window that suits the nearest stations misses picks of the same event at distances where the velocity
model is off by more. Left over, they also come together as a second, false event. So, where noise is
rare enough that nothing is risked, windows grow with the travel time: an event most of whose picks a
larger one explains within them is absorbed by it, and leftover picks are adopted.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from onsets.association.scene import Floats, Found, Ints, Scene
from onsets.association.series import Series

__all__ = ["Window", "absorb", "adopt", "wide_window"]

Window = Callable[[Floats, Ints], Floats]

_SHARE = 0.1  # of the travel time: velocity models are hardly ever off by more
_BY_CHANCE = 0.01  # picks that chance may put into a widened window
_EXPLAINED = 0.6
_BLOCK = 1000


def wide_window(scene: Scene, windows_s: tuple[float, float]) -> Window:
    """Return the half width of the window by travel time and phase.

    It is the engine's own or, if more, a tenth of the travel time, as long as chance puts fewer than
    0.01 picks into it at the mean rate of a station.
    """
    seconds = max(float(np.ptp(scene.time_s)), 1.0)
    rate = len(scene.time_s) / (len(np.unique(2 * scene.station + scene.phase)) * seconds)
    most = _BY_CHANCE / 2 / rate
    own = np.asarray(windows_s)

    def half(travel_s: Floats, phase: Ints) -> Floats:
        return np.maximum(own[phase], np.minimum(_SHARE * travel_s, most))

    return half


def _travel(scene: Scene, found: Found, event: Ints, station: Ints, phase: Ints) -> Floats:
    """Return the travel time from each event to a station."""
    distance = np.hypot(scene.x_km[station] - found.x_km[event], scene.y_km[station] - found.y_km[event])
    out = np.empty(len(event))
    for kind in (0, 1):
        mine = phase == kind
        depth, up = found.depth_km[event[mine]], scene.elevation_km[station[mine]]
        out[mine] = scene.travel(kind, distance[mine], depth, up)
    return out


def absorb(scene: Scene, found: Found, window: Window, longest_s: float) -> Found:
    """Give the picks of events that are parts of others to these.

    Parameters
    ----------
    scene : Scene
    found : Found
    window : callable
        From :func:`wide_window`.
    longest_s : float
        Events farther apart in time have nothing to do with each other.

    Returns
    -------
    Found
        Without the events of which another one explains at least 60 % of the picks, at stations where
        it has none of that phase; the picks explained are the other one's now. Of two that explain
        each other the one stays that explains more: a well placed event of the nearest stations
        explains the far ones, though more of those may have come together at a wrong place.
    """
    series = 2 * scene.station[found.pick] + scene.phase[found.pick]
    taken = set((found.event * (2 * scene.stations) + series).tolist())
    starts, rows = _by_event(found)
    order = np.argsort(found.time_s, kind="stable")
    times = found.time_s[order]
    bounds = np.searchsorted(times, found.time_s[:, None] + np.array([-longest_s, longest_s]))

    def best(part: int) -> tuple[float, int, npt.NDArray[np.bool_]]:
        """Return the share of an event's picks that another explains, that one, and which picks."""
        mine = rows[starts[part] : starts[part + 1]]
        near = order[slice(*bounds[part])]
        near = near[keep[near] & (near != part)]
        if not len(near) or not len(mine):
            return 0.0, -1, np.empty(0, np.bool_)
        other, picks = np.repeat(near, len(mine)), np.tile(mine, len(near))
        explained = _explained(scene, found, window, other, found.pick[picks])
        key = other * (2 * scene.stations) + series[picks]
        explained[explained] = [k not in taken for k in key[explained].tolist()]
        shares = explained.reshape(len(near), len(mine))
        at = int(np.argmax(shares.mean(axis=1)))
        return float(shares[at].mean()), int(near[at]), shares[at]

    keep, grown = np.ones(len(found), np.bool_), np.zeros(len(found), np.bool_)
    owner = found.event.copy()
    count = np.diff(starts)
    first = [best(part)[0] for part in range(len(found))]
    for part in np.lexsort((count, -np.array(first))).tolist():
        if first[part] < _EXPLAINED:
            break
        share, other, moved = (0.0, -1, keep) if grown[part] else best(part)
        if share < _EXPLAINED:
            continue
        mine = rows[starts[part] : starts[part + 1]]
        owner[mine] = np.where(moved, other, -1)
        taken.update((other * (2 * scene.stations) + series[mine[moved]]).tolist())
        keep[part], grown[other] = False, True
    there = owner >= 0
    joined = Found(found.time_s, found.x_km, found.y_km, found.depth_km, owner[there], found.pick[there])
    return joined.keep(keep)


def _by_event(found: Found) -> tuple[Ints, Ints]:
    """Return where each event's assignments begin in an order by event, and that order."""
    rows = np.argsort(found.event, kind="stable")
    return np.searchsorted(found.event[rows], np.arange(len(found) + 1)), rows


def _explained(scene: Scene, found: Found, window: Window, event: Ints, pick: Ints) -> npt.NDArray[np.bool_]:
    station, phase = scene.station[pick], scene.phase[pick]
    travel = _travel(scene, found, event, station, phase)
    late = scene.time_s[pick] - found.time_s[event] - travel
    return np.asarray(np.abs(late) < window(travel, phase))


def adopt(scene: Scene, found: Found, window: Window, reach_km: float) -> Found:
    """Assign leftover picks to the events that explain them within the widened window.

    Parameters
    ----------
    scene, found, window
        As for :func:`absorb`.
    reach_km : float
        Stations farther away adopt nothing.

    Returns
    -------
    Found
        With at most one more pick a station and phase of each event, the one closest to its prediction;
        a pick that two events want goes to the one whose prediction it is closest to.
    """
    free = np.ones(len(scene.time_s), np.bool_)
    free[found.pick] = False
    series = Series.of(scene, np.flatnonzero(free))
    if not len(series.time_s) or not len(found):
        return found
    parts = [
        _wanted(scene, found, window, reach_km, series, np.arange(a, min(a + _BLOCK, len(found))))
        for a in range(0, len(found), _BLOCK)
    ]
    event, index, off = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    best = np.lexsort((off, index))
    best = best[np.r_[True, np.diff(index[best]) > 0]] if len(best) else best
    return Found(
        found.time_s,
        found.x_km,
        found.y_km,
        found.depth_km,
        np.concatenate([found.event, event[best]]),
        np.concatenate([found.pick, series.pick[index[best]]]),
    )


def _wanted(
    scene: Scene, found: Found, window: Window, reach_km: float, series: Series, events: Ints
) -> tuple[Ints, Ints, Floats]:
    """Return event, index into the series and |residual| of each free pick nearest to a prediction."""
    rows = np.unique(series.series)
    has = np.zeros((len(events), 2 * scene.stations), np.bool_)
    mine = (found.event >= events[0]) & (found.event <= events[-1])
    pick = found.pick[mine]
    has[found.event[mine] - events[0], 2 * scene.station[pick] + scene.phase[pick]] = True
    away = scene.distances(found.x_km[events], found.y_km[events]).T[:, rows // 2]
    at, column = np.nonzero(~has[:, rows] & (away < reach_km))
    event, row = events[at], rows[column]
    travel = _travel(scene, found, event, row // 2, row % 2)
    predicted = found.time_s[event] + travel
    late = np.minimum(series.after(row, predicted), len(series.time_s) - 1)
    early = np.maximum(late - 1, 0)
    offs = [
        np.where(series.series[one] == row, np.abs(series.time_s[one] - predicted), np.inf)
        for one in (late, early)
    ]
    index, off = np.where(offs[0] <= offs[1], late, early), np.minimum(*offs)
    good = off < window(travel, row % 2)
    return event[good], index[good], off[good]
