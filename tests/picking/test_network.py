import dataclasses
import math

import numpy as np
import pytest

from onsets.errors import SpecError
from onsets.picking import NetworkPicker
from onsets.runtime import FakeRunner
from onsets.types import Record
from tests.picking.conftest import SPEC, START_NS, pulse, record_of

RAW = dataclasses.replace(SPEC, normalisation="none", uncertainty_s={"P": 0.05})
LIMITS = {"P": 0.5, "S": 0.5}
AT_S = 23.456


def hear(batch):
    """Return Z as P and N as S."""
    return (np.clip(batch[:, :2], 0, 1),)


def mark_largest(batch):
    """Put 1 at the largest sample of Z where it is above a half."""
    out = np.zeros((len(batch), 2, batch.shape[2]), np.float32)
    for window, mark in zip(batch, out, strict=True):
        at = int(window[0].argmax())
        mark[0, at] = window[0, at] > 0.5
    return (out,)


def picker(function=hear, spec=RAW, **options):
    return NetworkPicker(spec, FakeRunner(function), LIMITS, **options)


def pulses(rate_hz, seconds=40.0, at_s=AT_S, width_s=0.05, **options):
    """A Gaussian pulse on Z at 23.456 s and on N at 30.456 s."""
    samples = round(seconds * rate_hz)
    data = np.zeros((3, samples))
    data[0] = pulse(samples, at_s * rate_hz, width_s * rate_hz)
    data[1] = pulse(samples, (at_s + 7) * rate_hz, width_s * rate_hz)
    return record_of(data, rate_hz, **options)


def after_start(picks, stretch=1.0):
    return [(t - START_NS) / 1e9 for t in picks.time_ns.tolist()]


# the time axis


@pytest.mark.parametrize("rate_hz", [50.0, 80.0, 100.0, 125.0, 200.0, 500.0])
def test_times_are_right_whatever_the_rate(rate_hz):
    picks = picker().pick(pulses(rate_hz))
    assert picks.phase.tolist() == ["P", "S"]
    assert after_start(picks) == pytest.approx([AT_S, AT_S + 7], abs=2e-3)
    assert picks.probability == pytest.approx([1, 1], abs=0.03)
    resampled = "resampled" in picks.flags[0].split()
    assert resampled == (rate_hz != 100.0)


@pytest.mark.parametrize("rate_hz", [50.0, 100.0, 200.0])
def test_the_largest_sample_is_found_to_one_sample_of_the_slower_rate(rate_hz):
    picks = picker(mark_largest).pick(pulses(rate_hz))
    assert after_start(picks) == pytest.approx([AT_S], abs=1 / min(rate_hz, 100.0))


@pytest.mark.parametrize("at", [1200, 5003, 7777, 15_001])
def test_a_fast_record_played_slowly_has_its_true_times(at):
    data = np.zeros((3, 20_000))
    data[0, at] = 1.0
    picks = picker(mark_largest, rate_as=100.0).pick(record_of(data, 500.0))
    assert len(picks) == 1
    assert abs((picks.time_ns[0] - START_NS) * 500 / 1e9 - at) <= 1
    assert "resampled" not in picks.flags[0]
    assert picks.uncertainty_s[0] == pytest.approx(0.05 / 5)


def test_a_record_played_at_a_rate_that_is_not_the_network_s():
    """500 Hz as if 200 Hz, for a network of 100 Hz: two and a half times slower, then resampled."""
    picks = picker(rate_as=200.0).pick(pulses(500.0))
    assert after_start(picks) == pytest.approx([AT_S, AT_S + 7], abs=2e-3)


@pytest.mark.parametrize("rate_as", [None, 100.0])
def test_the_curve_is_on_the_true_time_axis(rate_as):
    record = pulses(500.0)
    curve = picker(rate_as=rate_as).apply(record).curve
    top = int(curve.row("P").argmax())
    assert (curve.start_ns - START_NS) / 1e9 + top / curve.rate_hz == pytest.approx(AT_S, abs=6e-3)
    assert curve.rate_hz == (100.0 if rate_as is None else 500.0)
    assert curve.model == "fake"


