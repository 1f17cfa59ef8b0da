"""The Baer-Kradolfer picker picks where ObsPy's does."""

from itertools import pairwise

import numpy as np
import pytest

from onsets.classical._running import highpass
from onsets.classical.baer import baer_curve, baer_onset, sustained
from onsets.errors import ConfigError, WaveformError

from .conftest import RATE_HZ, onset_trace


def pk_baer(x, threshold):
    trigger = pytest.importorskip("obspy.signal.trigger")
    return trigger.pk_baer(x.astype(np.float32), 100, 20, 60, threshold, 2 * threshold, 200, 100)[0]


@pytest.mark.parametrize("amplitude", [10.0, 30.0, 100.0])
def test_equals_obspy_on_synthetic_onsets(amplitude):
    """Half of the picks within 3 samples of ObsPy's, nine of ten within 6; ours follow the truth."""
    apart, late = [], []
    for seed in range(60):
        x, onset = onset_trace(seed, amplitude=amplitude)
        found = baer_onset(x, RATE_HZ)
        assert found is not None
        apart.append(abs(found - pk_baer(x, 10.0)))
        late.append(found - onset)
    assert np.median(apart) <= 3
    assert np.quantile(apart, 0.9) <= 6
    assert -10 <= min(late) <= max(late) <= 6


def test_equals_obspy_and_ar_pick_on_the_example_earthquake(rjob, ar_pick_p_s):
    x = highpass(rjob.data[0].astype(np.float64), RATE_HZ, 1.0)
    found = baer_onset(x, RATE_HZ)
    assert abs(found - pk_baer(x, 10.0)) <= 3
    assert found / RATE_HZ == pytest.approx(ar_pick_p_s, abs=0.05)


def test_curve_equals_its_definition_within_one_update():
    """With one update as long as the preset, the first curve values follow from the preset alone."""
    x = np.random.default_rng(1).standard_normal(600)
    slope = np.diff(x, prepend=x[0])
    factor = np.sum(x[:200] ** 2) / np.sum(slope[:200] ** 2)
    watched = (x**2 + factor * slope**2) ** 2
    expected = (watched - watched[:200].mean()) / watched[:200].std()
    got = baer_curve(x, RATE_HZ, preset_s=2.0, update_s=2.0)
    assert not got[:200].any()
    np.testing.assert_allclose(got[200:400], expected[200:400], rtol=1e-9, atol=1e-9)


def test_statistics_do_not_learn_an_event_but_a_lasting_change():
    x = np.random.default_rng(2).standard_normal(60_000)
    event = x.copy()
    event[10_000:10_500] *= 100
    quiet, after = (baer_curve(y, RATE_HZ)[11_000:13_000] for y in (x, event))
    assert np.median(np.abs(after - quiet)) < 0.3
    louder = np.where(np.arange(60_000) < 10_000, 1.0, 5.0) * x
    curve = baer_curve(louder, RATE_HZ)
    assert np.mean(curve[10_000:10_100] > 20) > 0.5
    assert np.mean(curve[50_000:] > 20) < 0.01


@pytest.mark.parametrize("scale", [1e-300, 1e-50, 1e50, 1e300])
def test_does_not_depend_on_the_unit(scale):
    x, _ = onset_trace(1)
    np.testing.assert_allclose(baer_curve(x * scale, RATE_HZ), baer_curve(x, RATE_HZ), rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("x", [[], [1.0], np.zeros(2000), np.full(2000, 7.3), np.ones(150)])
def test_odd_input_gives_zeros_and_no_onset(x):
    curve = baer_curve(x, RATE_HZ)
    assert curve.shape == np.shape(x)
    assert not curve.any()
    assert baer_onset(x, RATE_HZ) is None


def test_a_dead_start_stays_finite():
    x, onset = onset_trace(3)
    x[:1000] = 0.0
    assert np.isfinite(baer_curve(x, RATE_HZ)).all()
    assert np.isfinite(baer_curve(np.where(np.arange(3000) < onset, 0.0, x), RATE_HZ)).all()


def test_noise_has_no_onset():
    assert baer_onset(np.random.default_rng(4).standard_normal(100_000), RATE_HZ) is None


def direct(curve, up, down):
    """Follow the state machine: a level is held if no break below it reaches ``down`` samples."""
    out = np.zeros(len(curve))
    for level in np.unique(curve):
        above = curve >= level
        inside = np.flatnonzero(above)
        for a, b in pairwise(inside):
            if b - a - 1 < down:
                above[a:b] = True
        for i in range(len(curve) - up + 1):
            if above[i : i + up].all():
                out[i] = max(out[i], level)
    return out


@pytest.mark.parametrize(("up", "down"), [(1, 1), (5, 1), (1, 4), (6, 3), (30, 10), (60, 1)])
def test_sustained_equals_the_state_machine(up, down):
    curve = np.random.default_rng(up).integers(0, 6, 50).astype(np.float64)
    assert sustained(curve, up, down).tolist() == direct(curve, up, down).tolist()


def test_wrong_input_is_refused():
    x = np.zeros(1000)
    for name in ("preset_s", "memory_s", "second_threshold", "update_s", "counted_as"):
        with pytest.raises(ConfigError, match=name):
            baer_curve(x, RATE_HZ, **{name: 0.0})
    for name in ("threshold", "up_s", "down_s", "preset_s"):
        with pytest.raises(ConfigError, match=name):
            baer_onset(x, RATE_HZ, **{name: -1.0})
    with pytest.raises(WaveformError, match="one dimension"):
        baer_curve(np.zeros((2, 500)), RATE_HZ)
