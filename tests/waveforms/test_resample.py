"""The filter does what it states: flat, no alias, no delay, any ratio."""

from __future__ import annotations

import itertools
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import resample_poly

from onsets.errors import WaveformError
from onsets.types import Record
from onsets.waveforms import interpolate, resample
from onsets.waveforms.resample import true_runs


def record_of(data: np.ndarray, rate_hz: float) -> Record:
    data = np.atleast_2d(data).astype(np.float32)
    full = np.zeros((3, data.shape[1]), dtype=np.float32)
    full[: len(data)] = data
    valid = np.zeros(full.shape, dtype=bool)
    valid[: len(data)] = True
    return Record("XX.ABC.", "HH", full, valid, 123, rate_hz)


@pytest.mark.parametrize(
    ("rate", "to"),
    [
        *[(200, 100), (125, 100), (250, 100), (40, 100), (2000, 100), (100, 128), (33.37, 100)],
        *[(99.999, 100), (100.003, 100), (201.37, 100), (2000.01, 100)],
    ],
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


@pytest.mark.parametrize(("rate", "to"), [(200, 100), (125, 100), (2000, 100), (201.37, 100), (2000.01, 100)])
@pytest.mark.parametrize("share", [1.0, 1.02, 1.1, 1.24])
def test_what_would_alias_is_80_db_down(rate: float, to: float, share: float) -> None:
    hz = share * to / 2
    out = resample(record_of(np.sin(2 * np.pi * hz * np.arange(round(60 * rate)) / rate), rate), to)
    assert np.abs(out.data[0, 300:-300]).max() < 1e-4


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


@pytest.mark.parametrize(
    ("rate", "to", "n"), [(200, 100, 1001), (125, 100, 10_800), (1, 100, 5), (40, 100, 7)]
)
def test_the_last_value_is_the_last_that_samples_reach(rate: float, to: float, n: int) -> None:
    out = resample(record_of(np.zeros(n), rate), to)
    last = Fraction(out.samples - 1) / Fraction(to)
    assert last <= Fraction(n - 1) / Fraction(rate) < last + 1 / Fraction(to)
    assert out.valid[0].all() and not out.valid[1].any()


@pytest.mark.parametrize(("rate", "to"), [(125, 100), (99.999, 100), (100, 50)])
def test_each_run_stands_for_itself(rate: float, to: float) -> None:
    """A run's values do not depend on what is before and after it."""
    x = np.random.default_rng(0).normal(size=9000)
    record = record_of(x, rate)
    for a, b in ((0, 17), (2000, 2001), (5003, 5500), (8990, 9000)):
        record.valid[0, a:b] = False
    kept = resample(record, to)
    record.data[0, ~record.valid[0]] = 1e9
    again = resample(record, to)
    assert np.array_equal(kept.valid, again.valid)
    assert np.array_equal(kept.data, again.data)
    clean = resample(record_of(x, rate), to).data[0]
    inner = slice(round(3000 * to / rate), round(4000 * to / rate))
    assert np.abs(kept.data[0] - clean)[inner].max() < 1e-4


@pytest.mark.parametrize("step", [0.5, 2, 1.00001, 20.003])
def test_the_largest_numbers_stay_numbers(step: float) -> None:
    x = np.random.default_rng(0).choice([-3.4e38, 3.4e38], 4000).astype(np.float32)
    out = interpolate(x, 0.25, step, round(3900 / step))
    assert np.isfinite(out).all() and np.abs(out).max() > 3e37


@pytest.mark.parametrize("unit", [1e-12, 1.0, 1e12, 1e33])
@pytest.mark.parametrize("step", [1.25, 0.99999])
def test_the_unit_does_not_matter(unit: float, step: float) -> None:
    x = np.random.default_rng(0).normal(size=2000)
    out, one = (interpolate(unit * x, 3.3, step, 1500), interpolate(x, 3.3, step, 1500))
    assert np.allclose(out / unit, one, atol=2e-5)


def test_a_large_offset_does_not_drown_the_signal() -> None:
    x = (8e6 + np.random.default_rng(0).integers(-50, 50, 4000)).astype(np.float32)
    out = interpolate(x, 0, 1.25, 3000)
    small = interpolate(x - np.float32(8e6), 0, 1.25, 3000)
    assert np.abs(out.astype(np.float64) - 8e6 - small).max() < 0.6  # float32 has halves at 8e6


@settings(max_examples=100, deadline=None)
@given(
    n=st.integers(1, 300),
    start=st.floats(-100, 400),
    step=st.one_of(st.floats(0.01, 50), st.fractions(Fraction(1, 100), 50, max_denominator=300)),
    count=st.integers(0, 300),
)
def test_any_place_and_step(n: int, start: float, step: float, count: int) -> None:
    """A straight line, which its odd continuation prolongs, is found everywhere near the samples."""
    out = interpolate(np.linspace(-1, 1, n), start, step, count)
    assert out.shape == (count,) and out.dtype == np.float32
    places = start + float(step) * np.arange(count)
    near = (places >= 0) & (places <= n - 1)
    if n > 1 and float(step) <= 1:
        assert np.abs(out - (2 * places / (n - 1) - 1))[near].max(initial=0) < 0.2
    assert np.isfinite(out).all()


def test_too_long_a_record_is_an_error() -> None:
    with pytest.raises(WaveformError, match="samples"):
        resample(record_of(np.zeros(1000), 1e-6), 1000.0)


def test_an_empty_record() -> None:
    out = resample(record_of(np.zeros((1, 0)), 50.0), 100.0)
    assert out.data.shape == (3, 0)


@given(st.lists(st.booleans(), max_size=30))
def test_true_runs(mask: list[bool]) -> None:
    runs = true_runs(np.array(mask, dtype=bool)).tolist()
    again = [False] * len(mask)
    for a, b in runs:
        again[a:b] = [True] * (b - a)
    assert again == mask
    assert all(b < c for (_, b), (c, _) in itertools.pairwise(runs))
