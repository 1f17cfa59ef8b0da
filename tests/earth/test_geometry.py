"""Distances against ObsPy, and frames there and back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from onsets.earth import Frame, geodesic, geodesic_end

LATITUDE, LONGITUDE = st.floats(-89.9, 89.9), st.floats(-180, 180)


def test_distances_agree_with_obspy():
    reference = pytest.importorskip("obspy.geodetics").gps2dist_azimuth
    rng = np.random.default_rng(1)
    a, c = rng.uniform(-80, 80, (2, 400))
    b, d = rng.uniform(-180, 180, (2, 400))
    c[:200], d[:200] = a[:200] + rng.normal(0, 0.5, 200), b[:200] + rng.normal(0, 0.5, 200)
    distance, azimuth, back = geodesic(a, b, c, d)
    for i in range(400):
        metres, there, home = reference(a[i], b[i], c[i], d[i])
        assert distance[i] == pytest.approx(metres / 1000, abs=1e-4)
        assert azimuth[i] == pytest.approx(there, abs=1e-5)
        assert back[i] == pytest.approx(home, abs=1e-5)


def test_opposite_places_get_the_sphere():
    distance, _, _ = geodesic(0.0, 0.0, [0.0, 0.1], [180.0, 179.9])
    np.testing.assert_allclose(distance, 20004, rtol=0.006)


def test_the_same_place_and_the_date_line():
    distance, azimuth, back = geodesic(10.0, 20.0, 10.0, 20.0)
    assert (float(distance), float(azimuth), float(back)) == (0.0, 0.0, 180.0)
    distance, azimuth, _ = geodesic(0.0, 179.9, 0.0, -179.9)
    assert float(distance) == pytest.approx(0.2 * np.radians(1) * 6378.137, rel=1e-9)
    assert float(azimuth) == pytest.approx(90)


@given(LATITUDE, LONGITUDE, st.floats(0, 360), st.floats(0.001, 2000))
def test_there_and_back(latitude, longitude, azimuth, distance):
    end = geodesic_end(latitude, longitude, azimuth, distance)
    found, direction, _ = geodesic(latitude, longitude, *end)
    assert float(found) == pytest.approx(distance, abs=1e-6)
    turned = np.radians(float(direction) - azimuth)
    assert abs(np.sin(turned)) * distance < 1e-5 and np.cos(turned) > 0


def test_distances_in_a_frame_are_as_good_as_promised():
    frame = Frame(46.0, 7.0)
    rng = np.random.default_rng(2)
    for reach in (50.0, 100.0, 300.0):
        x, y = rng.uniform(-1, 1, (2, 200)) * reach / np.sqrt(2)
        latitude, longitude = frame.to_geographic(x, y)
        true, _, _ = geodesic(latitude[:100], longitude[:100], latitude[100:], longitude[100:])
        flat = np.hypot(x[:100] - x[100:], y[:100] - y[100:])
        assert np.abs(flat / true - 1).max() <= reach**2 / (6 * 6371**2) * 1.05


def test_a_local_grid_has_no_place_on_the_globe():
    frame = Frame()
    assert not frame.geographic
    assert np.isnan(frame.to_geographic(1.0, 2.0)).all()
