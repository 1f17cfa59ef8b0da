from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onsets.errors import ConfigError
from onsets.spec import Spec
from onsets.types import Record
from onsets.waveforms import filter as filters
from onsets.waveforms.filter import bandpass, in_band, settling_samples


def make(data, valid=None, rate_hz=100.0):
    data = np.atleast_2d(np.asarray(data, dtype=np.float32))
    data = np.broadcast_to(data, (3, data.shape[1])).copy()
    valid = np.ones(data.shape, dtype=bool) if valid is None else valid
    data[~valid] = 0
    return Record("XX.A.", "HH", data, valid, 0, rate_hz, frozenset({"gap"}), ("HHZ", "HHN", "HHE"))


def noise(samples, seed=0, scale=1000.0, offset=500.0):
    rng = np.random.default_rng(seed)
    return (scale * np.cumsum(rng.normal(size=(3, samples)), axis=1) / 10 + offset).astype(np.float32)


def by_obspy(x, low, high, rate, corners, zerophase):
    filter_ = pytest.importorskip("obspy.signal.filter")
    x = x.astype(np.float64)
    return filter_.bandpass(x - x.mean(), low, high, df=rate, corners=corners, zerophase=zerophase)


def assert_near(got, expected, share=1e-6):
    assert np.abs(got - expected).max() <= share * np.abs(expected).max()


@pytest.mark.parametrize("zerophase", [True, False])
@pytest.mark.parametrize(
    ("low", "high", "rate", "corners"),
    [
        (1, 45, 100, 2),
        (0.1, 10, 100, 4),
        (2, 8, 20, 1),
        (10, 90, 500, 3),
        (0.01, 0.05, 1, 2),
        (5, 5.5, 200, 8),
    ],
)
def test_equals_obspy(low, high, rate, corners, zerophase):
    x = noise(20_000)
    got = bandpass(make(x, rate_hz=rate), low, high, corners, zerophase)
    assert got.data.dtype == np.float32
    for row in range(3):
        assert_near(got.data[row], by_obspy(x[row], low, high, rate, corners, zerophase))


@settings(max_examples=30, deadline=None)
@given(
    samples=st.integers(1, 700),
    corners=st.integers(1, 8),
    low=st.floats(1e-3, 0.3),
    width=st.floats(0.02, 0.19),
    zerophase=st.booleans(),
)
def test_sections_of_scipy_sample_by_sample(samples, corners, low, width, zerophase):
    signal = pytest.importorskip("scipy.signal")
    x = noise(samples)[0].astype(np.float64)
    expected = x - x.mean()
    sections = signal.butter(corners, [low, low + width], "band", fs=1.0, output="sos")
    for _ in range(1 + zerophase):
        expected = signal.sosfilt(sections, expected)[:: -1 if zerophase else 1]
    got = bandpass(make(x, rate_hz=1.0), low, low + width, corners, zerophase).data[0]
    assert np.abs(got - expected).max() <= 1e-6 * np.abs(x - x.mean()).max()


@pytest.mark.parametrize(("low", "high", "corners"), [(1, 45, 2), (0.05, 0.2, 2), (3, 4, 5), (0.5, 49.9, 3)])
def test_response_is_butterworths(low, high, corners):
    signal = pytest.importorskip("scipy.signal")
    sections = filters._sections(low / 100, high / 100, corners)
    ours = np.insert(sections, 3, 1.0, axis=1)
    theirs = signal.butter(corners, [low, high], "band", fs=100, output="sos")
    hz = np.concatenate([np.geomspace(low / 30, 49, 400), [low, high]])
    (_, got), (_, expected) = (signal.sosfreqz(sos, hz, fs=100) for sos in (ours, theirs))
    np.testing.assert_allclose(got, expected, atol=1e-8)
    np.testing.assert_allclose(np.abs(got[-2:]), np.sqrt(0.5), rtol=1e-7)


def test_a_sine_in_the_band_stays_and_one_outside_goes():
    t = np.arange(20_000) / 100
    inside, outside = np.sin(2 * np.pi * 7 * t), np.sin(2 * np.pi * 0.05 * t)
    got = bandpass(make(500 * outside + inside + 1e4), 1, 45).data[0, 2000:-2000]
    np.testing.assert_allclose(got, inside[2000:-2000], atol=0.05)


def test_zero_phase_is_symmetric_and_causal_is_not():
    pulse = np.zeros(4001)
    pulse[2000] = 1e6
    both = bandpass(make(pulse), 1, 45).data[0]
    np.testing.assert_allclose(both[1000:-1000], both[::-1][1000:-1000], atol=1e-2)
    once = bandpass(make(pulse), 1, 45, zerophase=False).data[0]
    quiet = np.abs(once[1000:2000]).max()
    assert quiet < 1e-3 * np.abs(once[2000:]).max() < np.abs(both[1000:2000]).max()


def test_each_valid_run_for_itself():
    x, valid = noise(5000), np.ones((3, 5000), dtype=bool)
    valid[0, 1000:1300], valid[0, 4000], valid[1] = False, False, False
    record = make(x, valid)
    got = bandpass(record, 1, 45)
    for start, end in ((0, 1000), (1300, 4000), (4001, 5000)):
        alone = bandpass(make(record.data[0, start:end]), 1, 45).data[0]
        np.testing.assert_array_equal(got.data[0, start:end], alone)
    assert not got.data[~valid].any()
    np.testing.assert_array_equal(got.data[2], bandpass(make(x[2]), 1, 45).data[0])


