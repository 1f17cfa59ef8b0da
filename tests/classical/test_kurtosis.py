"""The running kurtosis equals that of every window taken alone."""

import numpy as np
import pytest

from onsets.classical.kurtosis import kurtosis, kurtosis_onset
from onsets.errors import ConfigError, WaveformError

from .conftest import RATE_HZ, onset_trace

RNG = np.random.default_rng(0)
NOISE = RNG.standard_normal(4000)
BURST = np.where((np.arange(4000) > 1800) & (np.arange(4000) < 2100), 1e6, 1.0) * NOISE
SIGNALS = {
    "noise": NOISE,
    "offset": NOISE + 1e5,
    "drift": NOISE + 1e4 * np.arange(4000),
    "burst": BURST,
    "heavy tails": np.exp(4 * RNG.standard_normal(4000)),
    "counts": np.round(3 * NOISE),
}


@pytest.mark.parametrize("name", SIGNALS)
@pytest.mark.parametrize("window", [4, 10, 100, 401])
def test_equals_scipy_on_every_window(name, window):
    stats = pytest.importorskip("scipy.stats")
    x = SIGNALS[name]
    windows = np.lib.stride_tricks.sliding_window_view(x, window)
    flat = np.ptp(windows, axis=1) == 0
    expected = stats.kurtosis(np.where(flat[:, None], NOISE[:window], windows), axis=1)
    expected[flat] = 0.0
    values, _ = kurtosis(x, window)
    assert not values[: window - 1].any()
    assert np.max(np.abs(values[window - 1 :] - expected) / np.maximum(1, np.abs(expected))) < 1e-6


def test_equals_scipy_across_chunks():
    stats = pytest.importorskip("scipy.stats")
    x = np.random.default_rng(1).standard_normal(100_000)
    values, _ = kurtosis(x, 400)
    for i in (399, 32_766, 32_767, 33_166, 33_167, 65_936, 99_999):
        assert values[i] == pytest.approx(stats.kurtosis(x[i - 399 : i + 1]), abs=1e-9)


@pytest.mark.parametrize("scale", [1e-300, 1e-100, 1e100, 1e300])
def test_does_not_depend_on_the_unit(scale):
    np.testing.assert_allclose(kurtosis(NOISE * scale, 100)[0], kurtosis(NOISE, 100)[0], atol=1e-9)


@pytest.mark.parametrize("rise", [1, 20])
def test_rises_are_the_positive_part_of_the_difference(rise):
    values, rises = kurtosis(BURST, 100, rise)
    full = 100 + rise - 1
    assert not rises[:full].any()
    expected = np.maximum(values[full:] - values[full - rise : -rise], 0)
    np.testing.assert_array_equal(rises[full:], expected)


@pytest.mark.parametrize("x", [[], [1.0], np.ones(9), np.zeros(500), np.full(500, 7.3)])
def test_odd_input_gives_zeros_and_the_middle(x):
    for row in kurtosis(x, 10, 5):
        assert row.shape == np.shape(x)
        assert not row.any()
    assert kurtosis_onset(x, 10) == len(x) // 2


def test_synthetic_onsets():
    """Amplitude ten times the noise: nine of ten within 0.05 s, all within 0.1 s."""
    errors = []
    for seed in range(60):
        x, onset = onset_trace(seed)
        errors.append(abs(kurtosis_onset(x[onset - 350 : onset + 50], 200) - 350) / RATE_HZ)
    assert max(errors) <= 0.1
    assert np.quantile(errors, 0.9) <= 0.05


def test_wrong_input_is_refused():
    with pytest.raises(ConfigError, match="window is 3"):
        kurtosis(NOISE, 3)
    with pytest.raises(ConfigError, match="rise 0"):
        kurtosis(NOISE, 10, 0)
    with pytest.raises(WaveformError, match="one dimension"):
        kurtosis(np.zeros((2, 50)), 10)
