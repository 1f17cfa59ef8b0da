import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special

from onsets.errors import SpecError
from onsets.picking import annotate, decode
from onsets.picking.annotate import probabilities
from onsets.runtime import FakeRunner
from onsets.waveforms import in_band
from tests.picking.conftest import SPEC, START_NS, pulse, record_of

RAW = dataclasses.replace(SPEC, normalisation="none")
SEGMENTS = dataclasses.replace(
    RAW, output_kind="per_segment", segment_samples=8, samples=960, hop_samples=480
)
WINDOWED = dataclasses.replace(RAW, output_kind="per_window", hop_samples=100)


def whole(rng_seed=0, samples=3333):
    """Values between 0 and 1 that float32 adds without rounding."""
    return record_of(np.random.default_rng(rng_seed).integers(0, 256, (3, samples)) / 256)


def rows(batch):
    """A network that says what it hears: Z as P, N as S."""
    return (batch[:, :2],)


# a value a sample


@pytest.mark.parametrize("batch", [1, 3, 32])
@pytest.mark.parametrize("samples", [1, 999, 1000, 1001, 3333, 5000])
def test_a_value_a_sample_stands_at_its_sample(batch, samples):
    record = whole(samples=samples)
    curve = annotate(record, FakeRunner(rows), RAW, batch)
    np.testing.assert_array_equal(curve.values, record.data[:2])
    assert (curve.labels, curve.rate_hz, curve.start_ns) == (("P", "S"), 100.0, START_NS)
    assert (curve.kind, curve.model, curve.offsets_s) == ("probability", "fake", None)
    assert (curve.station_id, curve.channel_prefix) == ("XX.ABC.", "HH")
    assert curve.values.dtype == np.float32


def test_the_network_hears_normalised_windows():
    heard = []

    def listen(batch):
        heard.append(batch.copy())
        return rows(batch)

    annotate(record_of(np.full((3, 2500), 40.0)), FakeRunner(listen), SPEC)
    assert [batch.shape for batch in heard] == [(4, 3, 1000)]
    assert np.abs(heard[0]).max() == 1.0
    assert heard[0].dtype == np.float32


def test_the_order_of_the_components_is_that_of_the_spec():
    record = whole()
    curve = annotate(record, FakeRunner(rows), dataclasses.replace(RAW, components="ENZ"))
    np.testing.assert_array_equal(curve.values, record.data[[2, 1]])


def test_noise_makes_no_row():
    spec = dataclasses.replace(RAW, outputs=("N", "P", "S"), activation="softmax", thresholds={})

    def certain(batch):
        logits = np.zeros((len(batch), 3, 1000), np.float32)
        logits[:, 2] = 30
        return (logits,)

    curve = annotate(whole(), FakeRunner(certain), spec)
    assert curve.labels == ("P", "S")
    np.testing.assert_allclose(curve.row("S"), 1.0)
    np.testing.assert_allclose(curve.row("P"), 0.0, atol=1e-12)


def test_a_gap_is_zero():
    valid = np.ones((3, 3000), dtype=bool)
    valid[:, 1200:1300] = False
    valid[0, 500:600] = False
    curve = annotate(record_of(np.ones((3, 3000)), valid=valid), FakeRunner(constant), RAW)
    assert not curve.values[:, 1200:1300].any()
    assert (np.delete(curve.values, np.arange(1200, 1300), axis=1) == 0.5).all()


def constant(batch):
    return (np.full((len(batch), 2, batch.shape[2]), 0.5, np.float32),)


def test_a_gap_of_the_components_the_network_hears_is_zero():
    valid = np.ones((3, 3000), dtype=bool)
    valid[0, 1200:1300] = False
    record = record_of(np.ones((3, 3000)), valid=valid)
    curve = annotate(record, FakeRunner(constant), dataclasses.replace(RAW, components="Z"))
    assert not curve.values[:, 1200:1300].any()
    assert (curve.values[:, 1300:] == 0.5).all()


def test_windows_of_gaps_are_not_run():
    valid = np.ones((3, 9000), dtype=bool)
    valid[:, 1000:8000] = False
    sizes = []

    def count(batch):
        sizes.append(len(batch))
        return constant(batch)

    curve = annotate(record_of(np.ones((3, 9000)), valid=valid), FakeRunner(count), RAW)
    assert sum(sizes) == 4
    assert (curve.values != 0).all(axis=0).tolist() == valid[0].tolist()