def test_everything_else_is_kept():
    record = make(noise(300))
    before = record.data.copy()
    got = bandpass(record, 1, 45)
    np.testing.assert_array_equal(record.data, before)
    assert got.valid is record.valid
    for field in dataclasses.fields(Record):
        if field.name not in ("data", "valid"):
            assert getattr(got, field.name) == getattr(record, field.name)


@pytest.mark.parametrize("samples", [0, 1, 2, 63, 64, 65])
def test_short_records(samples):
    x = np.full(samples, 7.0)
    assert not bandpass(make(x), 1, 45).data.any()  # only a mean
    assert bandpass(make(x), 1, 45).data.shape == (3, samples)


def test_long_records_stay_stable():
    """A low corner whose memory is long, over a month at 1 Hz, of data a million times the signal."""
    t = np.arange(2_000_000.0)
    got = bandpass(make(1e6 + np.sin(2 * np.pi * t / 50), rate_hz=1.0), 0.001, 0.1)
    middle = got.data[0, 500_000:1_500_000]
    assert np.isfinite(got.data).all()
    assert np.abs(middle).max() == pytest.approx(1.0, abs=0.05)


@pytest.mark.parametrize(
    ("low", "high", "corners", "message"),
    [
        (0, 45, 2, "cannot filter 0 to 45 Hz"),
        (1, 50, 2, r"< 50 Hz, half the rate of XX\.A\."),
        (5, 5, 2, "expected 0 < low < high"),
        (np.nan, 5, 2, "cannot filter nan"),
        (1, 45, 0, "1 to 8 corners, got 0"),
        (1, 45, 9, "1 to 8 corners, got 9"),
    ],
)
def test_filters_that_cannot_be(low, high, corners, message):
    with pytest.raises(ConfigError, match=message):
        bandpass(make(noise(100)), low, high, corners)


def test_by_the_level_of_its_beginning_a_run_may_go_on():
    """What comes out does not depend on what follows, up to the reach of the backward pass."""
    rng = np.random.default_rng(5)
    data = (rng.standard_normal((3, 6000)) + 50 + np.linspace(0, 20, 6000)).astype(np.float32)
    long = Record("", "", data, np.ones(data.shape, bool), 0, 100.0)
    short = dataclasses.replace(long, data=data[:, :3000], valid=long.valid[:, :3000])
    level = settling_samples(0.7, 45.0, 100.0)
    one, other = (bandpass(some, 0.7, 45.0, level_samples=level).data for some in (long, short))
    np.testing.assert_allclose(other[:, : 3000 - 2 * level], one[:, : 3000 - 2 * level], atol=1e-4)
    assert np.abs(one[:, :level] - bandpass(long, 0.7, 45.0).data[:, :level]).max() > 0.1


def test_after_settling_a_millionth_is_left():
    step = np.ones((3, 4000), np.float32)
    run = Record("", "", step, np.ones(step.shape, bool), 0, 100.0)
    level = settling_samples(0.7, 45.0, 100.0)
    rung = bandpass(run, 0.7, 45.0, zerophase=False, level_samples=1).data
    assert level % 8 == 0
    assert np.abs(rung).max() == 0  # a step from its own level is none
    kick = np.zeros_like(step)
    kick[:, 0] = 1
    rung = bandpass(dataclasses.replace(run, data=kick), 0.7, 45.0, zerophase=False).data
    assert np.abs(rung[:, level:]).max() < 1e-5 < np.abs(rung[:, : level // 4]).max()


@pytest.mark.parametrize("band_hz", [(0.7, 45.0), (2.0, 20.0), (15.0, 15.5)])
def test_of_a_cut_nothing_is_left_two_settlings_away(band_hz):
    """Whatever lies beyond, however far from zero; it is the width of a band that says how long it rings."""
    rng = np.random.default_rng(6)
    data = (rng.standard_normal((3, 12_000)) + np.linspace(1000, 3000, 12_000)).astype(np.float32)
    whole = Record("", "", data, np.ones(data.shape, bool), 0, 100.0)
    level = settling_samples(*band_hz, 100.0)
    cut = dataclasses.replace(whole, data=data[:, 2000:9000], valid=whole.valid[:, 2000:9000])
    one, other = (bandpass(some, *band_hz, level_samples=level).data for some in (whole, cut))
    far, near = slice(2 * level, 7000 - 2 * level), slice(level // 4)
    np.testing.assert_allclose(other[:, far], one[:, 2000:9000][:, far], atol=1e-6)
    assert np.abs(other[:, near] - one[:, 2000:9000][:, near]).max() > 1e-3


def test_the_band_of_a_network():
    spec = Spec(
        name="fake",
        network="fake",
        rate_hz=100.0,
        samples=600,
        hop_samples=300,
        outputs=("N", "P", "S"),
        activation="none",
        normalisation="none",
        thresholds={"P": 0.5, "S": 0.5},
    )
    record = make(noise(2000))
    assert in_band(record, spec) is record
    spec = dataclasses.replace(spec, bandpass_hz=(2.0, 20.0))
    level = settling_samples(2.0, 20.0, record.rate_hz)
    expected = bandpass(record, 2.0, 20.0, level_samples=level).data
    np.testing.assert_array_equal(in_band(record, spec).data, expected)
