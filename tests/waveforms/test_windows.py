import dataclasses

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from onsets.spec import Spec
from onsets.types import Record
from onsets.waveforms import Stack, cut, window_starts

BASE = Spec(name="x", network="x", rate_hz=100.0, samples=64, outputs=("Z", "N", "E"))


def spec_of(**changes):
    return Spec(
        **{**{f.name: getattr(BASE, f.name) for f in dataclasses.fields(Spec)}, "hop_samples": 0, **changes}
    )


def record_of(samples, seed=0, valid=None):
    """Whole numbers, which float32 adds and divides without rounding."""
    data = np.random.default_rng(seed).integers(1, 1000, size=(3, samples)).astype(np.float32)
    valid = np.ones(data.shape, bool) if valid is None else valid
    return Record("XX.ABC.", "HH", data * valid, valid, 0, 100.0)


def through(record, spec, batch=3):
    """Cut, do nothing, stack."""
    stack = Stack(record.samples, len(spec.components), spec)
    for windows in cut(record, spec, batch):
        stack.add(windows.starts, windows.data[:, :, :: spec.segment_samples])
    return stack.settle()


@st.composite
def specs(draw, stackings=("mean", "max")):
    segment = draw(st.sampled_from([1, 8]))
    samples = draw(st.integers(segment, 40 * segment))
    blinding = draw(st.integers(0, (samples - 1) // 2))
    most = (samples - 2 * blinding) // segment
    assume(most > 0)
    return spec_of(
        samples=samples,
        segment_samples=segment,
        blinding_samples=blinding,
        hop_samples=draw(st.integers(1, most)) * segment,
        stacking=draw(st.sampled_from(stackings)),
    )


@given(specs(), st.integers(1, 200), st.integers(1, 7))
def test_windows_put_together_are_the_record(spec, length, batch):
    record = record_of(length)
    values, spoke = through(record, spec, batch)
    assert spoke.all()
    np.testing.assert_allclose(values, record.data[:, :: spec.segment_samples], rtol=1e-6)


@given(specs(stackings=("max",)), st.integers(1, 200))
def test_the_highest_of_equals_is_exact(spec, length):
    record = record_of(length)
    np.testing.assert_array_equal(through(record, spec)[0], record.data[:, :: spec.segment_samples])


@pytest.mark.parametrize("segment", [1, 8])
@pytest.mark.parametrize("blinding", [0, 8])
@pytest.mark.parametrize("hop", [8, 24, 32, 48])
@pytest.mark.parametrize("length", [1, 7, 63, 64, 65, 127, 128, 129, 333, 512])
@pytest.mark.parametrize("stacking", ["mean", "max"])
def test_a_whole_number_is_put_together_exactly(segment, blinding, hop, length, stacking):
    spec = spec_of(segment_samples=segment, blinding_samples=blinding, hop_samples=hop, stacking=stacking)
    record = record_of(length)
    values, spoke = through(record, spec)
    assert spoke.all()
    np.testing.assert_array_equal(values, record.data[:, ::segment])


@given(specs(), st.integers(0, 400))
def test_starts_cover_the_record_and_nothing_else(spec, length):
    starts = window_starts(length, spec)
    assert starts[0] == 0
    assert (np.diff(starts) > 0).all()
    assert (np.diff(starts) <= spec.hop_samples).all()
    assert (starts % spec.anchor_samples == 0).all()
    assert spec.anchor_samples % spec.segment_samples == 0
    assert starts[-1] + spec.samples >= length
    assert starts[-1] + spec.samples - max(length, spec.samples) < spec.anchor_samples


def test_ends_of_the_record_are_heard_in_spite_of_blinding():
    spec = spec_of(blinding_samples=20, hop_samples=16)
    stack = Stack(200, 1, spec)
    for windows in cut(record_of(200), spec):
        voice = np.full((len(windows), 1, 64), 0.5, dtype=np.float32)
        voice[:, :, :20] = voice[:, :, -20:] = 9.0  # what should not count
        stack.add(windows.starts, voice)
    values, spoke = stack.settle()
    assert spoke.all()
    assert (values[0, :16] == 9.0).all()
    assert (values[0, -12:] == 9.0).all()  # the last window reaches 8 samples beyond
    assert (values[0, 20:-20] == 0.5).all()


def test_a_short_record_is_padded_and_says_so():
    record = record_of(10)
    (windows,) = cut(record, spec_of())
    assert windows.data.shape == (1, 3, 64)
    assert windows.starts.tolist() == [0]
    np.testing.assert_array_equal(windows.data[0, :, :10], record.data)
    assert not windows.data[0, :, 10:].any()
    assert windows.valid[0, :, :10].all()
    assert not windows.valid[0, :, 10:].any()


def test_windows_without_a_valid_sample_are_left_out():
    valid = np.ones((3, 640), dtype=bool)
    valid[:, 64:256] = False
    record = record_of(640, valid=valid)
    starts = np.concatenate([windows.starts for windows in cut(record, spec_of())])
    assert starts.tolist() == [0, 256, 320, 384, 448, 512, 576]
    values, spoke = through(record, spec_of())
    assert spoke.tolist() == valid[0].tolist()
    np.testing.assert_array_equal(values, record.data)


def test_only_the_components_of_the_spec_count():
    valid = np.ones((3, 128), dtype=bool)
    valid[0, :64] = False
    record = record_of(128, valid=valid)
    (windows,) = cut(record, spec_of(components="Z"))
    assert windows.starts.tolist() == [64]
    assert windows.data.shape == (1, 1, 64)


def test_components_are_in_the_order_of_the_spec():
    record = record_of(64)
    (windows,) = cut(record, spec_of(components="ENZ"))
    np.testing.assert_array_equal(windows.data[0], record.data[::-1])


@pytest.mark.parametrize(("batch", "sizes"), [(1, [1] * 5), (2, [2, 2, 1]), (5, [5]), (9, [5])])
def test_windows_come_in_batches(batch, sizes):
    assert [len(windows) for windows in cut(record_of(320), spec_of(), batch)] == sizes


def test_windows_of_a_whole_record_are_views_of_it_and_read_only():
    record = record_of(336)
    spec = spec_of(hop_samples=48)
    parts = list(cut(record, spec, 3))
    assert np.shares_memory(parts[0].data, record.data) and not parts[0].data.flags.writeable
    for windows in parts:
        for one, start in zip(windows.data, windows.starts, strict=True):
            np.testing.assert_array_equal(one, record.data[:, start : start + 64])
        assert windows.valid.all() and windows.valid.shape == windows.data.shape


def test_an_empty_record_has_no_windows_and_an_empty_curve():
    record = record_of(0)
    assert list(cut(record, spec_of())) == []
    values, spoke = through(record, spec_of())
    assert not values.any()
    assert not spoke.any()


def test_overlapping_windows_are_averaged():
    spec = spec_of(hop_samples=32)
    stack = Stack(96, 1, spec)
    stack.add(np.array([0, 32]), np.stack([np.full((1, 64), v, np.float32) for v in (0.2, 0.6)]))
    values, _ = stack.settle()
    np.testing.assert_allclose(values[0], np.repeat([0.2, 0.4, 0.6], 32), rtol=1e-6)
    assert stack.settle()[0].shape == (1, 0)  # nothing is left


@pytest.mark.parametrize("stacking", ["mean", "max"])
def test_values_that_are_taken_out_early_are_those_of_the_whole(stacking):
    spec, rng = spec_of(hop_samples=24, stacking=stacking, blinding_samples=8), np.random.default_rng(3)
    starts = window_starts(500, spec)
    values = rng.random((len(starts), 2, 64)).astype(np.float32)
    whole = Stack(500, 2, spec)
    whole.add(starts, values)
    bit, parts = Stack(500, 2, spec), []
    for k, start in enumerate(starts):
        parts.append(bit.settle(int(start))[0])
        bit.add(starts[k : k + 1], values[k : k + 1])
        assert bit.total.shape[1] <= 128
    parts.append(bit.settle()[0])
    np.testing.assert_array_equal(np.concatenate(parts, axis=1), whole.settle()[0])


def test_the_highest_of_overlapping_windows_is_kept_even_below_zero():
    spec = spec_of(hop_samples=32, stacking="max")
    stack = Stack(128, 1, spec)
    stack.add(np.array([0, 32]), np.stack([np.full((1, 64), v, np.float32) for v in (-0.2, -0.6)]))
    values, spoke = stack.settle()
    np.testing.assert_allclose(values[0], np.repeat([-0.2, -0.2, -0.6, 0.0], 32), rtol=1e-6)
    assert spoke.tolist() == [True] * 96 + [False] * 32


def test_offsets_go_with_the_window_that_said_most():
    spec = spec_of(output_kind="per_segment", segment_samples=32, hop_samples=32, stacking="max")
    one = np.array([[0.9, 0.1], [0.3, 0.3], [5.0, 6.0], [7.0, 8.0]], dtype=np.float32)
    two = np.array([[0.4, 0.1], [0.2, 0.3], [1.0, 2.0], [3.0, 4.0]], dtype=np.float32)
    stack = Stack(96, 4, spec)
    stack.add(np.array([0, 32]), np.stack([one, two]))
    expected = [[0.9, 0.4, 0.1], [0.3, 0.3, 0.3], [5, 1, 2], [7, 8, 4]]
    np.testing.assert_allclose(stack.settle()[0], expected, rtol=1e-6)
