from __future__ import annotations

import numpy as np
import pytest

from onsets.earth import LayeredModel
from onsets.errors import ConfigError
from onsets.synthetics import apply_spectrum, layer_response, minimum_phase, quarter_wavelength


def test_a_layer_is_kramers_formula():
    frequency, thickness, speed, ratio = np.linspace(0.1, 20, 300), 25.0, 300.0, 0.2
    kh = 2 * np.pi * frequency * thickness / speed
    wanted = 1 / np.abs(np.cos(kh) + 1j * ratio * np.sin(kh))
    np.testing.assert_allclose(
        np.abs(layer_response(frequency, thickness, speed, ratio, np.inf))[0], wanted, rtol=1e-9
    )


def test_resonances_where_they_belong_and_damped():
    frequency = np.linspace(0.05, 12, 4000)
    gain = np.abs(layer_response(frequency, 20.0, 200.0, 0.25, 30.0))[0]
    peaks = frequency[1:-1][(gain[1:-1] > gain[:-2]) & (gain[1:-1] > gain[2:])]
    np.testing.assert_allclose(peaks[:2], [2.5, 7.5], atol=0.05)
    assert 2.5 < gain.max() < 4.0 and gain[0] == pytest.approx(1.0, abs=0.01)


def test_nothing_arrives_earlier():
    pulse = np.zeros((1, 3, 500), np.float32)
    pulse[:, :, 100] = 1
    made = apply_spectrum(pulse, layer_response(np.fft.rfftfreq(1000, 0.01), 20.0, 200.0, 0.25, 1e6)[:, None])
    assert np.abs(made[..., :100]).max() < 1e-4 * made.max()
    # the way down and up takes 20 samples and turns the sign by (1 - a) / (1 + a)
    np.testing.assert_allclose(made[0, 0, [100, 120, 140]], 1.6 * np.array([1, -0.6, 0.36]), rtol=1e-3)


def test_quarter_wavelength_of_one_layer():
    model = LayeredModel([0.0, 0.1], [1.0, 5.0], [0.4, 2.8], [2.0, 2.7])
    gain = quarter_wavelength(model, [0.001, 100.0])
    assert gain[0] == pytest.approx(1.0, abs=0.01)
    assert gain[1] == pytest.approx(np.sqrt(2.8 * 2.7 / (0.4 * 2.0)), rel=1e-6)
    # at a quarter of the layer's travel time below its bottom the average holds both
    time = 0.1 / 0.4 + 0.2
    mean = ((0.1 * 2.0 + 0.2 * 2.8 * 2.7) / (0.1 + 0.2 * 2.8)) * ((0.1 + 0.2 * 2.8) / time)
    assert quarter_wavelength(model, [0.25 / time])[0] == pytest.approx(np.sqrt(2.8 * 2.7 / mean), rel=1e-6)


def test_minimum_phase_keeps_the_gain_and_is_causal():
    frequency = np.linspace(0, 50, 1025)
    gain = 1 + 3 / (1 + (frequency / 5) ** 2)
    spectrum = minimum_phase(gain)
    np.testing.assert_allclose(np.abs(spectrum), gain, rtol=1e-9)
    answer = np.fft.irfft(spectrum)
    assert np.abs(answer[1024:]).max() < 0.01 * answer.max() and np.argmax(answer) == 0


def test_wrong_numbers():
    with pytest.raises(ConfigError, match="above 0"):
        layer_response([1.0], 10.0, 0.0, 0.5)
    with pytest.raises(ConfigError, match="expected 11"):
        apply_spectrum(np.zeros((1, 1, 10), np.float32), np.ones((1, 1, 10), complex))
