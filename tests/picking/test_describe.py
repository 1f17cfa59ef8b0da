import dataclasses
import math

import numpy as np
import pytest

from onsets.picking import Onsets, describe
from onsets.picking.describe import flag_clipped
from onsets.types import Pick
from tests.picking.conftest import START_NS, record_of

RATE = 100.0


def onsets(*seconds):
    return Onsets(np.array(seconds, dtype=np.float64), np.full(len(seconds), 0.8))


def swinging(before, after, at=10.0, samples=2000, rate_hz=RATE):
    """Sines of 2 Hz on Z, N, E: whole periods in the windows of the SNR; amplitudes change at ``at``."""
    t = np.arange(samples) / rate_hz
    wave = np.sin(2 * np.pi * 2 * t)
    return np.stack([np.where(t < at, b, a) * wave for b, a in zip(before, after, strict=True)])


def one(record, phase="P", second=10.0, **options):
    (pick,) = describe(record, phase, onsets(second), model="m", **options)
    return pick


# signal to noise


@pytest.mark.parametrize("ratio", [0.5, 1.0, 10.0, 1000.0])
@pytest.mark.parametrize("unit", [1e-9, 1.0, 1e6])
def test_the_snr_of_p_is_that_of_the_vertical(ratio, unit):
    record = record_of(swinging((unit, unit, unit), (ratio * unit, unit, 99 * unit)) + 5 * unit)
    assert one(record, "P").snr_db == pytest.approx(20 * math.log10(ratio), abs=0.02)


def test_the_snr_of_s_is_that_of_both_horizontals():
    record = record_of(swinging((1, 1, 2), (99, 10, 5)))
    expected = 10 * math.log10((100 + 25) / (1 + 4))
    assert one(record, "S").snr_db == pytest.approx(expected, abs=0.02)


@pytest.mark.parametrize(("phase", "same"), [("Pg", "P"), ("Pn", "P"), ("Sg", "S"), ("Sn", "S")])
def test_phases_with_a_path_are_measured_like_those_without(phase, same):
    record = record_of(swinging((1, 1, 2), (30, 10, 5)))
    assert one(record, phase).snr_db == one(record, same).snr_db
    assert one(record, phase).polarity == one(record, same).polarity


def test_on_what_is_live_when_the_wanted_component_is_absent():
    data = swinging((1, 1, 1), (10, 100, 100))
    valid = np.ones(data.shape, bool)
    valid[1:] = False
    only_z = record_of(data, valid=valid)
    assert one(only_z, "S").snr_db == pytest.approx(20.0, abs=0.02)
    horizontal = record_of(data, valid=~valid)
    assert one(horizontal, "P").snr_db == pytest.approx(40.0, abs=0.02)


@pytest.mark.parametrize("second", [0.0, 0.3, 19.995])
def test_the_snr_is_unknown_where_a_window_is_empty(second):
    data = swinging((1, 1, 1), (1, 1, 1), samples=2000)
    valid = np.ones(data.shape, bool)
    if second > 10:
        valid[:, 1999:] = False
    pick = one(record_of(data, valid=valid), second=second)
    assert math.isnan(pick.snr_db)
    assert math.isnan(pick.amplitude)


def test_the_snr_is_unknown_over_silence_but_the_amplitude_is_not():
    pick = one(record_of(swinging((0, 0, 0), (3, 3, 3))))
    assert math.isnan(pick.snr_db)
    assert pick.amplitude == pytest.approx(3.0, rel=1e-2)


def test_masked_samples_are_not_measured():
    data = swinging((1, 1, 1), (10, 10, 10))
    clean = one(record_of(data)).snr_db
    valid = np.ones(data.shape, bool)
    valid[:, 800:850] = valid[:, 1050:1100] = False  # a period of each window
    assert one(record_of(data, valid=valid)).snr_db == pytest.approx(clean, abs=0.02)


# amplitude


def test_the_amplitude_is_the_largest_of_all_live_components_without_offset():
    record = record_of(swinging((1, 1, 1), (10, 70, 30)) + np.array([[900.0], [-400.0], [5.0]]))
    assert one(record).amplitude == pytest.approx(70.0, rel=0.02)
    assert one(record, "S").amplitude == one(record).amplitude


def test_only_the_two_seconds_after_the_onset_count():
    data = swinging((1, 1, 1), (10, 10, 10))
    data[0, 1210:] *= 100
    data[0, :690] *= 100
    assert one(record_of(data)).amplitude == pytest.approx(10.0, rel=0.02)


# polarity


def jump(sign, at=10.0, noise=1.0, size=50.0, seed=0, delay=0):
    data = np.random.default_rng(seed).normal(size=(3, 2000)) * noise
    rise = size * np.sin(np.pi * np.arange(20) / 20)
    first = round(at * 100) + delay
    data[0, first : first + 20] += sign * rise
    data[0, first + 20 : first + 40] -= 3 * sign * rise
    return record_of(data)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(("sign", "expected"), [(1, "U"), (-1, "D")])
def test_the_first_swing_gives_the_polarity(sign, expected, seed):
    assert one(jump(sign, seed=seed)).polarity == expected


