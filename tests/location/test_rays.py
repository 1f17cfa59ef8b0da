"""Each event, station and phase once, and the derivatives of their times."""

from __future__ import annotations

import numpy as np
import pytest

from onsets.earth import Frame
from onsets.errors import CatalogueError
from onsets.location.rays import find_rays, frame_of, places
from onsets.tables import Differences, Events
from tests.location.making import MODEL, catalogue, network

STATIONS = network(4)
EVENTS = catalogue(np.array([0.0, 1.0]), np.array([0.0, 2.0]), np.array([8.0, 9.0]))
ROWS = [
    {"event_1": a, "event_2": b, "station_id": s, "phase": p, "dt_s": 0.0, "weight": 1.0}
    for a, b, s, p in [
        ("e0", "e1", "XX.S00.", "P"),
        ("e1", "e0", "XX.S00.", "P"),
        ("e0", "e1", "XX.S01.", "S"),
        ("e0", "e9", "XX.S01.", "S"),
        ("e0", "e1", "XX.NO.", "P"),
    ]
]


def test_rays_are_unique_and_unknown_rows_are_left_out():
    frame = frame_of(EVENTS, STATIONS)
    rays = find_rays(Differences.of(ROWS), EVENTS, STATIONS, frame)
    assert rays.used.tolist() == [0, 1, 2]
    assert len(rays.event) == 4
    assert rays.event[rays.first].tolist() == [0, 1, 0] and rays.event[rays.second].tolist() == [1, 0, 1]
    assert rays.shear[rays.first].tolist() == [False, False, True]


def test_slopes_are_those_of_the_times():
    frame = frame_of(EVENTS, STATIONS)
    rays = find_rays(Differences.of(ROWS), EVENTS, STATIONS, frame)
    source = np.column_stack([*places(EVENTS, frame), EVENTS.depth_km])
    _, slopes = rays.trace(MODEL, source)
    for part in range(3):
        step = np.zeros(3)
        step[part] = 1e-5
        numeric = (rays.trace(MODEL, source + step)[0] - rays.trace(MODEL, source - step)[0]) / 2e-5
        np.testing.assert_allclose(slopes[:, part], numeric, atol=1e-6)
    assert (slopes[:, 3] == 1).all()


def test_events_without_a_place_are_refused():
    with pytest.raises(CatalogueError, match="without latitude"):
        frame_of(Events.of([{"event_id": "a"}]), STATIONS)
    assert frame_of(EVENTS, STATIONS) != Frame()
