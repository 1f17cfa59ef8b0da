"""Station-days put together are the whole run: nothing at midnight is lost or doubled."""

from __future__ import annotations

import dataclasses
import itertools
import random
from pathlib import Path

import numpy as np
import pytest

from onsets.picking import Picker, load
from onsets.pipeline import PickOptions, PickRun, margins, pick_day, pick_files, pick_traces, plan_files
from onsets.tables import Picks
from onsets.types import Trace
from onsets.waveforms import trim, write_mseed

from .archives import MIDNIGHT_NS, over_midnight, write_sds
from .conftest import START_NS, station_traces

DAY_NS = 86_400 * 10**9


def assert_alike(some: Picks, others: Picks) -> None:
    """The same onsets to the microsecond; probabilities to what float32 leaves."""
    assert [(p.station_id, p.phase, p.flags) for p in some] == [
        (p.station_id, p.phase, p.flags) for p in others
    ]
    assert np.abs(some.time_ns - others.time_ns).max() <= 2000
    np.testing.assert_allclose(some.probability, others.probability, atol=1e-5)


def aligned(seed: int, seconds: int, hop_s: float = 7.68) -> list[Trace]:
    """Traces over midnight that begin on the network's grid."""
    hops = int(seconds / 2 / hop_s)
    start_ns = MIDNIGHT_NS // 10_000_000 * 10_000_000 - round(hops * hop_s * 1e9)
    grid_ns = round(hop_s * 1e9)
    return station_traces(seed, seconds, start_ns=start_ns // grid_ns * grid_ns)


@pytest.mark.parametrize("seed", range(3))
def test_days_are_the_whole(tmp_path: Path, seed: int) -> None:
    picker = load("default", threads=1)
    traces = aligned(seed, 3600)
    write_mseed(traces, tmp_path / "a.mseed")
    whole = pick_traces(traces, picker)
    plan = plan_files(tmp_path, margins(picker))
    assert len(plan.units) == 2
    days = [pick_day(unit, picker) for unit in plan.units]
    assert all(len(day.picks) >= 15 for day in days)
    assert_alike(PickRun.join(days).picks, whole.picks)


@pytest.mark.parametrize("offset_s", [-0.02, -0.005, 0.0, 0.005, 0.02])
def test_an_onset_at_midnight_is_there_once(tmp_path: Path, offset_s: float) -> None:
    picker = load("default", threads=1)
    onset = 4000
    start_ns = MIDNIGHT_NS - onset * 10**7 + round(offset_s * 1e9) // 10**7 * 10**7
    write_mseed(station_traces(1, 90, start_ns=start_ns), tmp_path / "a.mseed")
    plan = plan_files(tmp_path, margins(picker))
    runs = [pick_day(unit, picker) for unit in plan.units]
    for unit, run in zip(plan.units, runs, strict=True):
        assert ((run.picks.time_ns >= unit.start_ns) & (run.picks.time_ns < unit.end_ns)).all()
    picks = PickRun.join(runs).picks
    p = picks.time_ns[picks.phase == "P"]
    assert (np.abs(p - start_ns - onset * 10**7) < 3 * 10**8).sum() == 1


def test_hours_days_and_shuffled_files_are_identical(tmp_path: Path, picker: Picker) -> None:
    traces = over_midnight("XX.A.", 3, 2 * 3600)
    write_mseed(traces, tmp_path / "whole.mseed")
    write_sds(tmp_path / "sds", traces)
    hours = []
    for k, trace in itertools.product(range(4), traces):
        begin = traces[0].start_ns + k * 1800 * 10**9
        hours.append(tmp_path / "hours" / f"{trace.channel}{9 - k}.mseed")
        hours[-1].parent.mkdir(exist_ok=True)
        write_mseed(trim([trace], begin, begin + 1800 * 10**9), hours[-1])
    random.Random(1).shuffle(hours)
    whole = pick_files([tmp_path / "whole.mseed"], picker)
    assert len(whole.picks) >= 50
    for other in (pick_files([tmp_path / "sds"], picker), pick_files(hours, picker)):
        assert other.picks.rows() == whole.picks.rows()
        assert other.ledger == whole.ledger or [row.row() for row in other.ledger] == [
            row.row() for row in whole.ledger
        ]


def test_rows_and_counts_are_those_of_the_day(tmp_path: Path) -> None:
    picker = load("default", threads=1)
    write_sds(tmp_path, over_midnight("XX.A.", 0, 1200))
    run = pick_files([tmp_path], picker)
    assert [row.day for row in run.ledger] == ["2024-01-01", "2024-01-02"]
    assert [row.samples_read for row in run.ledger] == [180_000, 180_000]
    for row in run.ledger:
        days = (run.picks.time_ns // DAY_NS).astype("datetime64[D]").astype(str)
        assert row.picks_p == int(((run.picks.phase == "P") & (days == row.day)).sum())


def test_a_misnamed_day_file_is_named(tmp_path: Path) -> None:
    from onsets.pipeline import plan_sds

    (trace, *_) = station_traces(0, 60, "XX.A.", START_NS + 40 * DAY_NS)
    folder = tmp_path / "2024" / "XX" / "A" / "HHZ.D"
    folder.mkdir(parents=True)
    write_mseed([trace], folder / "XX.A..HHZ.D.2024.001")
    plan = plan_sds(tmp_path, START_NS, START_NS + DAY_NS)
    run = pick_day(plan.units[0], load("sta-lta"))
    assert len(run.failures) == 1 and "which its name promises" in run.failures[0].reason


def test_options_make_the_same_picker_once_and_tell_what_they_are(tmp_path: Path) -> None:
    options = PickOptions(thresholds=(("P", 0.4),), threads=1)
    assert options.picker() is options.picker()
    facts = options.facts()
    assert facts["thresholds"]["P"] == 0.4 and len(facts["content"]) == 16
    assert dataclasses.replace(options, model="sta-lta", thresholds=()).facts()["model"] == "sta-lta"


def test_progress_grows_to_one(tmp_path: Path) -> None:
    write_mseed(station_traces(0, 900), tmp_path / "a.mseed")
    picker = load("default", threads=1)
    told: list[float] = []
    (unit,) = plan_files(tmp_path, margins(picker)).units
    pick_day(unit, picker, lambda share, _, name: told.append(share))
    assert told == sorted(told) and len(told) > 3 and told[0] <= 0.1 and told[-1] == pytest.approx(1)
