"""Decay as printed."""

from __future__ import annotations

import numpy as np
import pytest

from onsets.magnitude import DURATIONS, RELATIONS


def term(name, *km):
    return RELATIONS[name].term(np.array(km, np.float64))


@pytest.mark.parametrize("name", ["hutton-boore-1987", "bakun-joyner-1984", "richter-1958", "bobbio-2009"])
def test_an_amplitude_of_one_millimetre_at_100_km_is_magnitude_three(name):
    assert term(name, 100.0)[0] == pytest.approx(3.0, abs=1e-9)


def test_hutton_and_boore_is_the_standard_of_iaspei():
    """ML = log10(A nm) + 1.11 log10 R + 0.00189 R - 2.09, A at a magnification of 1."""
    km = np.array([10.0, 50.0, 200.0, 600.0])
    nm_of_one_mm = 1e6 / 2080.0
    standard = np.log10(nm_of_one_mm) + 1.11 * np.log10(km) + 0.00189 * km - 2.09
    np.testing.assert_allclose(term("hutton-boore-1987", *km), standard, atol=0.002)


def test_california_is_as_its_authors_programs_say():
    """Values at 8, 60 and 100 km, between which the published program extrapolates and is anchored."""
    np.testing.assert_allclose(term("cisn-2011", 8.0, 60.0, 100.0), [1.5429, 2.6182, 3.0], atol=1e-4)
    slope = (2.6182 - 1.5429) / np.log10(60 / 8)
    np.testing.assert_allclose(term("cisn-2011", 4.0), 1.5429 - np.log10(2) * slope, atol=1e-3)


def test_richters_table_is_interpolated():
    np.testing.assert_allclose(term("richter-1958", 0, 25, 300, 540, 600), [1.4, 1.9, 4.0, 4.8, 4.9])


@pytest.mark.parametrize("name", RELATIONS)
def test_amplitudes_fall_with_distance(name):
    relation = RELATIONS[name]
    km = np.geomspace(max(relation.range_km[0], 0.5), relation.range_km[1], 200)
    values = relation.term(km)
    assert np.isfinite(values).all() and (np.diff(values) >= -1e-9).all()
    assert -1.5 < values[0] < values[-1] < 6


def test_durations():
    """A coda of 100 s: about magnitude 3 in central California, 2.7 in Italy."""
    lapse = np.array([100.0])
    assert DURATIONS["michaelson-1990"](lapse)[0] == pytest.approx(3.438)
    assert DURATIONS["castello-2007"](lapse)[0] == pytest.approx(2.67)
