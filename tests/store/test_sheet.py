"""Sheets hold what the tables' own rows hold, in the order of the interface."""

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given

from onsets.store.sheet import detections_sheet, iso_times, ledger_sheet, picks_sheet, printable
from onsets.tables import DETECTION_COLUMNS, LEDGER_COLUMNS, PICK_COLUMNS, Picks, iso_time

from .conftest import EDGE_NS


@given(st.lists(st.integers(-EDGE_NS, EDGE_NS), max_size=5))
def test_iso_times_agree_with_iso_time(times):
    assert iso_times(np.array(times, dtype=np.int64)) == [iso_time(time) for time in times]


def test_columns_and_kinds(some_picks, some_detections, some_ledger):
    assert tuple(picks_sheet(some_picks).names) == PICK_COLUMNS
    assert tuple(detections_sheet(some_detections).names) == DETECTION_COLUMNS
    assert tuple(ledger_sheet(some_ledger).names) == LEDGER_COLUMNS
    kinds = {column.name: column.kind for column in picks_sheet(some_picks).columns}
    assert kinds["time"] == "time"
    assert {name for name, kind in kinds.items() if kind == "number"} == {
        *("probability", "uncertainty_s", "snr_db", "amplitude")
    }
    assert len(picks_sheet(some_picks)) == 4


def test_flags_are_sorted_words():
    picks = Picks.of([])
    columns = {
        name: np.array(["x"]) for name in ("station_id", "channel_prefix", "phase", "polarity", "model")
    }
    numbers = {name: np.zeros(1) for name in ("probability", "uncertainty_s", "snr_db", "amplitude")}
    picks = Picks(time_ns=np.zeros(1, np.int64), flags=np.array(["gap  1C gap"]), **columns, **numbers)
    assert picks_sheet(picks).columns[-1].values == ["1C gap"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain été 地震 🌍", None),
        ("a\r\nb\x00\x7f", "a  b  "),
        ("a\u2028b\x85", "a b "),
        ("x\udcff", "x\ufffd"),
    ],
)
def test_printable(text, expected):
    assert printable(text) == (text if expected is None else expected)
