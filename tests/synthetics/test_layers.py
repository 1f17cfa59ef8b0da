"""Reflection and transmission: symmetry, energy, Zoeppritz' equations, extremes."""

from __future__ import annotations

import numpy as np
import pytest

from onsets.earth import LayeredModel
from onsets.synthetics import _layers as layers

MODEL = LayeredModel([0.0, 3.0, 10.0], [4.0, 6.0, 8.0], [2.2, 3.5, 4.6], [2.3, 2.7, 3.3])


def stack(omega, k, model=MODEL, dispersion=True):
    omega = np.atleast_1d(np.asarray(omega, np.complex128))
    speeds = layers.velocities(model, omega, dispersion, 1.0)
    waves = [layers.layer_waves(model, n, omega, speeds, np.atleast_1d(k)) for n in range(model.layers)]
    return waves, layers.stack_of(waves)


def columns(wave):
    """Motion and traction (U, V, P, S) of down P, down S, up P, up S."""
    o = wave.mu * (wave.k**2 + wave.b**2)
    found = []
    for sign in (-1, 1):
        found.append((sign * wave.a, wave.k + 0 * wave.a, o, sign * 2 * wave.mu * wave.k * wave.a))
        found.append((wave.k + 0 * wave.a, sign * wave.b, sign * 2 * wave.mu * wave.k * wave.b, o))
    return np.array([[part.item() for part in one] for one in found]).T


@pytest.mark.parametrize("slowness", [0.05, 0.15, 0.2, 0.26, 0.35, 0.6])
def test_motion_and_traction_are_continuous_across_an_interface(slowness):
    omega = 3.0 - 0.05j
    (upper, lower, _), _ = stack(omega, slowness * 3.0)
    r_down, t_down, r_up, t_up = (
        np.array([part.item() for part in matrix]).reshape(2, 2) for matrix in layers._interface(upper, lower)
    )
    one, two = columns(upper), columns(lower)
    scale = np.abs(one).max(axis=1)[:, None]
    np.testing.assert_allclose(
        (one[:, :2] + one[:, 2:] @ r_down) / scale, two[:, :2] @ t_down / scale, atol=1e-10
    )
    np.testing.assert_allclose(
        (two[:, 2:] + two[:, :2] @ r_up) / scale, one[:, 2:] @ t_up / scale, atol=1e-10
    )


def test_the_surface_is_free():
    (top, *_), stacks = stack(2.0 - 0.1j, 0.7)
    reflection = np.array([part.item() for part in stacks[0].above]).reshape(2, 2)
    motion = np.array([part.item() for part in stacks[0].surface]).reshape(2, 2)
    wave = columns(top)
    total = wave[:, 2:] + wave[:, :2] @ reflection
    np.testing.assert_allclose(total[2:], 0, atol=1e-10)
    np.testing.assert_allclose(total[:2], motion, rtol=1e-9)


def test_normalised_reflections_are_symmetric():
    # reciprocity: with waves of unit flux, PS and SP are the same
    waves, stacks = stack([1.0 - 0.03j, 4.0 - 0.03j], np.array([0.1, 0.4, 0.9, 2.0]))
    for wave, each in zip(waves, stacks, strict=True):
        for matrix in (each.above, each.below):
            if matrix is not None:
                ps, sp = matrix[1] * np.sqrt(wave.a / wave.b), matrix[2] * np.sqrt(wave.b / wave.a)
                np.testing.assert_allclose(ps, sp, rtol=1e-7, atol=1e-12)


def test_all_energy_comes_back_beyond_the_last_critical_angle():
    # nothing propagates in the half-space, nothing is lost: SH reflections have modulus 1
    _, stacks = stack(5.0 - 1e-9j, np.array([1.2, 1.3, 1.4]))
    below = stacks[1].below_sh
    np.testing.assert_allclose(np.abs(below), 1, atol=1e-6)


def test_extremes_stay_finite():
    waves, stacks = stack([-0.005j, 40.0 - 0.05j], np.array([1e-3, 1.0, 100.0]))
    for wave, each in zip(waves, stacks, strict=True):
        assert np.isfinite(wave.a).all()
        for matrix in (each.above, each.surface, each.below):
            assert matrix is None or np.isfinite(matrix).all()


def test_q_is_the_loss_of_a_cycle_and_causal():
    model = LayeredModel([0.0], [6.0], [3.5], [2.7], [200.0], [100.0])
    omega = 2 * np.pi * np.array([0.5, 1.0, 2.0]) + 0j
    for dispersion in (True, False):
        vp, vs = layers.velocities(model, omega, dispersion, 1.0)
        np.testing.assert_allclose(2 * vp.imag / vp.real, 1 / 200, rtol=0.01)
        np.testing.assert_allclose(2 * vs.imag / vs.real, 1 / 100, rtol=0.01)
        assert vs[0, 1].real == pytest.approx(3.5)
        rises = np.diff(vs[0].real)
        np.testing.assert_allclose(rises, 3.5 * np.log(2) / (100 * np.pi) if dispersion else 0.0, rtol=1e-6)
