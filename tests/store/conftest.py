"""Tables to write and read."""

from __future__ import annotations

import dataclasses

import hypothesis.strategies as st
import numpy as np
import pytest

from onsets.tables import Detections, LedgerRow, Picks
from onsets.types import Pick

NUMBERS = ("probability", "uncertainty_s", "snr_db", "amplitude")
EDGE_NS = 9_000_000_000 * 10**9  # within the years that int64 ns can hold

words = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp", "Cn")), max_size=12)
flag = st.text("abcxyz1C-_=+@é地", min_size=1, max_size=6)
numbers = st.floats(width=64)
picks = st.builds(
    Pick,
    station_id=st.one_of(st.just("XX.ABC."), words.filter(bool)),
    channel_prefix=st.sampled_from(["", "HH", "EH", "BH"]),
    phase=st.one_of(st.sampled_from(["P", "S", "Pg", "Sn"]), words),
    time_ns=st.integers(-EDGE_NS, EDGE_NS),
    **dict.fromkeys(NUMBERS, numbers),
    polarity=st.sampled_from(["", "U", "D"]),
    model=words,
    flags=st.frozensets(flag, max_size=4),
)
pick_tables = st.lists(picks, max_size=8).map(Picks.of)


def rounded(picks: Picks, digits: bool = True) -> Picks:
    """What a file can hold of a table: microseconds, and six digits where numbers are text."""
    columns = {field.name: getattr(picks, field.name) for field in dataclasses.fields(picks)}
    columns["time_ns"] = (picks.time_ns + 500) // 1000 * 1000
    for name in NUMBERS if digits else ():
        columns[name] = np.array([float(f"{value:.6g}") for value in columns[name]], dtype=np.float64)
    return Picks(**columns)


def assert_equal(got: Picks, expected: Picks) -> None:
    """Every column equal in values and kind, unknown equal to unknown."""
    for field in dataclasses.fields(Picks):
        a, b = getattr(got, field.name), getattr(expected, field.name)
        assert a.dtype.kind == b.dtype.kind, field.name
        np.testing.assert_array_equal(a, b, err_msg=field.name)


@pytest.fixture
def some_picks() -> Picks:
    """Four picks that show everything: empty location, unknown numbers, flags, polarity."""
    start = 1_251_073_203_000_000_000
    return Picks.of(
        [
            Pick("BW.RJOB.", "EH", "P", start + 4_123_456_789, 0.87, 0.05, 21.5, 1234.5, "U", "default"),
            Pick("BW.RJOB.", "EH", "S", start + 7_500_000_000, 0.5, flags=frozenset({"gap", "1C"})),
            Pick("XX.ABC.00", "", "Pg", start, polarity="D", model="my model.onnx"),
            Pick("XX.ABC.00", "HH", "Sn", start + 1, float("inf"), float("inf"), -3.0, 0.0),
        ]
    )


@pytest.fixture
def some_detections() -> Detections:
    """Two intervals."""
    start = 1_251_073_203_000_000_000
    return Detections.of(
        [("BW.RJOB.", start, start + 10**10, 0.9, "m"), ("XX.A.", 0, 1500, float("nan"), "")]
    )


@pytest.fixture
def some_ledger() -> list[LedgerRow]:
    """A quiet day and a day without data."""
    return [
        LedgerRow(
            station_id="BW.RJOB.", day="2009-08-24", samples_read=9000, highest_p=0.2, why="=P stayed low"
        ),
        LedgerRow(station_id="XX.A.", rejected="line one\nline two; été \udcff"),
    ]
