"""Exact verdicts, against a plain loop."""

from __future__ import annotations

import numpy as np

from onsets.association.real_grid import Grids
from onsets.association.real_judge import best_of, judge, members, spread
from onsets.association.real_options import RealOptions
from onsets.association.series import Series
from onsets.association.settle import settle


def test_members_are_those_of_a_loop(scene, world):
    options = settle(RealOptions(), scene)
    series = Series.of(scene, np.arange(len(scene.time_s)))
    grids = Grids(scene, options)
    times, _ = grids.at(world.x_km, world.y_km, np.full(len(world.x_km), 8.0))
    origin = (world.origin_ns - world.picks.time_ns.min()) / 1e9
    chosen = members(series, times, origin, options)
    half = options.windows_s
    for event in range(0, len(origin), 3):
        for station in range(scene.stations):
            tp, ts = origin[event] + times[2 * station : 2 * station + 2, event]
            p = [
                t
                for t in np.sort(scene.time_s[(scene.station == station) & (scene.phase == 0)])
                if abs(t - tp) < half[0]
            ]
            s = [
                t
                for t in np.sort(scene.time_s[(scene.station == station) & (scene.phase == 1)])
                if abs(t - ts) < half[1] and ts - tp > 0.2 and (not p or t - p[0] > 0.2)
            ]
            for row, wanted in ((2 * station, p), (2 * station + 1, s)):
                got = chosen[row, event]
                assert (got >= 0) == bool(wanted)
                assert not wanted or series.time_s[got] == wanted[0]


def test_the_best_has_most_picks_then_least_deviation(scene, world):
    options = settle(RealOptions(), scene)
    series = Series.of(scene, np.arange(len(scene.time_s)))
    grids = Grids(scene, options)
    x = np.array([world.x_km[0], world.x_km[0] + 25])
    times, distance = grids.at(x, np.repeat(world.y_km[0], 2), np.array([8.0, 8.0]))
    origin = np.repeat((world.origin_ns[0] - world.picks.time_ns.min()) / 1e9, 2)
    verdict = judge(series, times, grids.share(distance), origin, options)
    assert best_of(verdict) == 0 and verdict.count[0] > 35
    assert verdict.deviation_s[0] < 0.5 < verdict.deviation_s[1]


def test_spread_is_median_and_deviation():
    values = np.array([[1.0], [np.inf], [4.0], [2.0]])
    median, deviation = spread(values, np.array([3]))
    assert median[0] == 2.0 and np.isclose(deviation[0], np.sqrt((1 + 4) / 2))
