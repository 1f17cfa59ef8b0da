"""The grid around a station."""

from __future__ import annotations

import numpy as np
import pytest

from onsets.association.real_grid import Grids
from onsets.association.real_options import RealOptions, from_real_strings
from onsets.association.settle import settle


def test_published_settings_give_the_published_nodes(scene):
    options = settle(RealOptions(**from_real_strings(R="0.1/20/0.04/2/5")), scene)
    assert Grids(scene, options).nodes == 6 * 6 * 11  # as the program prints


def test_times_and_weights(scene):
    options = settle(RealOptions(largest_distance_km=40.0), scene)
    around = Grids(scene, options).around(5)
    distance = scene.distances(around.x_km, around.y_km)
    assert np.isnan(around.times_s[::2][distance >= 40]).all()
    near = distance < 40
    assert (around.times_s[1::2][near] > around.times_s[::2][near]).all()
    assert np.allclose(around.own_s, around.times_s[10], equal_nan=True)
    assert np.allclose(around.share, np.cos(np.pi / 3 * distance / 40))


def test_unsettled_options_are_refused(scene):
    with pytest.raises(ValueError, match="settled"):
        Grids(scene, RealOptions())
