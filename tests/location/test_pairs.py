"""Neighbours and the differences of their picks."""

from __future__ import annotations

import numpy as np
import pytest

from onsets.location import neighbours, pair_picks
from onsets.tables import Assignments, Events

EVENTS = Events.of(
    {"event_id": name, "x_km": x, "y_km": 0.0, "depth_km": 5.0, "time_ns": i * 10**9}
    for i, (name, x) in enumerate([("a", 0.0), ("b", 1.0), ("c", 1.5), ("d", 50.0)])
)


def test_each_pair_comes_once_and_far_events_not():
    one, two = neighbours(EVENTS, 10.0)
    assert list(zip(one.tolist(), two.tolist(), strict=True)) == [(0, 1), (0, 2), (1, 2)]
    one, two = neighbours(EVENTS, 10.0, most=1)
    assert list(zip(one.tolist(), two.tolist(), strict=True)) == [(0, 1), (1, 2)]


def test_differences_are_of_travel_times():
    picks = [
        {
            "event_id": name,
            "station_id": f"XX.{s}.",
            "phase": "P",
            "time_ns": (i + 2 + i * s) * 10**9,
            "weight": w,
        }
        for i, (name, w) in enumerate([("a", 1.0), ("b", 0.5)])
        for s in range(3)
    ]
    found = pair_picks(EVENTS, Assignments.of(picks), min_links=3)
    assert found.dt_s.tolist() == [0.0, -1.0, -2.0]
    assert found.first_s.tolist() == [2.0] * 3
    assert set(found.weight.tolist()) == {0.75} and set(found.kind.tolist()) == {"ct"}
    assert len(pair_picks(EVENTS, Assignments.of(picks), min_links=4)) == 0
    assert len(pair_picks(EVENTS, Assignments.of(picks), min_links=1, max_links=2)) == 2
    silent = Assignments.of([pick | {"weight": 0.0} for pick in picks])
    assert len(pair_picks(EVENTS, silent, min_links=1)) == 0
    assert np.isfinite(found.dt_s).all() and found.dt_s[1] == pytest.approx(-1)
