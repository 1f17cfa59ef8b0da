"""Kernels of point sources: their jump in motion and traction, and the ten traces made of them."""

from __future__ import annotations

import numpy as np

from onsets.earth import LayeredModel
from onsets.synthetics._kernels import ORDERS, kernels, traces
from onsets.synthetics._layers import layer_waves, stack_of, velocities
from onsets.synthetics.greens import COMPONENTS

MODEL = LayeredModel([0.0], [6.0], [3.5], [2.7])
OMEGA, K = np.array([2.0 - 0.1j]), np.array([0.2, 0.5, 1.5])


def made(free, depth=4.0):
    waves = [layer_waves(MODEL, 0, OMEGA, velocities(MODEL, OMEGA, True, 1.0), K)]
    return waves[0], kernels(waves[0], stack_of(waves, free)[0], depth)


def test_an_explosion_in_a_full_space_is_sommerfelds_integral():
    # the potential exp(-i omega R / vp) / R is the integral of J0 exp(-a z) k dk / a
    wave, found = made(free=False)
    potential = -np.exp(-4.0 * wave.a) / (2 * wave.a * 2.7 * 36)
    np.testing.assert_allclose(found["ZEX"], -potential * wave.a, rtol=1e-10)
    np.testing.assert_allclose(found["REX"], -potential * K, rtol=1e-10)


def test_a_free_surface_doubles_vertical_sh():
    for name in ("ADS", "ASS"):
        (_, free), (_, full) = made(free=True), made(free=False)
        twin = name.replace("A", "B")
        np.testing.assert_allclose(free[name] - free[twin], 2 * (full[name] - full[twin]), rtol=1e-10)


def test_kernels_decay_with_depth_by_their_slower_wave():
    wave, shallow = made(free=True)
    _, deep = made(free=True, depth=9.0)
    for name in shallow:  # at the last wavenumber both waves are evanescent; k z before the exponential
        assert abs(deep[name][0, -1]) < 9 / 4 * 2 * abs(shallow[name][0, -1] * np.exp(-5.0 * wave.b[0, -1]))


def test_every_trace_is_made():
    names = [name for row in ORDERS for name in row]
    sums = {name: np.full(1, float(n), complex) for n, name in enumerate(names)}
    found = traces(sums)
    assert sorted(found) == sorted(COMPONENTS)
    assert found["RDS"] == sums["ADS"] - sums["BDS"] and found["TDS"] == sums["ADS"] + sums["BDS"]
