"""Long tables of picks in stretches of time that overlap, so that memory is bounded and nothing is lost."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from itertools import pairwise

import numpy as np

from onsets.association.scene import Floats, Found, Scene

__all__ = ["cuts", "in_chunks"]

_EDGE_S = 10.0


def cuts(time_s: Floats, most: int) -> Floats:
    """Return times at which to cut, each in the longest pause near an even share of the picks.

    Parameters
    ----------
    time_s : ndarray of float64, shape (picks,)
        In the order of time.
    most : int
        Picks of a chunk, about.
    """
    chunks = -(-len(time_s) // most)
    out = []
    for number in range(1, chunks):
        middle = number * len(time_s) // chunks
        near = slice(max(middle - most // 20, 0), middle + most // 20 + 2)
        pauses = np.diff(time_s[near])
        at = near.start + int(np.argmax(pauses))
        out.append((time_s[at] + time_s[at + 1]) / 2)
    return np.array(out)


def in_chunks(scene: Scene, engine: Callable[[Scene], Found], longest_s: float, most: int) -> Found:
    """Run an engine on overlapping stretches and put the events together.

    A stretch also sees the picks of the ``longest_s`` before and after it. An event belongs to the
    stretch of its origin; where two stretches meet, events of both that share picks are the same, and
    the one with more picks stays.

    Parameters
    ----------
    scene : Scene
    engine : callable
        Scene to Found.
    longest_s : float
        Longest travel time of a pick used.
    most : int
        Picks of a stretch, about.
    """
    if len(scene.time_s) <= most:
        return engine(scene)
    edges = np.r_[-np.inf, cuts(np.sort(scene.time_s), most), np.inf]
    parts = []
    for begin, end in pairwise(edges.tolist()):
        rows = np.flatnonzero(
            (scene.time_s >= begin - longest_s - _EDGE_S) & (scene.time_s <= end + longest_s + _EDGE_S)
        )
        mask = np.zeros(len(scene.time_s), np.bool_)
        mask[rows] = True
        found = engine(scene.take(mask))
        found = found.keep((found.time_s >= begin - _EDGE_S) & (found.time_s < end + _EDGE_S))
        parts.append(found.of_picks(rows))
    return _without_twins(reduce(Found.join, parts), edges[1:-1])


def _without_twins(found: Found, edges: Floats) -> Found:
    """Of events near an edge that share picks keep the one with more; a pick left twice goes to it too."""
    near = np.zeros(len(found), np.bool_)
    for edge in edges:
        near |= np.abs(found.time_s - edge) <= 2 * _EDGE_S
    counts = np.bincount(found.event, minlength=len(found))
    order = np.argsort(-counts, kind="stable")
    owner: dict[int, int] = {}
    keep = np.ones(len(found), np.bool_)
    starts = np.argsort(found.event, kind="stable")
    bounds = np.searchsorted(found.event[starts], np.arange(len(found) + 1))
    for event in order[near[order]].tolist():
        mine = found.pick[starts[bounds[event] : bounds[event + 1]]].tolist()
        shared = sum(pick in owner for pick in mine)
        if 2 * shared > len(mine):
            keep[event] = False
            continue
        for pick in mine:
            owner.setdefault(pick, event)
    return found.keep(keep)
