"""Moving events from the nodes of a grid to the best place between them."""

from __future__ import annotations

import dataclasses

import numpy as np

from onsets.association.scene import Floats, Found, Ints, Scene

__all__ = ["refine"]

_LEVELS = 6
_BLOCK_PICKS = 20_000


def refine(scene: Scene, found: Found, reach_km: float, deepest_km: float) -> Found:
    """Move events to where the origin times that their picks imply agree best.

    A cube of 27 places around each event is halved :data:`_LEVELS` times; the smallest standard
    deviation of the implied origin times wins, and their mean is the origin time.

    Parameters
    ----------
    scene : Scene
    found : Found
    reach_km : float
        Half the first cube's edge is half of this.
    deepest_km : float
        No event goes deeper, or above 0.

    Returns
    -------
    Found
        With other places and times, the same picks.
    """
    if not len(found):
        return found
    rows = np.argsort(found.event, kind="stable")
    found = dataclasses.replace(found, event=found.event[rows], pick=found.pick[rows])
    moved = [
        _refine(scene, found.keep(np.isin(np.arange(len(found)), block)), reach_km, deepest_km)
        for block in _blocks(found)
    ]
    time, x, y, depth = np.concatenate(moved, axis=1)
    return Found(time, x, y, depth, found.event, found.pick)


def _blocks(found: Found) -> list[Ints]:
    """Return runs of events with some thousand picks each."""
    total = np.cumsum(np.bincount(found.event, minlength=len(found)))
    return np.split(np.arange(len(found)), np.flatnonzero(np.diff(total // _BLOCK_PICKS)) + 1)


def _refine(scene: Scene, found: Found, reach_km: float, deepest_km: float) -> Floats:
    cube = np.stack(np.meshgrid(*([[-1.0, 0.0, 1.0]] * 3), indexing="ij")).reshape(3, 27)
    place = np.stack([found.x_km, found.y_km, found.depth_km])
    step = reach_km / 2
    events = np.arange(len(found))
    for level in range(_LEVELS):
        tried = place[:, :, None] + step * cube[:, None, :]
        tried[2] = np.clip(tried[2], 0.0, deepest_km)
        origin, deviation = _origins(scene, found, tried)
        best = np.argmin(deviation, axis=1)
        place = tried[:, events, best]
        time = origin[events, best]
        step *= 1.0 if level == 0 else 0.5
    return np.vstack([time, place])


def _origins(scene: Scene, found: Found, tried: Floats) -> tuple[Floats, Floats]:
    """Return mean and deviation of the implied origin times, shape (events, places)."""
    station, phase = scene.station[found.pick], scene.phase[found.pick]
    east = scene.x_km[station][:, None] - tried[0][found.event]
    north = scene.y_km[station][:, None] - tried[1][found.event]
    distance, depth = np.hypot(east, north), tried[2][found.event]
    implied = np.empty_like(distance)
    for kind in (0, 1):
        mine = phase == kind
        implied[mine] = scene.time_s[found.pick[mine], None] - scene.travel(
            kind, distance[mine], depth[mine], scene.elevation_km[station[mine], None]
        )
    starts = np.searchsorted(found.event, np.arange(len(found)))
    count = np.bincount(found.event, minlength=len(found))[:, None]
    base = implied[starts]
    apart = implied - base[found.event]
    mean = np.add.reduceat(apart, starts) / count
    squares = np.add.reduceat((apart - mean[found.event]) ** 2, starts) / count
    return base + mean, np.sqrt(squares)
