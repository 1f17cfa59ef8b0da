"""Residuals at given hypocentres."""

from __future__ import annotations

import numpy as np

from onsets.location import locate, with_residuals
from onsets.tables import Stations
from tests.location.making import MODEL, catalogue, network, observe


def made():
    stations, rng = network(), np.random.default_rng(4)
    events = catalogue(*rng.uniform(-20, 20, (2, 3)), rng.uniform(4, 12, 3))
    return events, stations, observe(events, stations, rng)[0]


def test_at_the_true_places_only_the_errors_of_the_picks_are_left():
    events, stations, mine = made()
    again, told = with_residuals(events, mine, stations, MODEL)
    spread = float(np.std(told.residual_s[mine.phase == "P"]))
    assert 0.05 < spread < 0.16  # 0.08 s times 0.5, 1 or 2
    of_one = told.residual_s[mine.event_id == "e1"]
    assert again.rms_s[1] == np.sqrt(np.mean(of_one**2))
    assert (told.distance_km > 0).all() and (told.weight == mine.weight).all()


def test_what_a_location_says_is_said_again():
    events, stations, mine = made()
    found = locate(events, mine, stations, MODEL)
    _, told = with_residuals(found.events, found.assignments, stations, MODEL)
    assert np.abs(told.residual_s - found.assignments.residual_s).max() < 1e-3
    assert np.abs(told.distance_km - found.assignments.distance_km).max() < 0.01


def test_the_unknown_keeps_what_it_had():
    events, stations, mine = made()
    few = stations.take(slice(1, None))
    _, told = with_residuals(events.take([0]), mine, few, MODEL)
    lost = (mine.event_id != "e0") | (mine.station_id == "XX.S00.")
    assert np.isnan(told.residual_s[lost]).all() and np.isfinite(told.residual_s[~lost]).all()
    assert len(with_residuals(events.take([]), mine.take([]), few, MODEL)[1]) == 0


def test_a_local_grid_has_residuals_too():
    events, stations, mine = made()
    grid = Stations.of(
        {"station_id": name, "x_km": float(i), "y_km": 2.0 * i} for i, name in enumerate(stations.station_id)
    )
    placed = events.replace(x_km=np.zeros(3), y_km=np.zeros(3))
    told = with_residuals(placed, mine, grid, MODEL)[1]
    assert told.distance_km[mine.station_id == "XX.S03."].tolist()[0] == np.hypot(3, 6)
