import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from onsets.picking import decode
from onsets.picking.decode import Decoder, Detector, intervals
from onsets.types import Curve
from tests.picking.conftest import curve_of, pulse

UNIT = st.floats(0, 1, width=32)


def seconds(curve, thresholds, phase="P", **options):
    return decode(curve, thresholds, **options)[phase].seconds


# a probability a sample


@given(st.floats(20, 180), st.floats(5, 30))
def test_a_peak_between_samples_is_found_within_a_millisecond(at, width):
    found = decode(curve_of(0.9 * pulse(200, at, width)), {"P": 0.3})["P"]
    assert found.seconds == pytest.approx([at / 100], abs=1e-3)
    assert found.values == pytest.approx([0.9], abs=0.01)


@given(st.floats(20, 180), st.floats(3, 30), st.floats(0.4, 1))
def test_the_width_of_a_gaussian_is_its_own(at, width, height):
    found = decode(curve_of(height * pulse(200, at, width)), {"P": 0.3})["P"]
    assert found.widths_s == pytest.approx([width / 100], rel=0.05)


def test_what_is_no_peak_has_no_width():
    flat, edge = np.zeros(50), np.zeros(50)
    flat[20:24], edge[0] = 0.8, 0.9
    assert np.isnan(decode(curve_of(flat), {"P": 0.3})["P"].widths_s).all()
    assert np.isnan(decode(curve_of(edge), {"P": 0.3})["P"].widths_s).all()
    assert np.isnan(decode(curve_of(edge, kind="ratio"), {"P": 0.3})["P"].widths_s).all()


def test_every_peak_of_every_phase_is_found_in_order():
    p = sum(pulse(3000, at, 10) for at in (250.25, 1500.5, 2800))
    s = 0.6 * pulse(3000, 700.75, 15)
    found = decode(curve_of([p, s], ("P", "S")), {"P": 0.3, "S": 0.3})
    np.testing.assert_allclose(found["P"].seconds, [2.5025, 15.005, 28.0], atol=1e-3)
    np.testing.assert_allclose(found["S"].seconds, [7.0075], atol=1e-3)
    assert (len(found["P"]), len(found["S"])) == (3, 1)


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [(50, 50, 0.5), (50, 51, 0.505), (50, 60, 0.55), (0, 4, 0.02), (95, 99, 0.97)],
)
def test_the_middle_of_a_flat_top(first, last, expected):
    values = np.full(100, 0.1)
    values[first : last + 1] = 1.0
    assert seconds(curve_of(values), {"P": 0.5}) == pytest.approx([expected])


def test_only_the_first_of_two_equal_tops_gives_the_onset():
    values = np.full(100, 0.6)
    values[[30, 70]] = 0.9
    assert seconds(curve_of(values), {"P": 0.5}) == pytest.approx([0.3])


@pytest.mark.parametrize("at", [0, 1, 98, 99])
def test_peaks_at_the_ends_of_the_curve(at):
    values = np.zeros(100)
    values[at] = 0.8
    assert seconds(curve_of(values), {"P": 0.5}) == pytest.approx([at / 100])


def test_a_curve_of_one_value():
    assert seconds(curve_of([0.9]), {"P": 0.5}).tolist() == [0.0]
    assert seconds(curve_of([0.1]), {"P": 0.5}).tolist() == []


def test_the_threshold_is_included():
    values = np.zeros(100)
    values[40] = 0.5
    assert len(seconds(curve_of(values), {"P": 0.5})) == 1
    assert len(seconds(curve_of(values), {"P": 0.5000001})) == 0


def test_each_label_has_its_own_threshold():
    values = np.stack([0.4 * pulse(300, 100, 10)] * 2)
    found = decode(curve_of(values, ("P", "S")), {"P": 0.5, "S": 0.3})
    assert (len(found["P"]), len(found["S"])) == (0, 1)


def test_labels_without_a_threshold_and_detection_give_no_onsets():
    values = np.ones((3, 100))
    found = decode(curve_of(values, ("detection", "P", "S")), {"detection": 0.5, "P": 0.5})
    assert found.keys() == {"P"}


