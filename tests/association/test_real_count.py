"""Counting all nodes at once never misses one."""

from __future__ import annotations

import numpy as np

from onsets.association.real_count import Raster, thin
from onsets.association.real_grid import Grids
from onsets.association.real_judge import members
from onsets.association.real_options import RealOptions
from onsets.association.scene import Scene
from onsets.association.series import Series
from onsets.association.settle import settle


def test_the_better_of_two_close_picks_stays():
    time, weight = np.array([0.0, 0.5, 5.0, 5.2, 5.0]), np.array([0.3, 0.9, 0.8, 0.8, 0.1])
    station, phase = np.zeros(5, np.int64), np.array([0, 0, 0, 0, 1])
    one = np.zeros(1)
    scene = Scene(station, phase, time, weight, one, one, one, lambda *a: one)
    assert thin(scene, (1.0, 2.0)).tolist() == [1, 2, 4]


def test_counts_are_those_of_looking_at_each(scene):
    options = settle(RealOptions(), scene)
    series = Series.of(scene, thin(scene, (0.5, 0.5)))
    grids = Grids(scene, options)
    raster = Raster(2 * scene.stations, options.windows_s, 300.0)
    raster.draw(series, -60.0)
    rng = np.random.default_rng(0)
    for index in rng.choice(np.flatnonzero((series.series % 2 == 0) & (series.time_s < 150)), 10):
        station, time = int(series.series[index]) // 2, float(series.time_s[index])
        around = grids.around(station)
        most = raster.count(station, around, time).astype(int)
        exact = (members(series, around.times_s, time - around.own_s, options) >= 0).sum(axis=0)
        assert (most >= exact).all()
        assert np.mean(most - exact) < 0.6  # rounding and the S - P rule only
