import dataclasses
import math

import numpy as np
import pytest

from onsets.classical import CLASSICAL, DEFAULT_THRESHOLDS, characteristic
from onsets.errors import ConfigError
from onsets.picking import ClassicalPicker
from tests.picking.conftest import START_NS, record_of

P_S, S_S = 30.0, 36.0


def earthquake(rate_hz=100.0, seed=0, seconds=60.0):
    """Noise of unit deviation, P on Z from 30 s and a stronger S on N and E from 36 s."""
    rng = np.random.default_rng(seed)
    t = np.arange(round(seconds * rate_hz)) / rate_hz
    data = rng.normal(size=(3, len(t)))
    for rows, at, size in ((slice(0, 1), P_S, 30.0), (slice(1, 3), S_S, 60.0)):
        late = np.maximum(t - at, 0)
        data[rows] += size * np.sin(2 * np.pi * 6 * late) * np.exp(-late / 2) * (t >= at)
    return record_of(data * 100, rate_hz)


def picker(kind, **options):
    return ClassicalPicker(kind, DEFAULT_THRESHOLDS[kind], **options)


def nearest(picks, phase, at_s):
    times = (picks.time_ns[picks.phase == phase] - START_NS) / 1e9
    return float(times[np.abs(times - at_s).argmin()]) - at_s if len(times) else math.inf


@pytest.mark.parametrize("kind", CLASSICAL)
@pytest.mark.parametrize("seed", range(3))
def test_p_and_s_are_found(kind, seed):
    picks = picker(kind).pick(earthquake(seed=seed))
    assert abs(nearest(picks, "P", P_S)) < 0.2
    assert abs(nearest(picks, "S", S_S)) < 0.5
    assert set(picks.model.tolist()) == {kind}
    assert np.isnan(picks.probability).all()
    assert np.isnan(picks.uncertainty_s).all()


@pytest.mark.parametrize("kind", CLASSICAL)
def test_noise_and_silence_give_next_to_nothing(kind):
    noise = record_of(np.random.default_rng(1).normal(size=(3, 12_000)))
    assert len(picker(kind).pick(noise)) <= 4
    assert len(picker(kind).pick(record_of(np.zeros((3, 5000))))) == 0


@pytest.mark.parametrize("kind", CLASSICAL)
def test_the_curve_is_that_of_the_classical_room(kind):
    record = earthquake()
    result = picker(kind).apply(record)
    np.testing.assert_array_equal(result.curve.values, characteristic(record, kind).values)
    assert (result.curve.kind, result.curve.rate_hz) == ("ratio", 100.0)
    assert len(result.detections) == 0


@pytest.mark.parametrize("kind", CLASSICAL)
def test_a_record_played_slowly_gives_the_same_picks_in_its_own_time(kind):
    slow = earthquake()
    fast = dataclasses.replace(slow, rate_hz=500.0)
    one, five = picker(kind).apply(slow), picker(kind, rate_as=100.0).apply(fast)
    assert five.picks.phase.tolist() == one.picks.phase.tolist()
    np.testing.assert_allclose(five.picks.time_ns - START_NS, (one.picks.time_ns - START_NS) / 5, atol=1)
    assert five.curve.rate_hz == 500.0
    np.testing.assert_array_equal(five.curve.values, one.curve.values)


def test_options_reach_the_curve():
    record = earthquake()
    result = picker("sta-lta", options={"short_s": 1.0}).apply(record)
    expected = characteristic(record, "sta-lta", short_s=1.0)
    np.testing.assert_array_equal(result.curve.values, expected.values)
    with pytest.raises(ConfigError, match="did you mean 'short_s'"):
        picker("sta-lta", options={"shrot_s": 1.0}).apply(record)


def test_thresholds_decide():
    record = earthquake()
    high = ClassicalPicker("sta-lta", {"P": 1e6, "S": 1e6})
    assert len(high.pick(record)) == 0
    only_p = ClassicalPicker("sta-lta", {"P": 4.5})
    assert set(only_p.pick(record).phase.tolist()) == {"P"}
    assert only_p.name == "sta-lta"


def test_flags_are_set():
    record = earthquake()
    valid = np.ones(record.data.shape, bool)
    valid[:, 2900:2950] = False
    gap = record_of(record.data, valid=valid, flags=("gap", "2C"))
    picks = ClassicalPicker("sta-lta", {"S": 2.5}).pick(gap)
    assert len(picks) > 0
    at = (picks.time_ns - START_NS) / 1e9
    for second, flags in zip(at, picks.flags, strict=True):
        assert "2C" in flags.split()
        assert ("gap" in flags.split()) == (27.0 <= second < 31.5)
