"""Long pauses without picks, left out while associating."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np

from onsets.association.scene import Found, Scene

__all__ = ["without_pauses"]


def without_pauses(scene: Scene, engine: Callable[[Scene], Found], longest_s: float) -> Found:
    """Run an engine on picks whose pauses longer than twice ``longest_s`` are cut to that.

    No event spans such a pause, and years with few picks cost what their picks cost.

    Parameters
    ----------
    scene : Scene
    engine : callable
        Scene to Found.
    longest_s : float
        Longest travel time of a pick used.
    """
    order = np.argsort(scene.time_s, kind="stable")
    pauses = np.diff(scene.time_s[order], prepend=scene.time_s[order[:1]])
    cut = np.cumsum(np.maximum(pauses - 2 * longest_s, 0.0))
    shift = np.empty_like(cut)
    shift[order] = cut
    found = engine(dataclasses.replace(scene, time_s=scene.time_s - shift))
    first = np.full(len(found), len(scene.time_s) - 1, np.int64)
    first[found.event[::-1]] = found.pick[::-1]  # any pick of the event: all have one shift
    return dataclasses.replace(found, time_s=found.time_s + shift[first])
