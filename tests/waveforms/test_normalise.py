import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from onsets.spec import NORMALISATIONS, Spec
from onsets.waveforms import normalise

SPEC = Spec(name="x", network="x", rate_hz=100.0, samples=400, outputs=("P",))
RELATIVE = [name for name in NORMALISATIONS if "-" in name]


def spec_of(normalisation, **changes):
    return dataclasses.replace(SPEC, normalisation=normalisation, **changes)


def windows(seed=0, count=4, samples=400):
    """Windows with an offset, components of different size, as float32."""
    rng = np.random.default_rng(seed)
    data = rng.normal(size=(count, 3, samples)) * [[[3.0], [40.0], [500.0]]] + 70.0
    data = data.astype(np.float32)
    return data, np.ones(data.shape, dtype=bool)


def formula(data, valid, spec):
    """The same in float64 and loops, with the formulas of the docstring."""
    out = np.zeros(data.shape)
    for k in range(len(data)):
        rows = []
        for x, good in zip(data[k].astype(np.float64), valid[k], strict=True):
            row = np.where(good, x, 0.0)
            if spec.demean and good.any():
                row = np.where(good, row - x[good].mean(), 0.0)
            rows.append(row)
        live = [i for i in range(len(rows)) if np.any(rows[i])]
        for i, row in enumerate(rows):
            some = rows[i : i + 1] if spec.normalisation.startswith("component") else [rows[j] for j in live]
            good = valid[k, i : i + 1] if spec.normalisation.startswith("component") else valid[k, live]
            if spec.normalisation == "none":
                scale = 1.0
            elif spec.normalisation == "logistic":
                row, scale = 1 / (1 + np.exp(-row / 1e4)) - 0.5, 1.0
            elif spec.normalisation.endswith("std"):
                scale = np.sqrt(np.sum(np.square(some)) / max(1, np.sum(good)))
            else:
                scale = np.max(np.abs(some)) if len(some) else 0.0
            out[k, i] = row / scale if scale > 0 else 0.0
    return out


@pytest.mark.parametrize("normalisation", NORMALISATIONS)
@pytest.mark.parametrize("demean", [True, False])
def test_every_mode_is_its_formula(normalisation, demean):
    spec, (data, valid) = spec_of(normalisation, demean=demean), windows()
    out = normalise(data, valid, spec)
    assert out.dtype == np.float32
    np.testing.assert_allclose(out, formula(data, valid, spec), rtol=1e-5, atol=2e-5)


@pytest.mark.parametrize("normalisation", NORMALISATIONS)
@pytest.mark.parametrize("demean", [True, False])
def test_gaps_and_absent_components_follow_the_formula(normalisation, demean):
    spec, (data, valid) = spec_of(normalisation, demean=demean), windows(1)
    valid[0, :, 100:250] = False
    valid[1, 2] = False
    valid[2, 0, ::2] = False
    data[~valid] = 0
    np.testing.assert_allclose(normalise(data, valid, spec), formula(data, valid, spec), rtol=1e-5, atol=2e-5)


def test_standard_deviation_and_maximum_are_one():
    data, valid = windows(2)
    by_std = normalise(data, valid, spec_of("component-std"))
    np.testing.assert_allclose(by_std.std(axis=2), 1.0, rtol=1e-5)
    np.testing.assert_allclose(by_std.mean(axis=2), 0.0, atol=1e-5)
    by_max = normalise(data, valid, spec_of("window-max"))
    np.testing.assert_allclose(np.abs(by_max).max(axis=(1, 2)), 1.0, rtol=1e-6)


@pytest.mark.parametrize("normalisation", NORMALISATIONS)
@pytest.mark.parametrize("junk", [1e30, -5.0, np.nan, np.inf])
def test_what_is_masked_is_not_looked_at(normalisation, junk):
    data, valid = windows(3)
    valid[:, :, 50:90] = False
    data[~valid] = 0
    clean = normalise(data, valid, spec_of(normalisation))
    data[~valid] = junk
    np.testing.assert_array_equal(normalise(data, valid, spec_of(normalisation)), clean)
    assert not clean[~valid].any()


def test_a_dead_component_does_not_change_the_scale_of_the_others():
    data, valid = windows(4)
    data[:, 2] = 12.0
    dead = normalise(data, valid, spec_of("window-std"))
    alone = normalise(data[:, :2], valid[:, :2], spec_of("window-std"))
    np.testing.assert_allclose(dead[:, :2], alone, rtol=1e-6)
    assert not dead[:, 2].any()


@pytest.mark.parametrize("normalisation", NORMALISATIONS)
@pytest.mark.parametrize("value", [0.0, 1.0, -3.3e-9, 0.1, 8_388_607.0, 1e-42, 3e38])
def test_constant_windows_become_zeros(normalisation, value):
    data = np.full((2, 3, 400), value, dtype=np.float32)
    data[:, 1] *= np.float32(1 / 3)
    valid = np.ones(data.shape, dtype=bool)
    valid[1, :, :77] = False
    assert not normalise(data, valid, spec_of(normalisation)).any()


@pytest.mark.parametrize("normalisation", NORMALISATIONS)
def test_all_masked_windows_become_zeros(normalisation):
    data, valid = windows(5)
    assert not normalise(data, np.zeros_like(valid), spec_of(normalisation)).any()