def test_of_two_near_onsets_the_higher_stays():
    values = 0.6 * pulse(500, 100, 4) + 0.9 * pulse(500, 140, 4) + 0.5 * pulse(500, 300, 4)
    curve = curve_of(values)
    np.testing.assert_allclose(seconds(curve, {"P": 0.3}), [1.4, 3.0], atol=1e-3)
    np.testing.assert_allclose(seconds(curve, {"P": 0.3}, separation_s=0.3), [1.0, 1.4, 3.0], atol=1e-3)
    np.testing.assert_allclose(seconds(curve, {"P": 0.3}, separation_s=9.0), [1.4], atol=1e-3)


def test_what_a_lower_neighbour_shut_out_may_not_shut_out_others():
    # 1.4 removes 1.0 and, by being gone, 1.0 cannot remove 0.7
    values = 0.5 * pulse(300, 70, 3) + 0.6 * pulse(300, 100, 3) + 0.9 * pulse(300, 140, 3)
    np.testing.assert_allclose(seconds(curve_of(values), {"P": 0.3}), [0.7, 1.4], atol=1e-3)


@given(
    hnp.arrays(np.float32, st.integers(1, 300), elements=UNIT),
    st.floats(0.05, 0.95),
    st.floats(0.01, 1.0),
)
def test_onsets_are_apart_in_order_and_above_the_threshold(values, threshold, separation_s):
    found = decode(curve_of(values), {"P": threshold}, separation_s)["P"]
    assert (np.diff(found.seconds) >= separation_s - 1e-9).all()
    assert (found.values >= np.float32(threshold)).all()
    assert ((found.seconds >= 0) & (found.seconds <= (len(values) - 1) / 100)).all()
    assert bool(len(found)) == bool((values >= np.float32(threshold)).any())


@pytest.mark.parametrize("kind", ["probability", "ratio"])
@pytest.mark.parametrize("offsets", [None, np.zeros((1, 500), np.float32)])
def test_zeros_give_nothing(kind, offsets):
    found = decode(curve_of(np.zeros(500), kind=kind, offsets_s=offsets), {"P": 0.1})["P"]
    assert (len(found), found.seconds.dtype, found.values.dtype) == (0, np.float64, np.float64)


# a curve with offsets


def segments(values, offsets, stride=8):
    """Return a curve a segment of 8 samples at 100 Hz; offsets in samples."""
    offsets_s = np.atleast_2d(np.asarray(offsets, dtype=np.float32)) / np.float32(100)
    return curve_of(values, rate_hz=100 / stride, offsets_s=offsets_s)


@given(st.integers(0, 49), st.floats(0, 7.99))
def test_one_segment_that_holds_all_gives_back_its_time(cell, offset):
    values, offsets = np.zeros(50), np.full(50, 3.0)
    values[cell], offsets[cell] = 0.8, offset
    found = decode(segments(values, offsets), {"P": 0.5})["P"]
    assert found.seconds == pytest.approx([(8 * cell + offset) / 100], abs=1e-6)
    assert found.values == pytest.approx([0.8])


def test_the_highest_segment_of_a_stretch_speaks():
    found = decode(segments([0, 0.6, 0.9, 0.7, 0, 0], [0, 9, 4, -3, 0, 0]), {"P": 0.5})["P"]
    assert found.seconds == pytest.approx([0.2])
    assert found.values == pytest.approx([0.9])


def test_onsets_of_segments_are_in_order_of_time_and_apart():
    # the offset of the first stretch points behind the second
    found = decode(segments([0.9, 0, 0.7], [30.0, 0, 1.0]), {"P": 0.5}, separation_s=0.05)["P"]
    assert found.seconds == pytest.approx([0.17, 0.3])
    assert found.values == pytest.approx([0.7, 0.9])
    found = decode(segments([0.9, 0, 0.7], [30.0, 0, 1.0]), {"P": 0.5}, separation_s=0.2)["P"]
    assert found.seconds == pytest.approx([0.3])


# a ratio


