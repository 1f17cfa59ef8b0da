from __future__ import annotations

import numpy as np
import pytest

from onsets.errors import ConfigError
from onsets.synthetics import INSTRUMENTS, at_rate, digitise, instrument_response, record_as


@pytest.mark.parametrize("name", list(INSTRUMENTS))
def test_the_response_is_that_of_scipys_poles_and_zeros(name):
    signal = pytest.importorskip("scipy.signal")
    own = INSTRUMENTS[name]
    frequency = np.geomspace(0.003, 40, 60)
    _, wanted = signal.freqs_zpk(own.zeros, own.poles, 1.0, 2 * np.pi * frequency)
    _, (one,) = signal.freqs_zpk(own.zeros, own.poles, 1.0, [2 * np.pi * own.reference_hz])
    np.testing.assert_allclose(
        instrument_response(name, frequency), wanted * own.sensitivity / abs(one), rtol=1e-9
    )


@pytest.mark.parametrize(
    ("name", "corner_hz", "damping"), [("geophone", 4.5, 0.56), ("short-period", 1.0, 0.707)]
)
def test_a_pendulum_at_its_corner(name, corner_hz, damping):
    flat = abs(instrument_response(name, [1000 * corner_hz])[0])
    at_corner = instrument_response(name, [corner_hz])[0]
    assert abs(at_corner) / flat == pytest.approx(1 / (2 * damping), rel=1e-3)
    assert np.degrees(np.angle(at_corner)) == pytest.approx(90, abs=0.1)


def test_a_sine_comes_out_as_the_response_says_and_nothing_before_it():
    rate, frequency = 200.0, 8.0
    time = np.arange(8000) / rate
    wave = np.where(time >= 10, 1e-6 * np.sin(2 * np.pi * frequency * (time - 10)), 0.0).astype(np.float32)
    counts = record_as(wave, rate, "geophone")
    assert np.abs(counts[:1990]).max() < 1e-3 * np.abs(counts).max()
    wanted = 1e-6 * abs(instrument_response("geophone", [frequency])[0])
    assert np.abs(counts[4000:7000]).max() == pytest.approx(wanted, rel=0.01)


def test_counts_are_whole_and_clip():
    assert digitise(np.array([-1e9, 0.4, 1.6], np.float32)).tolist() == [-(2**23), 0, 2]


def test_rate_keeps_what_both_rates_hold():
    time = np.arange(4000) / 200.0
    wave = np.sin(2 * np.pi * 3 * time) * np.hanning(4000)
    made = at_rate(np.tile(wave, (1, 3, 1)).astype(np.float32), 200.0, 50.0)
    assert made.shape == (1, 3, 1000)
    np.testing.assert_allclose(made[0, 0, 50:-50], wave[::4][50:-50], atol=5e-3)


def test_an_unknown_instrument():
    with pytest.raises(ConfigError, match="did you mean 'geophone'"):
        record_as(np.zeros((3, 10), np.float32), 100.0, "geofone")
