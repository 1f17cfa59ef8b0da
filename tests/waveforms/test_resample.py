"""The filter does what it states: flat, no alias, no delay, any ratio."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from scipy.signal import resample_poly

from onsets.errors import WaveformError
from onsets.types import Record
from onsets.waveforms import interpolate, resample


def record_of(data: np.ndarray, rate_hz: float) -> Record:
    data = np.atleast_2d(data).astype(np.float32)
    full = np.zeros((3, data.shape[1]), dtype=np.float32)
    full[: len(data)] = data
    valid = np.zeros(full.shape, dtype=bool)
    valid[: len(data)] = True
    return Record("XX.ABC.", "HH", full, valid, 123, rate_hz)


@pytest.mark.parametrize(
    ("rate", "to"), [(200, 100), (125, 100), (250, 100), (40, 100), (2000, 100), (99.999, 100)]
)
@pytest.mark.parametrize("share", [0.02, 0.4, 0.82])
def test_a_sine_in_the_pass_band_comes_out_without_delay(rate: float, to: float, share: float) -> None:
    hz = share * min(rate, to) / 2
    t = np.arange(round(60 * rate)) / rate
    out = resample(record_of(np.sin(2 * np.pi * hz * t + 0.3), rate), to)
    want = np.sin(2 * np.pi * hz * np.arange(out.samples) / to + 0.3)
    inside = slice(round(3 * to), -round(3 * to))
    assert np.abs(out.data[0] - want)[inside].max() < 1e-3
    assert (out.start_ns, out.rate_hz, "resampled" in out.flags) == (123, to, True)


@pytest.mark.parametrize(("rate", "to"), [(200, 100), (125, 100), (2000, 100)])
def test_what_would_alias_is_at_least_60_db_down(rate: float, to: float) -> None:
    hz = 1.02 * to / 2
    out = resample(record_of(np.sin(2 * np.pi * hz * np.arange(round(60 * rate)) / rate), rate), to)
    assert np.abs(out.data[0, 300:-300]).max() < 1e-3


def test_noise_agrees_with_scipy_below_the_transition() -> None:
    rng = np.random.default_rng(0)
    x = resample_poly(rng.normal(size=5000), 8, 1)  # band-limited to 1/8 of Nyquist
    ours = interpolate(x, 0, Fraction(5, 2), 16_000)
    theirs = resample_poly(x, 2, 5, window=("kaiser", 9.0))
    assert np.abs(ours - theirs)[500:-500].max() < 2e-3 * np.abs(theirs).max()


@pytest.mark.parametrize("shift", [0.1, 0.5, 0.93])
def test_sub_sample_shift(shift: float) -> None:
    n = np.arange(4000)
    out = interpolate(np.sin(0.2 * np.pi * n), shift, 1, 4000)
    assert np.abs(out - np.sin(0.2 * np.pi * (n + shift)))[100:-100].max() < 1e-4


def test_a_constant_stays_and_a_ramp_goes_on_to_the_ends() -> None:
    assert np.allclose(interpolate(np.full(500, 7.0), 0, 2, 250), 7.0)
    ramp = interpolate(np.arange(1000.0), 0, 2, 500)
    assert np.abs(ramp - np.arange(0, 1000, 2)).max() < 0.05


@pytest.mark.parametrize("n", [0, 1, 2, 5, 40])
def test_short_input(n: int) -> None:
    out = interpolate(np.ones(n), 0, 0.5, 2 * n)
    assert out.shape == (2 * n,) and np.allclose(out, 1.0)


def test_one_hertz_to_one_hundred() -> None:
    out = resample(record_of(np.sin(2 * np.pi * 0.05 * np.arange(600)), 1.0), 100.0)
    want = np.sin(2 * np.pi * 0.05 * np.arange(out.samples) / 100)
    assert out.samples == 59_901
    assert np.abs(out.data[0] - want)[5000:-5000].max() < 1e-3


def test_gaps_are_carried_over_and_do_not_ring() -> None:
    x = np.full(20_000, 1000.0)
    record = record_of(x, 200.0)
    record.valid[0, 8000:9000] = False
    record.data[0, 8000:9000] = 0
    out = resample(record, 100.0)
    assert not out.valid[0, 4001:4499].any() and out.valid[0, :3999].all() and out.valid[0, 4501:].all()
    assert np.abs(out.data[0][out.valid[0]] - 1000).max() < 1e-3
    assert (out.data[0][~out.valid[0]] == 0).all()


def test_the_same_rate_returns_the_same_object() -> None:
    record = record_of(np.zeros(10), 100.00001)
    assert resample(record, 100.0) is record


@pytest.mark.parametrize("rate", [0.0, -5.0, float("nan"), float("inf")])
def test_an_impossible_rate_is_an_error(rate: float) -> None:
    with pytest.raises(WaveformError, match=r"XX\.ABC"):
        resample(record_of(np.zeros(10), 100.0), rate)
