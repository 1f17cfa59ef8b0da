"""Picks by station and phase."""

from __future__ import annotations

import numpy as np

from onsets.association.scene import Scene
from onsets.association.series import Series


def test_series_are_sorted_and_searched(scene):
    series = Series.of(scene, np.arange(len(scene.time_s)))
    assert (np.diff(series.key) >= 0).all()
    mine = np.sort(scene.time_s[(scene.station == 4) & (scene.phase == 1)])
    first = int(
        series.after(9, mine[2])[()]
        if np.ndim(series.after(9, mine[2])) == 0
        else series.after(9, mine[2])[0]
    )
    assert series.time_s[first] == mine[3] and series.series[first] == 9


def test_picks_of_many_years_are_found(scene):
    station, time = np.repeat([0, 1, 2], 50), np.tile(np.linspace(0, 5e8, 50), 3)
    years = Scene(
        station,
        np.zeros(150, np.int64),
        time,
        np.ones(150),
        scene.x_km,
        scene.y_km,
        scene.elevation_km,
        scene.travel,
    )
    series = Series.of(years, np.arange(150))
    for row in (0, 2, 4):
        index = series.after(np.full(49, row), series.time_s[:49] + 0.5)
        np.testing.assert_allclose(series.time_s[index], series.time_s[1:50])
        assert (series.series[index] == row).all()
    assert series.after(np.array([2]), np.array([-1e9]))[0] == 50
