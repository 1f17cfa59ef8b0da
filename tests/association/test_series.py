"""Picks by station and phase."""

from __future__ import annotations

import numpy as np

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
