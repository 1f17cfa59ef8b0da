"""Simulated traces against a formula and ObsPy."""

from __future__ import annotations

import numpy as np
import pytest

from onsets.magnitude import INSTRUMENTS, wood_anderson

RATE = 100.0
WIDE = (0.05, 40.0)


def flat(gain):
    return lambda f: np.full(len(f), gain, np.complex128)


@pytest.mark.parametrize("hz", [0.3, 1.25, 2.0, 8.0])
@pytest.mark.parametrize("instrument", INSTRUMENTS)
def test_a_harmonic_wave_is_drawn_as_the_pendulum_says(hz, instrument):
    """Ground displacement of 1 um becomes V r^2 / sqrt((1 - r^2)^2 + (2 h r)^2) um, r = f / f0."""
    period, damping, magnification = INSTRUMENTS[instrument]
    t = np.arange(0, 120, 1 / RATE)
    velocity = 1e-6 * 2 * np.pi * hz * np.cos(2 * np.pi * hz * t)
    trace = wood_anderson(5e8 * velocity, RATE, flat(5e8), WIDE, instrument)
    r = hz * period
    expected_mm = 1e-3 * magnification * r**2 / np.hypot(1 - r**2, 2 * damping * r)
    middle = np.abs(trace[4000:8000]).max()
    assert middle == pytest.approx(expected_mm, rel=2e-3)


def test_obspy_says_the_same():
    """ObsPy's simulation of the same pendulum on a real record, within 1 % of the amplitude."""
    obspy = pytest.importorskip("obspy")
    from obspy.signal.invsim import simulate_seismometer

    trace = obspy.read()[1].detrend("demean")
    gain, rate = 1e9, trace.stats.sampling_rate
    poles = [complex(-0.037, 0.037), complex(-0.037, -0.037)]  # 120 s
    for name, (period, damping, magnification) in INSTRUMENTS.items():
        turn = 2 * np.pi / period
        root = turn * np.sqrt(1 - damping**2)
        simulate = {
            "poles": [complex(-damping * turn, root), complex(-damping * turn, -root)],
            "zeros": [0j],  # of velocity
            "gain": 1.0,
            "sensitivity": magnification,
        }
        theirs = simulate_seismometer(
            trace.data,
            rate,
            paz_remove={"poles": poles, "zeros": [0j, 0j], "gain": 1.0, "sensitivity": gain},
            paz_simulate=simulate,
            water_level=600.0,
            pitsasim=False,  # no detrending of the result
            taper_fraction=0.1,
            pre_filt=(0.25, 0.5, 30.0, 36.0),
        )

        def response(f):
            s = 2j * np.pi * f
            return gain * s**2 / ((s - poles[0]) * (s - poles[1]))

        ours = wood_anderson(trace.data, rate, response, (0.5, 30.0), name)
        largest = np.abs(theirs).max()
        assert np.abs(ours).max() == pytest.approx(1000 * largest, rel=0.01)
        inner = slice(300, -300)
        assert np.abs(ours[inner] - 1000 * theirs[inner]).max() < 0.02 * 1000 * largest


def test_a_dead_response_draws_nothing_and_silence_is_silent():
    noise = np.random.default_rng(0).normal(size=1000)
    assert np.abs(wood_anderson(noise, RATE, flat(0.0), WIDE)).max() == 0
    assert np.abs(wood_anderson(np.full(1000, 7.0), RATE, flat(1.0), WIDE)).max() == 0