@pytest.mark.parametrize("rate_as", [None, 100.0])
def test_offsets_of_segments_are_played_at_the_same_speed(rate_as):
    spec = dataclasses.replace(
        RAW, output_kind="per_segment", segment_samples=8, samples=960, hop_samples=480
    )

    def network(batch):
        logits = np.zeros((len(batch), 2, 120), np.float32)
        offsets = np.zeros((len(batch), 1, 120), np.float32)
        for k, at in enumerate(batch[:, 0].argmax(axis=1)):
            if batch[k, 0, at] > 0.5:
                logits[k, 0, at // 8], offsets[k, 0, at // 8] = 1, at % 8
        return logits, offsets

    result = picker(network, spec, rate_as=rate_as).apply(pulses(500.0))
    assert after_start(result.picks) == pytest.approx([AT_S], abs=6e-3)
    curve, step = result.curve, 8 / (100 if rate_as is None else 500)
    assert 1 / curve.rate_hz == pytest.approx(step)
    top = int(curve.row("P").argmax())
    assert top * step + curve.offsets_s[0, top] == pytest.approx(AT_S, abs=6e-3)


@pytest.mark.parametrize("rate_as", [None, 100.0])
def test_a_value_a_window_stands_at_the_true_middle(rate_as):
    spec = dataclasses.replace(RAW, output_kind="per_window", hop_samples=20)

    def network(batch):
        near = np.exp(-np.square((batch[:, 0].argmax(axis=1) - 500) / 100.0)) * (
            batch[:, 0].max(axis=1) > 0.5
        )
        return (np.stack([near, 0 * near], axis=1)[:, :, None].astype(np.float32),)

    result = picker(network, spec, rate_as=rate_as).apply(pulses(500.0))
    assert after_start(result.picks) == pytest.approx([AT_S], abs=0.02)
    curve = result.curve
    top = (curve.start_ns - START_NS) / 1e9 + int(curve.row("P").argmax()) / curve.rate_hz
    assert top == pytest.approx(AT_S, abs=0.11)


def test_picks_are_in_order_of_time():
    data = np.zeros((3, 6000))
    data[0] = pulse(6000, 4000, 5) + pulse(6000, 1000, 5)
    data[1] = pulse(6000, 2000, 5)
    picks = picker().pick(record_of(data))
    assert picks.phase.tolist() == ["P", "S", "P"]
    assert (np.diff(picks.time_ns) > 0).all()


# what it gives


def test_the_columns_of_the_picks():
    (pick, _) = picker().pick(pulses(100.0))
    assert (pick.station_id, pick.channel_prefix, pick.model) == ("XX.ABC.", "HH", "fake")
    assert pick.uncertainty_s == 0.05
    assert pick.amplitude == pytest.approx(1.0, abs=0.02)
    assert math.isnan(picker().pick(pulses(100.0)).uncertainty_s[1])


def test_the_thresholds_of_the_picker_count():
    record = pulses(100.0)
    quiet = NetworkPicker(RAW, FakeRunner(lambda batch: (0.4 * batch[:, :2],)), {"P": 0.5, "S": 0.3})
    assert quiet.pick(record).phase.tolist() == ["S"]
    assert quiet.name == "fake"


def test_silence_gives_no_picks_but_a_curve():
    result = picker().apply(record_of(np.zeros((3, 5000))))
    assert len(result.picks) == len(result.detections) == 0
    assert result.curve.values.shape == (2, 5000)


@pytest.mark.parametrize("rate_as", [None, 100.0])
def test_detections_are_intervals_on_the_true_time_axis(rate_as):
    spec = dataclasses.replace(RAW, outputs=("detection", "P"), thresholds={}, uncertainty_s={})
    record = np.zeros((3, 10_000))
    record[0, 2000:3001], record[0, 6000:6501] = 0.6, 0.9
    fake = NetworkPicker(spec, FakeRunner(hear), {"detection": 0.3, "P": 0.5}, rate_as=rate_as)
    rate_hz = 100.0 if rate_as is None else 500.0
    found = fake.apply(record_of(record, rate_hz)).detections
    starts = ((found.start_ns - START_NS) * rate_hz / 1e9).tolist()
    ends = ((found.end_ns - START_NS) * rate_hz / 1e9).tolist()
    assert (starts, ends) == ([2000, 6000], [3000, 6500])
    assert found.probability == pytest.approx([0.6, 0.9])
    assert (found.station_id.tolist(), found.model.tolist()) == (["XX.ABC."] * 2, ["fake"] * 2)


def test_no_detections_without_their_threshold():
    spec = dataclasses.replace(RAW, outputs=("detection", "P"), thresholds={}, uncertainty_s={})
    fake = NetworkPicker(spec, FakeRunner(hear), {"P": 0.5})
    assert len(fake.apply(pulses(100.0)).detections) == 0


def test_a_network_that_does_not_fit_is_an_error():
    with pytest.raises(SpecError, match="gave outputs of shapes"):
        picker(lambda batch: (batch,)).pick(pulses(100.0))


# flags


def flags_of(record, at=0, **options):
    return set(picker(**options).pick(record).flags[at].split())


def test_a_usual_pick_has_no_flags():
    assert flags_of(pulses(100.0)) == set()


@pytest.mark.parametrize(("seconds", "short"), [(8.0, True), (9.99, True), (10.0, False)])
def test_a_record_shorter_than_the_window_is_flagged(seconds, short):
    found = flags_of(pulses(100.0, seconds=seconds, at_s=4.0))
    assert ("short" in found) == short


def test_a_short_record_is_short_in_the_network_s_own_time():
    record = pulses(500.0, seconds=8.0, at_s=4.0)
    assert "short" in flags_of(record)
    assert "short" not in flags_of(record, rate_as=100.0)


def test_a_pick_at_an_end_is_flagged():
    assert flags_of(pulses(100.0, at_s=1.0)) == {"edge"}


def test_a_pick_near_a_gap_is_flagged_and_no_other():
    valid = np.ones((3, 4000), bool)
    valid[:, 2500:2520] = False
    record = pulses(100.0, valid=valid, flags=("gap",))
    assert flags_of(record, 0) == {"gap"}
    assert flags_of(record, 1) == set()


def test_words_of_the_whole_record_are_kept():
    assert flags_of(pulses(100.0, flags=("1C", "dead"))) == {"1C", "dead"}


@pytest.mark.parametrize("rate_hz", [100.0, 250.0])
def test_clipping_is_seen_on_the_record_as_read(rate_hz):
    samples = round(40 * rate_hz)
    t = np.arange(samples) / rate_hz
    data = 1e-3 * np.random.default_rng(0).normal(size=(3, samples))
    data[0] += pulse(samples, 10 * rate_hz, 5) + pulse(samples, 30 * rate_hz, 5)
    near = (t > 29) & (t < 31)
    data[2, near] += np.clip(3 * np.sin(2 * np.pi * 2 * t[near]), -2, 2)
    data[2] = np.clip(data[2], -2, 2)
    record = record_of(data, rate_hz, flags=("clipped",))
    assert "clipped" not in flags_of(record, 0)
    assert "clipped" in flags_of(record, 1)


@pytest.mark.parametrize("samples", [0, 1, 2, 7])
def test_the_shortest_records(samples):
    result = picker().apply(record_of(np.zeros((3, samples))))
    assert len(result.picks) == 0
    assert result.curve.values.shape == (2, max(1, samples))


def test_one_component_alone():
    whole = pulses(100.0)
    valid = np.zeros(whole.data.shape, bool)
    valid[0] = True
    alone = Record("XX.ABC.", "HH", whole.data * valid, valid, START_NS, 100.0, frozenset({"1C"}))
    picks = picker().pick(alone)
    assert picks.phase.tolist() == ["P"]
    assert picks.flags.tolist() == ["1C"]


def test_a_day_in_pieces_gives_the_picks_of_the_whole_day():
    """An onset more than a window from a cut is picked alike on either side."""
    data = np.zeros((3, 30_000))
    for at in (2000.25, 9000.5, 14_000.75, 21_000, 28_000):
        data[0] += pulse(30_000, at, 6)
    whole = record_of(data)
    halves = [
        dataclasses.replace(
            whole,
            data=whole.data[:, a : a + 15_000],
            valid=whole.valid[:, a : a + 15_000],
            start_ns=whole.time_ns(a),
        )
        for a in (0, 15_000)
    ]
    pieces = np.concatenate([picker().pick(half).time_ns for half in halves])
    assert np.abs(pieces - picker().pick(whole).time_ns).max() <= 1


def test_a_wider_peak_is_less_certain():
    spec = dataclasses.replace(RAW, uncertainty_widths={"P": 0.5})
    sharp, wide = (
        picker(spec=spec).pick(pulses(100.0, width_s=width)).uncertainty_s[0] for width in (0.05, 0.2)
    )
    assert sharp == pytest.approx(0.5 * 0.05, rel=0.1)
    assert wide == pytest.approx(4 * sharp, rel=0.1)