def test_the_unit_does_not_change_the_polarity():
    record = jump(-1)
    for unit in (1e-9, 1e9):
        assert one(dataclasses.replace(record, data=record.data * np.float32(unit))).polarity == "D"


def test_a_drift_is_not_a_polarity():
    record = jump(-1)
    data = record.data + np.linspace(0, 4000, 2000, dtype=np.float32)
    assert one(dataclasses.replace(record, data=data)).polarity == "D"


def test_no_polarity_without_a_clear_swing_or_for_s():
    assert one(jump(1, size=0.0)).polarity == ""
    assert one(jump(1, delay=40)).polarity == ""
    assert one(jump(1), "S").polarity == ""


def test_no_polarity_without_a_vertical_noise_or_life():
    record = jump(1)
    valid = np.ones(record.data.shape, bool)
    valid[0] = False
    assert one(record_of(record.data, valid=valid)).polarity == ""
    assert one(record, second=0.1).polarity == ""
    assert one(record_of(np.zeros((3, 2000)))).polarity == ""
    constant = record_of(np.full((3, 2000), 0.1))
    assert {one(constant, second=second).polarity for second in np.linspace(2, 18, 60)} == {""}


# what is copied, and times


def test_a_pick_carries_what_is_known():
    record = record_of(swinging((1, 1, 1), (10, 10, 10)), flags=("1C", "resampled"))
    pick = one(record, "P", 10.1234567, uncertainty_s=0.07)
    assert (pick.station_id, pick.channel_prefix, pick.phase, pick.model) == ("XX.ABC.", "HH", "P", "m")
    assert pick.time_ns == START_NS + 10_123_456_700
    assert (pick.probability, pick.uncertainty_s) == (0.8, 0.07)
    assert pick.flags == {"1C", "resampled"}


def test_a_ratio_is_no_probability():
    assert math.isnan(one(record_of(swinging((1, 1, 1), (9, 9, 9))), probability=False).probability)


def test_a_slowly_played_record_has_its_true_times():
    record = record_of(swinging((1, 1, 1), (10, 10, 10)))
    pick = one(record, uncertainty_s=0.1, stretch=0.2)
    assert pick.time_ns == START_NS + 2 * 10**9
    assert pick.uncertainty_s == pytest.approx(0.02)


def test_no_onsets_no_picks():
    assert describe(record_of(np.ones((3, 100))), "P", onsets(), model="m") == []


# flags


@pytest.mark.parametrize(
    ("second", "flags"), [(1.9, {"edge"}), (2.0, set()), (10.0, set()), (17.9, set()), (18.1, {"edge"})]
)
def test_picks_near_an_end_are_flagged(second, flags):
    assert one(record_of(swinging((1, 1, 1), (1, 1, 1))), second=second).flags == flags


@pytest.mark.parametrize(
    ("second", "near"), [(5.0, False), (7.9, False), (8.1, True), (10.5, True), (13.1, False)]
)
@pytest.mark.parametrize("rows", [slice(None), slice(2, 3)])
def test_picks_near_a_gap_are_flagged(second, near, rows):
    valid = np.ones((3, 2000), bool)
    valid[rows, 1000:1100] = False
    record = record_of(swinging((1, 1, 1), (1, 1, 1)), valid=valid, flags=("gap",))
    assert ("gap" in one(record, second=second).flags) == near


def test_an_absent_component_is_no_gap():
    valid = np.ones((3, 2000), bool)
    valid[2] = False
    assert "gap" not in one(record_of(swinging((1, 1, 1), (1, 1, 1)), valid=valid)).flags


def clipped_record():
    data = 0.01 * np.random.default_rng(0).normal(size=(3, 4000))
    data[1, 2000:2200] += np.clip(3 * np.sin(np.arange(200) / 8), -1, 1)
    data[1] = np.clip(data[1], -1, 1)
    return record_of(data, flags=("clipped",))


def picks_at(*seconds):
    return [Pick("XX.ABC.", "HH", "P", START_NS + round(s * 1e9), flags=frozenset({"1C"})) for s in seconds]


def test_picks_near_clipped_samples_are_flagged():
    picks = flag_clipped(picks_at(5.0, 17.9, 18.2, 21.0, 23.8, 24.3), clipped_record())
    assert ["clipped" in pick.flags for pick in picks] == [False, False, True, True, True, False]
    assert all("1C" in pick.flags for pick in picks)


def test_near_is_in_played_seconds():
    picks = flag_clipped(picks_at(18.2, 19.4, 19.7), clipped_record(), stretch=0.2)
    assert ["clipped" in pick.flags for pick in picks] == [False, False, True]


def test_picks_of_a_record_that_is_not_clipped_are_left_alone():
    picks = picks_at(21.0)
    assert flag_clipped(picks, dataclasses.replace(clipped_record(), flags=frozenset())) is picks
    assert flag_clipped([], clipped_record()) == []


def test_describing_leaves_clipping_to_the_record_as_read():
    assert "clipped" not in one(clipped_record(), second=21.0).flags
