"""The ledger says what became of each station-day."""

from __future__ import annotations

import dataclasses

import numpy as np

from onsets.picking import Picked
from onsets.pipeline import station_days
from onsets.tables import Detections, Picks
from onsets.types import Curve, Pick, Problem, Record, Trace

DAY_NS = 86_400 * 10**9
LIMITS = {"P": 0.5, "S": 0.5}


def trace_and_record(start_ns: int, samples: int, rate_hz: float = 1.0) -> tuple[Trace, Record]:
    data = np.ones((3, samples), dtype=np.float32)
    record = Record("XX.ABC.", "HH", data, np.ones(data.shape, dtype=bool), start_ns, rate_hz)
    return Trace("XX.ABC.", "HHZ", start_ns, rate_hz, data[0]), record


def curve_of(record: Record, peak: float, at: int = 5) -> Curve:
    values = np.zeros((2, record.samples), dtype=np.float32)
    values[0, at] = peak
    return Curve(record.station_id, "HH", ("P", "S"), values, record.start_ns, record.rate_hz)


def said(record: Record, peak: float, picks: list[Pick], at: int = 5) -> Picked:
    return Picked(Picks.of(picks), Detections.of([]), curve_of(record, peak, at))


def test_a_record_over_midnight_is_booked_on_both_days() -> None:
    trace, record = trace_and_record(DAY_NS - 100 * 10**9, 300)
    pick = Pick("XX.ABC.", "HH", "P", DAY_NS + 50 * 10**9)
    rows = station_days([trace], [(record, said(record, 0.9, [pick], at=150))], [], LIMITS)
    assert [row.day for row in rows] == ["1970-01-01", "1970-01-02"]
    assert [row.samples_read for row in rows] == [100, 200]
    assert [row.samples_used for row in rows] == [300, 600]
    assert [row.picks_p for row in rows] == [0, 1]
    assert rows[0].highest_p == 0 and abs(rows[1].highest_p - 0.9) < 1e-6


def test_gaps_are_counted_on_the_worst_component() -> None:
    trace, record = trace_and_record(0, 100, 10.0)
    record.valid[0, 10:20] = record.valid[0, 40:45] = record.valid[2, 10:12] = False
    (row,) = station_days([trace], [(record, said(record, 0.1, []))], [], LIMITS)
    assert (row.gaps, row.gap_s) == (2, 1.5)
    assert row.samples_used == 300 - 17


def test_why_names_the_highest_value_below_the_threshold() -> None:
    trace, record = trace_and_record(0, 100)
    (row,) = station_days([trace], [(record, said(record, 0.21, []))], [], LIMITS)
    assert "highest P 0.21 is below 0.5" in row.why
    assert "highest S 0 is below 0.5" in row.why


def test_why_names_dead_components() -> None:
    trace, record = trace_and_record(0, 100)
    record.valid[:] = False
    record = dataclasses.replace(record, flags=frozenset({"dead"}))
    (row,) = station_days([trace], [(record, said(record, 0.0, []))], [], LIMITS)
    assert (row.why, row.flags, row.samples_used) == ("every component is dead", "dead", 0)


def test_problems_are_booked_to_their_station_and_day_and_none_is_lost() -> None:
    trace, record = trace_and_record(0, 100)
    problems = [
        Problem("a.mseed", "broken block", "XX.ABC.", 10, time_ns=0),
        Problem("b.mseed", "empty file", fatal=True),
        Problem("XX.LOST.", "only HHX", "XX.LOST.", fatal=True),
    ]
    rows = station_days([trace], [(record, None)], problems, LIMITS)
    text = {row.station_id: row.rejected for row in rows}
    assert text["XX.ABC."] == "a.mseed: broken block"
    assert text[""] == "b.mseed: empty file"
    assert text["XX.LOST."] == "XX.LOST.: only HHX"


def test_rows_turn_unknown_numbers_into_none() -> None:
    trace, record = trace_and_record(0, 100)
    (row,) = station_days([trace], [(record, None)], [], LIMITS)
    assert row.row()["highest_p"] is None and row.row()["picks_p"] == 0
