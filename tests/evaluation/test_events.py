"""Two catalogues, and picks against their true events."""

from __future__ import annotations

import numpy as np
import pytest

from onsets.errors import CatalogueError
from onsets.evaluation.events import match_events, score_association
from onsets.tables import Events


def events(rows) -> Events:
    return Events.of(
        {"event_id": str(i), "time_ns": round(t * 1e9), "latitude": lat, "longitude": lon, "depth_km": z}
        for i, (t, lat, lon, z) in enumerate(rows)
    )


def test_the_closest_pair_is_taken_first():
    a = events([(0, 42, 13, 5), (100, 42, 13, 5), (200, 42, 13, 5)])
    b = events([(1.5, 42, 13, 5), (0.2, 42.01, 13, 7), (99, 42.5, 13, 5), (201, 42, 13.05, 5)])
    found = match_events(a, b)
    assert found.pairs.tolist() == [[0, 1], [2, 3]]
    assert found.missed.tolist() == [1] and found.new.tolist() == [0, 2]
    assert found.time_s.tolist() == pytest.approx([0.2, 1.0])
    assert found.north_km[0] == pytest.approx(1.11, abs=0.01) and abs(found.east_km[0]) < 1e-6
    assert found.distance_km[1] == pytest.approx(4.14, abs=0.02) and found.depth_km[0] == 2


def test_order_and_empty_tables():
    a = events([(5, 42, 13, 5)])
    none = events([])
    assert match_events(a, none).missed.tolist() == [0] and match_events(none, a).new.tolist() == [0]


def test_globe_and_local_grid_do_not_compare():
    local = Events.of([{"event_id": "x", "time_ns": 0, "x_km": 1.0, "y_km": 2.0}])
    with pytest.raises(CatalogueError, match="latitude"):
        match_events(events([(0, 42, 13, 5)]), local)
    assert match_events(local, local).pairs.tolist() == [[0, 0]]


def test_sixty_percent_of_both():
    truth = np.array([0] * 10 + [1] * 10 + [-1] * 4)
    found = np.array([7] * 6 + [-1] * 4 + [8] * 5 + [9] * 5 + [8] * 4)
    score = score_association(found, truth)
    assert (score.events, score.true_events, score.matched) == (3, 2, 1)
    assert score.precision == pytest.approx(1 / 3) and score.recall == 0.5
    assert score.pick_precision == pytest.approx(6 / 20) and score.pick_recall == pytest.approx(6 / 20)
    assert score_association(np.full(3, -1), np.zeros(3, int)).pick_f1 == 0.0
