"""Source time functions: their shape in time, area, delay, and linear convolution."""

from __future__ import annotations

import numpy as np
import pytest

from onsets.errors import ConfigError
from onsets.synthetics import PULSES, convolve, pulse_spectrum

SHAPES = {
    "box": lambda x: np.ones_like(x),
    "triangle": lambda x: 2 - np.abs(4 * x - 2),
    "trapezoid": lambda x: np.clip(4 * np.minimum(x, 1 - x), 0, 1) * 4 / 3,
    "cosine": lambda x: 1 - np.cos(2 * np.pi * x),
}


@pytest.mark.parametrize("kind", SHAPES)
def test_spectra_are_those_of_the_shapes(kind):
    duration, frequency = 2.5, np.linspace(0, 3, 40)
    x = (np.arange(20000) + 0.5) / 20000
    waves = np.exp(-2j * np.pi * frequency[:, None] * x * duration)
    wanted = (SHAPES[kind](x) * waves).mean(axis=1)
    np.testing.assert_allclose(pulse_spectrum(kind, duration, frequency)[0], wanted, atol=1e-4)


def test_brunes_spectrum_falls_with_the_square_of_frequency():
    corner = 4 / 2.0 / (2 * np.pi)
    spectrum = np.abs(pulse_spectrum("brune", 2.0, np.array([0.0, corner, 100 * corner]))[0])
    np.testing.assert_allclose(spectrum, [1.0, 0.5, 1e-4], rtol=1e-3)


@pytest.mark.parametrize("kind", PULSES)
def test_all_pulses_have_unit_area_and_their_centre_in_the_middle(kind):
    spectrum = pulse_spectrum(kind, [3.0], np.array([0.0, 1e-4]))[0]
    assert spectrum[0] == pytest.approx(1.0)
    assert -np.angle(spectrum[1]) / (2 * np.pi * 1e-4) == pytest.approx(1.5, rel=1e-5)
    np.testing.assert_allclose(pulse_spectrum(kind, 0.0, np.array([0.0, 1.0, 2.0])), 1.0)


def test_convolution_is_linear_and_does_not_fold_back():
    records = np.zeros((2, 1, 100), np.float32)
    records[:, 0, 10] = 1.0
    records[:, 0, 98] = 5.0
    made = convolve(records, 10.0, "triangle", [2.0, 4.0])
    for row, half in zip(made[:, 0], (10, 20), strict=True):
        peak = 1 / half  # area 1 sample; a corner cut at the Nyquist frequency is a little lower
        np.testing.assert_allclose(row[10 : 11 + 2 * half].max(), peak, rtol=0.06)
        assert int(row[:90].argmax()) == 10 + half
        np.testing.assert_allclose(row[:8], 0, atol=0.01 * peak)
        np.testing.assert_allclose(row[:90].sum(), 1.0, atol=0.01)


def test_a_step_ends_where_it_began_to_be():
    records = np.ones((1, 3, 64), np.float32)
    made = convolve(records, 5.0, "cosine", 2.0)
    np.testing.assert_allclose(made[..., 12:62], 1.0, atol=0.01)


@pytest.mark.parametrize(
    ("kind", "duration", "message"),
    [
        ("triangel", 1.0, "did you mean 'triangle'"),
        ("box", -1.0, "0 or above"),
        ("box", 30.0, "longer than the records of 20 s"),
    ],
)
def test_what_cannot_be_convolved_is_refused(kind, duration, message):
    with pytest.raises(ConfigError, match=message):
        convolve(np.zeros((1, 1, 100), np.float32), 5.0, kind, duration)
