"""AIC agrees with ObsPy's; both onsets find what was put in."""

import numpy as np
import pytest

from onsets.classical._running import highpass
from onsets.classical.aic import aic, aic_onset, ar_aic_onset
from onsets.errors import ConfigError, WaveformError

from .conftest import RATE_HZ, onset_trace


def noise(samples):
    return np.random.default_rng(samples).standard_normal(samples)


@pytest.mark.parametrize("x", [noise(3), noise(50), noise(5000), noise(800) + 1e6, np.arange(90.0)])
def test_equals_obspy(x):
    trigger = pytest.importorskip("obspy.signal.trigger")
    expected = trigger.aic_simple(x)
    assert np.max(np.abs(aic(x) - expected) / np.maximum(1, np.abs(expected))) < 1e-6


def test_equals_obspy_on_the_example_earthquake(rjob):
    trigger = pytest.importorskip("obspy.signal.trigger")
    np.testing.assert_allclose(aic(rjob.data[0]), trigger.aic_simple(rjob.data[0]), rtol=1e-6)


def test_a_unit_only_shifts_it():
    x, _ = onset_trace(0)
    shift = (len(x) - 1) * 2 * np.log(1e-200)
    np.testing.assert_allclose(aic(x * 1e-200)[1:-2], aic(x)[1:-2] + shift, rtol=1e-12)


@pytest.mark.parametrize(("find", "worst_s"), [(aic_onset, 0.1), (ar_aic_onset, 0.15)])
def test_synthetic_onsets(find, worst_s):
    """Amplitude ten times the noise: nine of ten within 0.05 s, all within the worst."""
    errors = []
    for seed in range(60):
        x, onset = onset_trace(seed)
        errors.append(abs(find(x[onset - 250 : onset + 150]) - 250) / RATE_HZ)
    assert max(errors) <= worst_s
    assert np.quantile(errors, 0.9) <= 0.05


def test_ar_aic_sees_a_change_of_frequency_that_aic_cannot():
    t = np.arange(400)
    x = 0.05 * np.random.default_rng(1).standard_normal(400)
    x += np.where(t < 230, np.sin(2.5 * t), np.sin(0.4 * t))
    assert abs(ar_aic_onset(x, 6) - 230) <= 8
    assert abs(aic_onset(x) - 230) > 30


@pytest.mark.parametrize("order", [2, 4, 8])
@pytest.mark.parametrize(("first", "last"), [(200, 600), (300, 570), (400, 540)])
def test_ar_aic_equals_ar_pick_on_the_example_earthquake(rjob, ar_pick_p_s, order, first, last):
    for trace in (rjob.data[0].astype(np.float64), highpass(rjob.data[0].astype(np.float64), RATE_HZ, 1.0)):
        found = first + ar_aic_onset(trace[first:last], order)
        assert found / RATE_HZ == pytest.approx(ar_pick_p_s, abs=0.1)


def test_ar_aic_equals_ar_pick_on_synthetic_onsets():
    """Both within 0.1 s of the truth, hence within 0.2 s of each other."""
    trigger = pytest.importorskip("obspy.signal.trigger")
    for seed in range(10):
        x, onset = onset_trace(seed, amplitude=20.0)
        theirs = trigger.ar_pick(x, x, x, RATE_HZ, 1.0, 20.0, 1.0, 0.1, 4.0, 1.0, 2, 8, 0.1, 0.2, False)[0]
        ours = (onset - 300 + ar_aic_onset(x[onset - 300 : onset + 200])) / RATE_HZ
        assert ours == pytest.approx(onset / RATE_HZ, abs=0.1)
        assert theirs == pytest.approx(onset / RATE_HZ, abs=0.1)


@pytest.mark.parametrize("x", [[], [1.0], [1.0, 2.0], np.zeros(60), np.full(60, 7.1)])
def test_odd_input_gives_finite_values_and_the_middle(x):
    assert np.isfinite(aic(x)).all()
    assert aic_onset(x) == ar_aic_onset(x) == len(x) // 2


def test_dead_samples_before_the_onset_are_no_trouble():
    x = np.concatenate((np.zeros(50), noise(50)))
    assert np.isfinite(aic(x)).all()
    assert aic_onset(x) == 50
    assert abs(ar_aic_onset(x) - 50) <= 1


def test_the_ends_are_guarded():
    x = noise(200)
    x[:3] *= 1e-6
    assert aic_onset(x, guard=0) == 3
    assert 40 < aic_onset(x, guard=40) <= 160
    assert 10 < aic_onset(x) <= 190


def test_wrong_input_is_refused():
    x = noise(100)
    with pytest.raises(WaveformError, match="one dimension"):
        aic(np.zeros((2, 5)))
    with pytest.raises(ConfigError, match="guard"):
        aic_onset(x, guard=-1)
    with pytest.raises(ConfigError, match="order"):
        ar_aic_onset(x, order=0)
    with pytest.raises(ConfigError, match="noise is 3"):
        ar_aic_onset(x, noise=3)
    with pytest.raises(ConfigError, match="signal is 101"):
        ar_aic_onset(x, signal=101)