@pytest.mark.parametrize("normalisation", RELATIVE)
@pytest.mark.parametrize("demean", [True, False])
@pytest.mark.parametrize("factor", [1e-9, 1e9, 1e-30, 1e30])
def test_the_unit_does_not_matter(normalisation, demean, factor):
    data, valid = windows(6)
    valid[0, 0, :30] = False
    spec = spec_of(normalisation, demean=demean)
    other = normalise(data * np.float32(factor), valid, spec)
    np.testing.assert_allclose(other, normalise(data, valid, spec), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("normalisation", RELATIVE)
def test_a_power_of_two_changes_nothing_at_all(normalisation):
    data, valid = windows(6)
    spec = spec_of(normalisation)
    np.testing.assert_array_equal(
        normalise(data * np.float32(2.0**-40), valid, spec), normalise(data, valid, spec)
    )


def test_a_small_signal_on_a_large_offset_is_kept():
    rng = np.random.default_rng(7)
    signal = np.round(rng.normal(size=(1, 3, 400)) * 20)
    data = (signal + 4_000_000).astype(np.float32)
    out = normalise(data, np.ones(data.shape, bool), spec_of("component-std"))
    expected = (signal - signal.mean(axis=2, keepdims=True)) / signal.std(axis=2, keepdims=True)
    np.testing.assert_allclose(out, expected, atol=0.02)


def test_none_without_a_mean_is_the_window_itself():
    data, valid = windows(8)
    np.testing.assert_array_equal(normalise(data, valid, spec_of("none", demean=False)), data)


@pytest.mark.parametrize("normalisation", RELATIVE)
def test_amplitudes_up_to_the_largest_float(normalisation):
    data, valid = windows(9)
    small = normalise(data, valid, spec_of(normalisation))
    huge = data * np.float32(3e38 / np.abs(data).max())
    np.testing.assert_allclose(normalise(huge, valid, spec_of(normalisation)), small, rtol=1e-4, atol=1e-5)


FLOATS = st.floats(width=32, allow_nan=False, allow_infinity=False)


@given(
    hnp.arrays(np.float32, (2, 3, 12), elements=FLOATS),
    hnp.arrays(np.bool_, (2, 3, 12)),
    st.sampled_from(NORMALISATIONS),
    st.booleans(),
)
def test_finite_in_finite_out(data, valid, normalisation, demean):
    before = data.copy()
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        out = normalise(data, valid, spec_of(normalisation, samples=12, hop_samples=12, demean=demean))
    assert out.shape == data.shape
    assert out.dtype == np.float32
    assert np.isfinite(out).all()
    assert not out[~valid].any()
    np.testing.assert_array_equal(data, before)
    if normalisation == "logistic":
        assert np.abs(out).max() <= 0.5
    if normalisation.endswith("max"):
        assert np.abs(out).max() <= 1.0


@pytest.mark.parametrize("normalisation", NORMALISATIONS)
def test_the_tone_is_added_to_the_first_component_last(normalisation):
    data, valid = windows(10)
    plain = normalise(data, valid, spec_of(normalisation))
    toned = normalise(data, valid, spec_of(normalisation, tone=True))
    np.testing.assert_array_equal(toned[:, 1:], plain[:, 1:])
    tone = np.tile([0.0, 1.0, 0.0, -1.0], 100)
    np.testing.assert_allclose(toned[:, 0], plain[:, 0] + tone.astype(np.float32), rtol=1e-6)


def test_one_component():
    data, valid = windows(11)
    z = normalise(data[:, :1], valid[:, :1], spec_of("window-max", components="Z"))
    np.testing.assert_allclose(np.abs(z).max(axis=2), 1.0)


@pytest.mark.parametrize("normalisation", ["component-std", "window-std"])
@pytest.mark.parametrize("gap", [False, True])
def test_the_unbiased_deviation_is_that_of_numpy(normalisation, gap):
    data, valid = windows()
    if gap:
        valid[:, 1, 100:130] = False
    out = normalise(data, valid, spec_of(normalisation, unbiased=True))
    for k in range(len(data)):
        rows = [np.where(v, x - x[v].mean(), 0) for x, v in zip(data[k].astype(float), valid[k], strict=True)]
        if normalisation == "component-std":
            scale = [np.sqrt((row**2).sum() / (v.sum() - 1)) for row, v in zip(rows, valid[k], strict=True)]
        else:
            scale = [np.sqrt(sum((row**2).sum() for row in rows) / (valid[k].sum() - 1))] * 3
        np.testing.assert_allclose(out[k], np.array(rows) / np.array(scale)[:, None], rtol=1e-5, atol=2e-5)


def test_the_taper_is_a_cosine_of_so_many_samples():
    data, valid = windows()
    plain, tapered = (normalise(data, valid, spec_of("window-std", taper_samples=n)) for n in (0, 6))
    rise = 0.5 * (1 + np.cos(np.linspace(np.pi, 2 * np.pi, 6)))
    np.testing.assert_allclose(tapered[:, :, :6], plain[:, :, :6] * rise, atol=1e-6)
    np.testing.assert_allclose(tapered[:, :, -6:], plain[:, :, -6:] * rise[::-1], atol=1e-6)
    np.testing.assert_array_equal(tapered[:, :, 6:-6], plain[:, :, 6:-6])


@pytest.mark.parametrize("scale", [1e-30, 1e-9, 1.0, 1e9, 1e30])
@pytest.mark.parametrize("normalisation", ["component-std", "window-std", "component-max", "window-max"])
def test_the_short_way_is_the_long_way(scale, normalisation):
    """Windows that are wholly valid take fewer passes; a gap elsewhere must not change a window."""
    data, valid = windows()
    data = (data * np.float32(scale)).astype(np.float32)
    short = normalise(data[:3], valid[:3], spec_of(normalisation))
    valid[3, 0, 5:9] = False
    long = normalise(data, valid, spec_of(normalisation))
    np.testing.assert_allclose(long[:3], short, rtol=1e-5, atol=1e-6)
    assert 0.5 < short.std() < 1.5 if normalisation.endswith("std") else 0.9 < np.abs(short).max() <= 1.00001