def test_a_ratio_gives_its_first_crossing():
    values = np.concatenate([np.ones(100), np.linspace(1, 11, 101), np.full(50, 11.0), np.ones(50)])
    found = decode(curve_of(values, kind="ratio"), {"P": 6.0})["P"]
    assert found.seconds == pytest.approx([1.5])
    assert found.values == pytest.approx([11.0])


def test_a_ratio_triggers_again_only_after_half_of_the_threshold():
    values = np.ones(1000)
    values[100:110], values[110:300], values[300:310] = 8, 3.1, 9
    assert seconds(curve_of(values, kind="ratio"), {"P": 6.0}) == pytest.approx([1.0])
    values[200] = 2.9
    assert seconds(curve_of(values, kind="ratio"), {"P": 6.0}) == pytest.approx([1.0, 3.0])


def test_a_slow_rise_through_half_of_the_threshold_is_no_onset():
    values = np.ones(500)
    values[100:200] = 4.0
    values[160] = 6.0
    assert seconds(curve_of(values, kind="ratio"), {"P": 6.0}) == pytest.approx([1.6])


# intervals


@given(hnp.arrays(np.float32, st.integers(0, 60), elements=UNIT), st.floats(0.05, 1), st.floats(0, 1))
def test_intervals_are_those_of_a_plain_loop(values, on, share):
    off = on * share
    expected, begin = [], None
    for k, value in enumerate([*values.tolist(), -1.0]):
        if value >= np.float32(off) and begin is None:
            begin = k
        elif value < np.float32(off) and begin is not None:
            if max(values[begin:k]) >= np.float32(on):
                expected.append([begin, k - 1])
            begin = None
    found = intervals(values, on, off)
    assert found.tolist() == expected
    assert found.shape == (len(expected), 2)
    assert found.dtype == np.int64


def test_one_threshold_is_both():
    values = np.array([0, 2, 3, 2, 0], dtype=np.float32)
    assert intervals(values, 3).tolist() == [[2, 2]]


def test_trigger_is_obspys():
    """Against ObsPy's trigger_onset, as SeisBench uses it: highest sample between on and half of it."""
    trigger = pytest.importorskip("obspy.signal.trigger")
    rng = np.random.default_rng(8)
    values = np.convolve(rng.random(5000), np.hanning(25) / 12, mode="same").astype(np.float32) ** 3
    values[100:110] = 0.3  # a level that is just reached
    for threshold in (0.05, 0.1, 0.3, float(values.max())):
        expected = [
            a + int(values[a : b + 1].argmax())
            for a, b in trigger.trigger_onset(values, threshold, threshold / 2)
        ]
        curve = Curve("XX.ABC.", "HH", ("P",), values[None], 0, 100.0)
        onsets = decode(curve, {"P": threshold}, decoding="trigger")["P"]
        np.testing.assert_allclose(onsets.seconds * 100, expected)
        np.testing.assert_array_equal(onsets.values, values[expected].astype(float))
    assert len(expected) == 1  # the highest sample reaches itself


@pytest.mark.parametrize("decoding", ["peaks", "trigger"])
@given(seed=st.integers(0, 2**32 - 1), cuts=st.lists(st.integers(0, 400), max_size=6))
def test_piece_by_piece(decoding, seed, cuts):
    rng = np.random.default_rng(seed)
    values = np.convolve(rng.random(400), np.ones(5) / 5, mode="same").astype(np.float32)[None]
    curve = Curve("XX.ABC.", "HH", ("P",), values, 0, 100.0)
    whole = decode(curve, {"P": 0.6}, 0.05, decoding)["P"]
    decoder = Decoder(("P",), 100.0, {"P": 0.6}, 0.05, decoding)
    detector, found = Detector(0.6, decoding), []
    for a, b in itertools.pairwise([0, *sorted(cuts), 400]):
        decoder.feed(values[:, a:b])
        found += detector.feed(values[0, a:b])
        assert decoder.undecided <= b
    some = decoder.finish()["P"]
    np.testing.assert_array_equal(some.seconds, whole.seconds)
    np.testing.assert_array_equal(some.values, whole.values)
    np.testing.assert_array_equal(some.widths_s, whole.widths_s)
    once = Detector(0.6, decoding)
    assert found + detector.close() == once.feed(values[0]) + once.close()
