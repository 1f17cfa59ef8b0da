"""Moving events between the nodes."""

from __future__ import annotations

import numpy as np

from onsets.association.place import refine
from onsets.association.scene import Found


def test_events_come_closer_to_the_truth(world, scene):
    mine = np.flatnonzero(world.truth >= 0)
    n = len(world.x_km)
    zero = world.picks.time_ns.min()
    start = Found(
        (world.origin_ns - zero) / 1e9 + 0.5,
        world.x_km + 2,
        world.y_km - 2,
        np.full(n, 10.0),
        world.truth[mine],
        mine,
    )
    out = refine(scene, start, 6.0, 30.0)
    assert np.hypot(out.x_km - world.x_km, out.y_km - world.y_km).max() < 1.0
    assert np.abs(out.time_s - (world.origin_ns - zero) / 1e9).max() < 0.3
    assert sorted(out.pick.tolist()) == mine.tolist()
    assert (out.depth_km >= 0).all() and (out.depth_km <= 30).all()


def test_nothing_stays_nothing(scene):
    none, rows = np.empty(0), np.empty(0, np.int64)
    assert len(refine(scene, Found(none, none, none, none, rows, rows), 1.0, 10.0)) == 0
