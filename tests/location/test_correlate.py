"""Delays by cross-correlation against delays put in."""

from __future__ import annotations

import numpy as np
import pytest

from onsets.location import delay


def wave(shift, samples=400):
    t = np.arange(samples) - 200 - shift
    return np.exp(-((t / 25) ** 2)) * np.sin(0.4 * t)


@pytest.mark.parametrize("shift", [0.0, 3.0, 3.3, -7.45, 0.08])
def test_a_fraction_of_a_sample_is_found(shift):
    samples, alike = delay(wave(shift), wave(0.0), 20)
    assert samples == pytest.approx(shift, abs=0.02)
    assert alike > 0.99


def test_noise_and_nothing_are_told():
    rng = np.random.default_rng(0)
    assert abs(delay(rng.normal(size=400), wave(0.0), 20)[1]) < 0.5
    assert np.isnan(delay(np.zeros(400), wave(0.0), 20)[0])
    hill = [np.exp(-(((np.arange(400) - 200 - shift) / 60) ** 2)) for shift in (15, 0)]
    assert np.isnan(delay(*hill, 5)[0])  # the largest lies beyond the span
    with pytest.raises(ValueError, match="windows of 10 and 400"):
        delay(wave(0.0)[:10], wave(0.0), 20)
