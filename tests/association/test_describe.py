"""Residuals, distances and gaps of what was found."""

from __future__ import annotations

import numpy as np

from onsets.association.describe import azimuthal_gaps, tables
from onsets.association.scene import Found
from onsets.earth import Frame


def test_gaps():
    event = np.array([0, 0, 0, 1])
    gaps = azimuthal_gaps(event, np.array([0.0, 90.0, 180.0, 45.0]), 3)
    assert gaps[:2].tolist() == [180.0, 360.0] and np.isnan(gaps[2])


def test_tables_agree_with_the_picks(world, scene):
    mine = np.flatnonzero(world.truth == 2)
    zero = int(world.picks.time_ns.min())
    origin = (world.origin_ns[2] - zero) / 1e9
    place = [np.repeat(value, 2) for value in (origin, world.x_km[2], world.y_km[2], 8.0)]
    found = Found(*place, np.zeros(len(mine), np.int64), mine)
    events, assignments = tables(scene, found, world.picks, world.stations, Frame(), zero, "test")
    assert events.event_id[0] + "-2" == events.event_id[1]  # one name a time
    assert events.picks.tolist() == [40, 0] and np.isnan(events.rms_s[1])
    assert abs(float(np.sqrt(np.mean(assignments.residual_s**2))) - events.rms_s[0]) < 1e-9
    assert set(events.method.tolist()) == {"test"}
    assert (np.diff(assignments.time_ns) >= 0).all() and assignments.distance_km.max() < 85
