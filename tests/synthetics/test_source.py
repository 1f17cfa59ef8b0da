"""Moment tensors, radiation, combination and rotation."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from onsets.earth import LayeredModel
from onsets.errors import ConfigError
from onsets.synthetics import (
    COMPONENTS,
    GreensTable,
    double_couple,
    explosion,
    moment_n_m,
    radiation,
    rotate_to_zne,
    synthesise,
)

ANGLES = st.floats(0, 360)


def matrix(tensor):
    nn, ee, dd, ne, nd, ed = np.ravel(tensor)
    return np.array([[nn, ne, nd], [ne, ee, ed], [nd, ed, dd]])


@given(strike=ANGLES, dip=st.floats(0, 90), rake=st.floats(-180, 180))
def test_a_double_couple_is_slip_on_a_plane(strike, dip, rake):
    s, d, r = np.radians([strike, dip, rake])
    normal = np.array([-np.sin(d) * np.sin(s), np.sin(d) * np.cos(s), -np.cos(d)])
    along = np.array([np.cos(s), np.sin(s), 0])
    up = np.array([np.cos(d) * np.sin(s), -np.cos(d) * np.cos(s), -np.sin(d)])
    slip = np.cos(r) * along + np.sin(r) * up
    wanted = np.outer(slip, normal) + np.outer(normal, slip)
    np.testing.assert_allclose(matrix(double_couple(strike, dip, rake)), wanted, atol=1e-12)


def test_magnitude_and_moment():
    np.testing.assert_allclose(moment_n_m([3.0, 6.0]), [10**13.6, 10**18.1])


@given(azimuth=ANGLES, numbers=st.lists(st.floats(-1, 1), min_size=6, max_size=6))
def test_radiation_turns_with_the_source(azimuth, numbers):
    # seen from the receiver's azimuth, a source looks like the turned one due north
    a = np.radians(azimuth)
    turn = np.array([[np.cos(a), np.sin(a), 0], [-np.sin(a), np.cos(a), 0], [0, 0, 1]])
    m = turn @ matrix(numbers) @ turn.T
    turned = [m[0, 0], m[1, 1], m[2, 2], m[0, 1], m[0, 2], m[1, 2]]
    np.testing.assert_allclose(radiation([numbers], azimuth), radiation([turned], 0.0), atol=1e-12)


def test_the_named_sources_radiate_their_own_traces():
    named = {
        "EX": ([1, 1, 1, 0, 0, 0], 0),
        "DD": ([-1, -1, 2, 0, 0, 0], 0),
        "DS": ([0, 0, 0, 0, 1, 0], 0),
        "SS": ([1, -1, 0, 0, 0, 0], 0),
        "TDS": ([0, 0, 0, 0, 0, 1], 0),
        "TSS": ([0, 0, 0, 1, 0, 0], 0),
    }
    for name, (tensor, azimuth) in named.items():
        factors = dict(zip(COMPONENTS, radiation([tensor], azimuth)[0], strict=True))
        mine = [key for key in COMPONENTS if key == name or (key[0] != "T" and key[1:] == name)]
        for key, factor in factors.items():
            assert factor == pytest.approx(1.0 if key in mine else 0.0), (name, key)


@pytest.fixture
def table():
    values = np.random.default_rng(0).normal(size=(2, 3, 10, 16)).astype(np.float32)
    depths, distances = np.array([5.0, 9.0]), np.array([10.0, 20.0, 30.0])
    model = LayeredModel([0.0], [6.0], [3.5])
    return GreensTable(model, depths, distances, 5.0, 16, np.zeros(3), "displacement", 0.0, values)


def test_records_are_sums_of_traces(table):
    rng = np.random.default_rng(1)
    depth, distance = rng.integers(2, size=20), rng.integers(3, size=20)
    azimuth, tensor = rng.uniform(0, 360, 20), rng.normal(size=(20, 6))
    made = synthesise(table, depth, distance, azimuth, tensor)
    assert made.dtype == np.float32 and made.shape == (20, 3, 16)
    for one in range(20):
        factors = radiation(tensor[one : one + 1], azimuth[one])[0]
        parts = factors[:, None] * table.values[depth[one], distance[one]]
        for row, axis in enumerate("ZRT"):
            wanted = sum(part for part, name in zip(parts, COMPONENTS, strict=True) if name[0] == axis)
            np.testing.assert_allclose(made[one, row], wanted, atol=1e-5)
    np.testing.assert_array_equal(synthesise(table, depth, distance, azimuth, tensor, "Z")[:, 0], made[:, 0])


def test_an_explosion_is_the_same_everywhere_around(table):
    made = synthesise(table, 0, 1, [0.0, 77.0, 200.0], explosion(3))
    np.testing.assert_allclose(made[:, 0], np.tile(table.values[0, 1, 0], (3, 1)), rtol=1e-6)
    np.testing.assert_allclose(made[:, 2], 0, atol=1e-7)


@pytest.mark.parametrize(
    ("index", "components", "message"),
    [((2, 0), "ZRT", "depth index 2 to 2"), ((0, -1), "Z", "distance index -1"), ((0, 0), "ZNE", "Z, R, T")],
)
def test_what_is_not_in_the_table_is_refused(table, index, components, message):
    with pytest.raises(ConfigError, match=message):
        synthesise(table, *index, 0.0, explosion(), components)


def test_no_records_are_no_records(table):
    assert synthesise(table, [], [], [], np.empty((0, 6))).shape == (0, 3, 16)


def test_radial_points_away_from_the_source():
    zrt = np.array([[[1.0], [2.0], [3.0]]], np.float32)
    for azimuth, wanted in ((0.0, [1, 2, 3]), (90.0, [1, -3, 2]), (180.0, [1, -2, -3])):
        np.testing.assert_allclose(rotate_to_zne(zrt, [azimuth + 180])[0, :, 0], wanted, atol=1e-6)