@pytest.mark.parametrize("samples", [0, 700])
def test_a_record_without_a_valid_sample_is_all_zero(samples):
    record = record_of(np.zeros((3, samples)), valid=np.zeros((3, samples), bool))
    curve = annotate(record, FakeRunner(rows), RAW)
    assert curve.values.shape == (2, max(1, samples))
    assert not curve.values.any()


# a value a segment


def spike_network(batch):
    """Put all probability into the segment of the largest sample of each of two rows."""
    count, _, samples = batch.shape
    cells = -(-samples // 8)
    logits = np.full((count, 2, cells), 0.0, np.float32)
    offsets = np.full((count, 1, cells), 3.0, np.float32)
    for k, label in ((k, label) for k in range(count) for label in range(2)):
        at = int(batch[k, label].argmax())
        if batch[k, label, at] > 0:
            logits[k, label, at // 8] = 1.0
            offsets[k, 0, at // 8] = at % 8
    return logits, offsets


@given(st.integers(0, 4999), st.integers(1, 4))
def test_an_onset_in_one_segment_is_found_to_the_sample(at, seed):
    data = np.zeros((3, 5000))
    data[0, at] = 1.0
    curve = annotate(record_of(data), FakeRunner(spike_network), SEGMENTS, batch=seed)
    assert curve.rate_hz == 12.5
    assert curve.values.shape == curve.offsets_s.shape == (2, 625)
    found = decode(curve, {"P": 0.5, "S": 0.5})
    assert found["P"].seconds == pytest.approx([at / 100], abs=1e-4)
    assert found["P"].values == pytest.approx([1.0])
    assert len(found["S"]) == 0


@pytest.mark.parametrize("stacking", ["mean", "max"])
def test_an_onset_on_the_border_of_two_segments(stacking):
    """The network cannot say in which of two segments the onset at 16.0 samples is."""
    spec = dataclasses.replace(SEGMENTS, stacking=stacking)

    def torn(batch):
        logits = np.zeros((len(batch), 2, 120), np.float32)
        offsets = np.zeros((len(batch), 1, 120), np.float32)
        logits[0, 0, 1:3] = 0.45, 0.45
        offsets[0, 0, 1:3] = 8.0, 0.0
        return logits, offsets

    found = decode(annotate(whole(samples=960), FakeRunner(torn), spec), {"P": 0.6})["P"]
    assert found.seconds == pytest.approx([0.16], abs=1e-6)
    assert found.values == pytest.approx([0.9])


def test_the_chances_of_three_segments_add_up_to_one_at_most():
    def sure(batch):
        return np.ones((len(batch), 2, 120), np.float32), np.zeros((len(batch), 1, 120), np.float32)

    curve = annotate(whole(samples=960), FakeRunner(sure), SEGMENTS)
    np.testing.assert_allclose(curve.values, 1.0)
    assert np.isfinite(curve.offsets_s).all()


def test_windows_agree_on_an_offset_by_their_probability():
    """Two windows see one onset, at 5.0 and 7.0 samples into the segment, the second less sure."""
    spec = dataclasses.replace(SEGMENTS, samples=160, hop_samples=80)

    def network(batch):
        logits = np.zeros((2, 2, 20), np.float32)
        offsets = np.zeros((2, 1, 20), np.float32)
        logits[0, 0, 14], logits[1, 0, 4] = 0.9, 0.3
        offsets[0, 0, 14], offsets[1, 0, 4] = 5.0, 7.0
        return logits, offsets

    record = whole(samples=240)
    mean = decode(annotate(record, FakeRunner(network), spec), {"P": 0.3})["P"]
    assert mean.values == pytest.approx([0.6])
    assert mean.seconds == pytest.approx([(112 + (0.9 * 5 + 0.3 * 7) / 1.2) / 100], abs=1e-5)
    most = dataclasses.replace(spec, stacking="max")
    highest = decode(annotate(record, FakeRunner(network), most), {"P": 0.3})["P"]
    assert highest.values == pytest.approx([0.9])
    assert highest.seconds == pytest.approx([1.17], abs=1e-5)


def test_silence_of_a_segment_network_gives_no_onset():
    record = record_of(np.zeros((3, 5000)))
    curve = annotate(record, FakeRunner(spike_network), SEGMENTS)
    assert not curve.values.any()
    assert len(decode(curve, {"P": 0.1})["P"]) == 0


# a value a window


def middle(batch):
    """Say P when the largest sample is in the middle of the window."""
    at = batch[:, 0].argmax(axis=1)
    near = np.exp(-np.square((at - 500) / 150.0)) * (batch[:, 0].max(axis=1) > 0)
    return (np.stack([near, np.zeros_like(near)], axis=1)[:, :, None].astype(np.float32),)


@pytest.mark.parametrize("at", [600, 1530, 2440])
def test_a_value_a_window_stands_at_its_middle(at):
    data = np.zeros((3, 3333))
    data[0, at] = 1.0
    curve = annotate(record_of(data), FakeRunner(middle), WINDOWED)
    assert curve.rate_hz == 1.0
    assert curve.start_ns == START_NS + 5 * 10**9
    found = decode(curve, {"P": 0.5})["P"]
    # one value a second, interpolated
    assert 5 + found.seconds == pytest.approx([at / 100], abs=0.2)


@pytest.mark.parametrize("onset", [0, 250, 999])
def test_a_value_a_window_stands_where_the_spec_puts_its_onset(onset):
    spec = dataclasses.replace(WINDOWED, onset_samples=onset)
    plain, moved = (annotate(whole(), FakeRunner(middle), each) for each in (WINDOWED, spec))
    assert moved.start_ns - START_NS == onset * 10_000_000
    np.testing.assert_array_equal(moved.values, plain.values)


def test_no_window_takes_the_place_of_another():
    heard = []

    def number(batch):
        first = batch[:, 0, 0]
        heard.extend(first.tolist())
        return (np.stack([first, first], axis=1)[:, :, None],)

    data = np.tile(np.arange(3333, dtype=np.float32) / 4096 + 0.1, (3, 1))
    curve = annotate(record_of(data), FakeRunner(number), WINDOWED)
    starts = [*range(0, 2333, 100), 2333]
    assert heard == data[0, starts].tolist()
    np.testing.assert_array_equal(curve.row("P"), data[0, starts])


@pytest.mark.parametrize("later", [0, 1, 137, 250, 511, 700, 3000])
@pytest.mark.parametrize("segment", [1, 4])
def test_windows_move_by_whole_strides_wherever_a_record_begins_and_ends(later, segment):
    spec = dataclasses.replace(RAW, window_grid="time", hop_samples=512, segment_samples=segment)
    origin = START_NS - START_NS % 2_560_000_000  # a multiple of 256 samples
    record = dataclasses.replace(whole(samples=5000), start_ns=origin)
    cut = slice(later, 5000 - later // 2)
    part = dataclasses.replace(
        record, data=record.data[:, cut], valid=record.valid[:, cut], start_ns=record.time_ns(later)
    )
    heard = []

    def listen(batch):
        heard.extend(batch[:, 0].copy())
        return (batch[:, :2, ::segment],)

    curve = annotate(part, FakeRunner(listen), spec)
    assert curve.start_ns == record.time_ns(later - later % segment)
    first = -(-later // segment)  # the first value whose samples are all there
    end = (5000 - later // 2) // segment
    skipped = first - later // segment
    np.testing.assert_array_equal(
        curve.values[:, skipped : skipped + end - first], record.data[:2, ::segment][:, first:end]
    )
    places = []
    for window in heard:  # numbers drawn at random are found in one place only
        middle = window[300:600]
        places += [
            at - 300
            for at in range(5000 - 300)
            if record.data[0, at] == middle[0] and (record.data[0, at : at + 300] == middle).all()
        ]
    assert len(places) == len(heard)
    assert {place % 256 for place in places} == {0}


def test_what_comes_before_a_record_is_its_mirror_image_and_silent():
    spec = dataclasses.replace(RAW, window_grid="time", hop_samples=512)
    late = START_NS - START_NS % 2_560_000_000 + 100 * 10_000_000
    record = dataclasses.replace(whole(samples=3000), start_ns=late)
    heard = []

    def listen(batch):
        heard.extend(batch.copy())
        return rows(batch)

    curve = annotate(record, FakeRunner(listen), spec)
    np.testing.assert_array_equal(heard[0][:, :100], record.data[:, 100:0:-1])
    np.testing.assert_array_equal(heard[0][:, 100:], record.data[:, :900])
    assert (curve.start_ns, curve.values.shape) == (late, (2, 3000))


def test_a_short_record_has_one_window():
    data = np.zeros((3, 800))
    data[0, 500] = 1.0
    curve = annotate(record_of(data), FakeRunner(middle), WINDOWED)
    np.testing.assert_allclose(curve.values, [[1.0], [0.0]])


# what does not fit


@pytest.mark.parametrize("rate_hz", [50.0, 99.9, 200.0])
def test_another_rate_is_refused(rate_hz):
    with pytest.raises(SpecError, match=r"XX\.ABC\. has rate .* Hz, fake needs 100 Hz; resample it first"):
        annotate(record_of(np.ones((3, 2000)), rate_hz), FakeRunner(rows), RAW)


def test_a_rate_off_by_less_than_a_clock_error_is_not():
    curve = annotate(record_of(np.ones((3, 2000)), 100.001), FakeRunner(rows), RAW)
    assert curve.rate_hz == 100.001


def test_the_band_pass_of_the_spec_is_applied_before_cutting():
    record = whole()
    spec = dataclasses.replace(RAW, bandpass_hz=(1.0, 45.0), activation="none")
    curve = annotate(record, FakeRunner(rows), spec)
    filtered = annotate(in_band(record, spec), FakeRunner(rows), dataclasses.replace(spec, bandpass_hz=None))
    np.testing.assert_allclose(curve.values, filtered.values, atol=1e-6)
    assert np.abs(curve.values - record.data[:2]).max() > 0.1


@pytest.mark.parametrize(
    ("spec", "outputs"),
    [
        (RAW, ()),
        (RAW, (np.zeros((6, 2, 999)),)),
        (RAW, (np.zeros((6, 3, 1000)),)),
        (RAW, (np.zeros((5, 2, 1000)),)),
        (RAW, (np.zeros((6, 2)),)),
        (SEGMENTS, (np.zeros((6, 2, 120)),)),
        (SEGMENTS, (np.zeros((6, 2, 121)), np.zeros((6, 1, 121)))),
        (SEGMENTS, (np.zeros((6, 2, 120)), np.zeros((6, 2, 120)))),
        (WINDOWED, (np.zeros((25, 2)),)),
        (WINDOWED, (np.zeros((25, 2, 1000)),)),
    ],
)
def test_outputs_of_a_wrong_shape_are_named(spec, outputs):
    with pytest.raises(SpecError, match=r"fake gave outputs of shapes \[.*\]; its Spec says \[\("):
        annotate(whole(), FakeRunner(lambda batch: outputs), spec)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("output", [0, 1])
def test_outputs_that_are_not_finite_are_named(value, output):
    def broken(batch):
        outputs = spike_network(batch)
        outputs[output][-1, 0, 5] = value
        return outputs

    with pytest.raises(SpecError, match=r"fake gave values that are not finite for XX\.ABC\."):
        annotate(whole(), FakeRunner(broken), SEGMENTS)


def test_further_outputs_are_not_looked_at():
    curve = annotate(whole(), FakeRunner(lambda x: (*rows(x), np.full((1, 1), np.nan))), RAW)
    np.testing.assert_array_equal(curve.values, whole().data[:2])


# logits


@given(st.integers(0, 1000), st.sampled_from([1.0, 30.0, 1e4]))
def test_activations_are_those_of_scipy(seed, size):
    logits = (np.random.default_rng(seed).normal(size=(3, 4, 7)) * size).astype(np.float32)
    some = [3, 1]
    by_softmax = probabilities(logits, dataclasses.replace(RAW, activation="softmax"), some)
    np.testing.assert_allclose(by_softmax, special.softmax(logits.astype(float), axis=1)[:, some], atol=1e-6)
    by_sigmoid = probabilities(logits, dataclasses.replace(RAW, activation="sigmoid"), some)
    np.testing.assert_allclose(by_sigmoid, special.expit(logits.astype(float))[:, some], atol=1e-6)
    np.testing.assert_array_equal(probabilities(logits, RAW, some), logits[:, some])


def test_a_peak_survives_the_way_through(small_onnx):
    """The curve of a real network equals that of one pass over a record as long as its window."""
    from onsets.runtime import OnnxRunner
    from onsets.waveforms import normalise

    runner = OnnxRunner(small_onnx, threads=1)
    spec = dataclasses.replace(runner.spec, window_grid="record")
    data = np.random.default_rng(0).normal(size=(3, spec.samples)).astype(np.float32)
    data[0] += 20 * pulse(spec.samples, 200.0, 5).astype(np.float32)
    record = record_of(data)
    order = ["ZNE".index(c) for c in spec.components]
    logits, _ = runner.run(normalise(data[None, order], np.ones((1, *data.shape), bool), spec))
    each = special.softmax(logits.astype(float), axis=1)[0, 1:]
    padded = np.pad(each, ((0, 0), (1, 1)))
    expected = np.minimum(padded[:, :-2] + padded[:, 1:-1] + padded[:, 2:], 1)
    np.testing.assert_allclose(annotate(record, runner, spec).values, expected, atol=1e-5)
