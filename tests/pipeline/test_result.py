"""Runs are joined without loss and say what failed."""

from __future__ import annotations

from onsets.picking import load
from onsets.pipeline import PickRun, pick_traces
from onsets.types import Problem

from .conftest import station_traces


def test_joined_runs_hold_all_picks_by_time_and_all_problems() -> None:
    picker = load("sta-lta")
    some = pick_traces(station_traces(1, 300, "XX.B."), picker, [Problem("a", "lost", fatal=True)])
    other = pick_traces(station_traces(2, 300, "XX.A."), picker, [Problem("b", "mended")])
    both = PickRun.join([some, other])
    assert len(both.picks) == len(some.picks) + len(other.picks) > 0
    assert both.picks.time_ns.tolist() == sorted(both.picks.time_ns.tolist())
    assert [problem.where for problem in both.failures] == ["a"]
    assert [row.station_id for row in both.ledger if row.day] == ["XX.B.", "XX.A."]
