import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from onsets.types import COMPONENTS, Curve, Pick, Problem, Record, Sample, Trace, Windows

START_NS = 1_251_073_207_000_000_000


def record(samples=100, rate_hz=100.0, **changes):
    data = np.zeros((3, samples), dtype=np.float32)
    return Record("XX.ABC.", "HH", data, np.ones((3, samples), dtype=bool), START_NS, rate_hz, **changes)


def test_components_are_z_n_e():
    assert COMPONENTS == "ZNE"


@pytest.mark.parametrize("kind", [Trace, Problem, Record, Windows, Curve, Pick, Sample])
def test_types_are_frozen_and_slotted(kind):
    assert kind.__dataclass_params__.frozen
    assert not hasattr(kind, "__dict__") or "__dict__" not in kind.__slots__
    assert set(kind.__slots__) == {field.name for field in dataclasses.fields(kind)}


def test_a_record_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        record().rate_hz = 50.0


def test_a_record_knows_its_length_and_end():
    some = record(samples=251, rate_hz=50.0)
    assert some.samples == 251
    assert some.end_ns == START_NS + 5_000_000_000


def test_only_components_with_a_valid_sample_are_live():
    valid = np.zeros((3, 10), dtype=bool)
    valid[1, 7] = True
    some = dataclasses.replace(record(10), valid=valid)
    assert some.live.tolist() == [False, True, False]


def test_times_of_fractional_samples():
    assert record(rate_hz=100.0).time_ns(12.5) == START_NS + 125_000_000
    assert record(rate_hz=3.0).time_ns(1) == START_NS + 333_333_333


@given(st.integers(0, 200 * 86400 * 7), st.sampled_from([20.0, 40.0, 100.0, 125.0, 200.0, 250.0, 500.0]))
def test_times_are_exact_to_a_nanosecond_over_a_week(sample, rate_hz):
    exact = START_NS + round(sample * 1_000_000_000 / int(rate_hz))
    assert abs(record(rate_hz=rate_hz).time_ns(sample) - exact) <= 1


def test_windows_count_themselves():
    windows = Windows(np.zeros((4, 3, 5), np.float32), np.ones((4, 3, 5), bool), np.arange(4))
    assert len(windows) == 4


def test_a_curve_gives_its_rows_by_label():
    values = np.arange(6, dtype=np.float32).reshape(2, 3)
    curve = Curve("XX.ABC.", "HH", ("P", "S"), values, 0, 100.0)
    assert curve.row("S").tolist() == [3.0, 4.0, 5.0]
    with pytest.raises(ValueError, match="not in tuple"):
        curve.row("Pn")


def test_what_is_unknown_in_a_pick_is_nan_or_empty():
    pick = Pick("XX.ABC.", "HH", "P", START_NS)
    assert all(
        np.isnan(getattr(pick, name)) for name in ("probability", "uncertainty_s", "snr_db", "amplitude")
    )
    assert (pick.polarity, pick.model, pick.flags) == ("", "", frozenset())


def test_samples_do_not_share_their_arrivals():
    one, two = (Sample(name, "set", "XX.ABC.", "", np.zeros((3, 1), np.float32), 100.0) for name in "ab")
    one.arrivals["P"] = 3.0
    assert two.arrivals == {}
