"""Running sums equal direct ones and lose no digits."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onsets.classical._running import (
    as_samples,
    check_lengths,
    chunks,
    exponential_average,
    highpass,
    moving_extreme,
    moving_sum,
    unit_scale,
)
from onsets.errors import ConfigError, WaveformError

signals = pytest.importorskip("scipy.signal")


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 400), st.integers(1, 90), st.integers(0, 2**32 - 1))
def test_moving_windows_equal_direct_ones(samples, length, seed):
    x = np.random.default_rng(seed).standard_normal(samples)
    count = max(0, samples - length + 1)
    windows = [x[i : i + length] for i in range(count)]
    np.testing.assert_allclose(moving_sum(x, length), [w.sum() for w in windows], atol=1e-12)
    assert moving_extreme(x, length, np.maximum).tolist() == [w.max() for w in windows]
    assert moving_extreme(x, length, np.minimum).tolist() == [w.min() for w in windows]


def test_a_moving_sum_keeps_its_digits_behind_a_huge_amplitude():
    x = np.random.default_rng(0).random(5000)
    x[1000] = 1e200
    direct = np.lib.stride_tricks.sliding_window_view(x, 100)[1001:].sum(axis=1)
    np.testing.assert_allclose(moving_sum(x, 100)[1001:], direct, rtol=1e-14)


@pytest.mark.parametrize("samples", [0, 1, 63, 65, 2048, 100_000])
@pytest.mark.parametrize("weight", [1.0, 0.2, 1e-3, 1e-6])
def test_exponential_average_equals_scipy(samples, weight):
    x = np.random.default_rng(samples).random(samples)
    expected, _ = signals.lfilter([weight], [1, weight - 1], x, zi=[(1 - weight) * 0.5])
    np.testing.assert_allclose(exponential_average(x, weight, 0.5), expected, rtol=1e-12)


def test_chunks_cover_all_once():
    ranges = list(chunks(100_001, 3))
    assert ranges[0][0] == 0
    assert ranges[-1][1] == 100_001
    assert all(a[1] == b[0] for a, b in pairwise(ranges))


@given(st.floats(-1e300, 1e300), st.integers(1, 5))
def test_unit_scale_is_a_power_of_two_that_brings_the_peak_near_one(value, samples):
    scale = unit_scale(np.full(samples, value))
    assert np.frexp(scale)[0] == 0.5
    if abs(value) > 1e-300:
        assert 0.5 <= abs(value) * scale <= 1


def test_highpass_is_the_two_pole_filter_it_says():
    rate_hz, corner_hz = 100.0, 1.0
    keep = np.exp(-2 * np.pi * corner_hz / rate_hz)
    x = np.zeros(4096)
    x[1000] = 1.0
    section = [keep, -keep], [1, -keep]
    expected = signals.lfilter(*section, signals.lfilter(*section, x))
    np.testing.assert_allclose(highpass(x, rate_hz, corner_hz), expected, atol=1e-14)
    frequencies, gain = signals.freqz(*section, worN=[1.0, 0.1, 10.0], fs=rate_hz)
    decibel = 40 * np.log10(np.abs(gain))
    assert frequencies[0] == 1.0
    assert decibel[0] == pytest.approx(-6, abs=0.6)
    assert decibel[1] < -39
    assert abs(decibel[2]) < 0.7


def test_highpass_leaves_nothing_of_a_constant_and_nothing_before_an_onset():
    assert not highpass(np.full(5000, 123456.7), 100.0, 1.0).any()
    x = np.zeros(500)
    x[300:] = 1.0
    assert not highpass(x, 100.0, 1.0)[:300].any()
    assert highpass(x, 100.0, 0.0).mean() == pytest.approx(0, abs=1e-15)
    assert len(highpass(np.zeros(0), 100.0, 1.0)) == 0


def test_wrong_input_is_refused():
    with pytest.raises(WaveformError, match="one dimension"):
        as_samples([[1.0, 2.0]])
    with pytest.raises(ConfigError, match="1 <= short <= long"):
        check_lengths(5, 4)
