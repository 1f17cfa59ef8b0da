"""Events and assignments as columns."""

from __future__ import annotations

import numpy as np

from onsets.tables import ASSIGNMENT_COLUMNS, EVENT_COLUMNS, Assignments, Events, Picks
from onsets.types import Pick


def two() -> Events:
    return Events.of(
        [
            {"event_id": "b", "time_ns": 2_000_000_000, "latitude": 1.0, "longitude": 2.0, "picks": 7},
            {
                "event_id": "a",
                "time_ns": 1_000_000_000,
                "x_km": 3.0,
                "magnitude": 1.5,
                "magnitude_type": "ML",
            },
        ]
    )


def test_what_is_left_out_is_unknown():
    events = two()
    assert np.isnan(events.depth_km).all() and np.isnan(events.magnitude[0])
    assert events.picks.tolist() == [7, 0]
    assert events.magnitude_type.tolist() == ["", "ML"]
    assert events.picks.dtype == np.int64 and events.time_ns.dtype == np.int64


def test_rows_have_the_columns_of_the_interface():
    rows = two().sorted().rows()
    assert [row["event_id"] for row in rows] == ["a", "b"]
    assert tuple(rows[0]) == EVENT_COLUMNS
    assert rows[0]["time"] == "1970-01-01T00:00:01.000000Z"
    assert rows[0]["latitude"] is None and rows[0]["magnitude"] == 1.5
    table = Assignments.of([{"event_id": "a", "station_id": "X.Y.", "phase": "P", "residual_s": -0.1}])
    assert tuple(table.rows()[0]) == ASSIGNMENT_COLUMNS
    assert table.rows()[0]["weight"] is None


def test_join_take_and_pick_out():
    both = Events.concat([two(), two()])
    assert len(both) == 4 and len(Events.concat([])) == 0
    assert both.take(both.event_id == "a").time_ns.tolist() == [10**9] * 2
    table = Assignments.of([{"event_id": name, "phase": "S"} for name in ("a", "b", "a")])
    assert len(table.of_event("a")) == 2


def test_replaced_columns_leave_the_others():
    events = two()
    moved = events.replace(depth_km=np.array([1.0, 2.0]))
    assert moved.depth_km.tolist() == [1.0, 2.0] and np.isnan(events.depth_km).all()
    assert moved.event_id.tolist() == events.event_id.tolist()


def test_assignments_find_their_picks():
    picks = Picks.of(Pick("XX.A.", "HH", phase, 1_000_000_400) for phase in "PS")
    rows = [("XX.A.", "S", 1_000_000_000), ("XX.A.", "P", 1_000_001_000), ("XX.B.", "P", 1_000_000_000)]
    mine = Assignments.of({"station_id": a, "phase": b, "time_ns": c} for a, b, c in rows)
    assert mine.index(picks).tolist() == [1, -1, -1]
    assert mine.index(Picks.of([])).tolist() == [-1] * 3
