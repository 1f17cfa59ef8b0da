"""Durations of made codas."""

from __future__ import annotations

import numpy as np
import pytest

from onsets.magnitude import coda_duration

RATE = 50.0


def coda(decay_s=10.0, size=100.0, seconds=120, quiet=20, seed=0):
    rng = np.random.default_rng(seed)
    t = np.arange(int((seconds + quiet) * RATE)) / RATE - quiet
    envelope = np.where(t < 0, 0, size * np.exp(-t / decay_s))
    return rng.normal(size=len(t)) + envelope * rng.normal(size=len(t)), int(quiet * RATE)


@pytest.mark.parametrize("decay_s", [4.0, 10.0])
def test_the_coda_ends_where_it_is_twice_the_noise(decay_s):
    """sqrt(1 + e^2) = 2: an envelope of sqrt(3), reached after decay x ln(100 / sqrt(3))."""
    trace, begin = coda(decay_s)
    assert coda_duration(trace, RATE, begin) == pytest.approx(decay_s * np.log(100 / np.sqrt(3)), rel=0.1)


def test_what_cannot_be_measured_is_unknown():
    trace, begin = coda()
    assert np.isnan(coda_duration(trace[: begin + 500], RATE, begin))  # cut off
    assert np.isnan(coda_duration(trace[:begin], RATE, begin // 2))  # noise alone
    assert np.isnan(coda_duration(trace, RATE, 3))  # no noise before
    assert np.isnan(coda_duration(np.zeros(5000), RATE, 1000))
