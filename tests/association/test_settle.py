"""Settings from geometry and noise."""

from __future__ import annotations

import math

import numpy as np
import pytest

from onsets.association.pyocto_options import PyoctoOptions
from onsets.association.real_options import RealOptions
from onsets.association.settle import least_picks, pair_share, quiet_share, settle, spacing_km


def test_least_picks_is_the_tail_of_poisson():
    n = least_picks(2.0, 1e7)
    tail = [1 - sum(math.exp(-2) * 2**k / math.factorial(k) for k in range(m)) for m in (n - 1, n)]
    assert tail[0] * 1e7 > 1 >= tail[1] * 1e7
    assert least_picks(0.0, 1e9) == 6 and least_picks(5.0, 1e7) > n


def test_given_settings_are_kept(scene):
    options = settle(RealOptions(range_km=7.0, picks=9, s_picks=0), scene)
    assert (options.range_km, options.picks, options.s_picks) == (7.0, 9, 0)
    assert options.grid_km == pytest.approx(2.8)
    assert settle(PyoctoOptions(match_s=0.4), scene).tolerance_s == 0.4


def test_s_is_asked_for_where_p_have_their_s(scene):
    assert pair_share(scene, 15.0) > 0.5
    only_p = scene.take(scene.phase == 0)
    assert pair_share(only_p, 15.0) == 0.0
    assert settle(RealOptions(), scene).both == 3 and settle(RealOptions(), only_p).both == 0


def test_spacing_ignores_other_locations_of_a_station(scene):
    import dataclasses

    twice = dataclasses.replace(
        scene,
        x_km=np.repeat(scene.x_km, 2),
        y_km=np.repeat(scene.y_km, 2),
        elevation_km=np.repeat(scene.elevation_km, 2),
    )
    assert spacing_km(twice) == pytest.approx(spacing_km(scene))


def test_quiet_share_tells_noise_from_events(scene, world):
    import dataclasses

    share = quiet_share(scene)
    assert share < 0.6
    rng = np.random.default_rng(0)
    even = dataclasses.replace(scene, time_s=rng.uniform(0, 900, len(scene.time_s)))
    assert quiet_share(even) > 0.8
