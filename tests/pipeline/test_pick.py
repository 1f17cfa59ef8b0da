"""The same picks however the data arrive, and no station that stops the others."""

from __future__ import annotations

import itertools
import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from onsets.errors import ConfigError, MissingExtraError
from onsets.picking import Picker, load
from onsets.pipeline import pick_files, pick_sds, pick_traces
from onsets.types import Record, Trace
from onsets.waveforms import write_mseed

from .conftest import RATE_HZ, START_NS, station_traces


def pieces(traces: list[Trace], cuts: list[int]) -> list[Trace]:
    """Cut each trace at the given samples."""
    out = []
    for trace in traces:
        edges = [0, *sorted({c for c in cuts if 0 < c < len(trace.data)}), len(trace.data)]
        for a, b in itertools.pairwise(edges):
            start = trace.start_ns + round(a * 1e9 / trace.rate_hz)
            out.append(Trace(trace.station_id, trace.channel, start, trace.rate_hz, trace.data[a:b]))
    return out


def test_whole_hours_and_shuffled_files_give_identical_picks(tmp_path: Path, picker: Picker) -> None:
    traces = station_traces(1, 2 * 3600)
    write_mseed(traces, tmp_path / "whole.mseed")
    hours = tmp_path / "hours"
    hours.mkdir()
    names = []
    for k, hour in enumerate(pieces(traces, [360_000])):
        names.append(hours / f"{hour.channel}_{k}.mseed")
        write_mseed([hour], names[-1])
    random.Random(0).shuffle(names)
    whole = pick_files([tmp_path / "whole.mseed"], picker)
    assert len(whole.picks) >= 70
    for other in (pick_files([hours], picker), pick_files(names, picker)):
        assert other.picks.rows() == whole.picks.rows()
        assert not other.failures


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cuts=st.lists(st.integers(1, 59_999), max_size=6), seed=st.integers(0, 99))
def test_any_cutting_and_order_gives_identical_picks(cuts: list[int], seed: int) -> None:
    traces = station_traces(2, 600)
    picker = load("default", threads=1)
    parts = pieces(traces, cuts)
    random.Random(seed).shuffle(parts)
    whole = pick_traces(traces, picker)
    assert len(whole.picks) >= 4
    assert pick_traces(parts, picker).picks.rows() == whole.picks.rows()


def test_onsets_of_the_synthetic_day_are_found(picker: Picker) -> None:
    run = pick_traces(station_traces(3, 900), picker)
    p = np.sort(run.picks.time_ns[run.picks.phase == "P"] - START_NS) / 1e9
    truth = np.arange(40.0, 880.0, 100.0)
    found = [np.abs(p - t).min() for t in truth]
    assert np.mean(np.array(found) < 0.3) >= 0.75


@pytest.mark.parametrize("wrong", [ConfigError("no"), MissingExtraError("torch", "train", "this")])
def test_a_wrong_configuration_stops_at_once(wrong: Exception) -> None:
    class Misconfigured:
        name = "misconfigured"
        thresholds = {"P": 0.5}  # noqa: RUF012

        def apply(self, record: Record, progress=None):  # type: ignore[no-untyped-def]
            raise wrong

        def pick(self, record: Record):  # type: ignore[no-untyped-def]
            raise wrong

    with pytest.raises(type(wrong)):
        pick_traces(station_traces(4, 60), Misconfigured())


@pytest.mark.parametrize("fault", [ValueError, RuntimeError])
def test_a_station_that_fails_is_named_and_the_others_go_on(fault: type[Exception]) -> None:
    class Failing:
        name = "failing"
        thresholds = {"P": 0.5}  # noqa: RUF012
        real = load("sta-lta")

        def apply(self, record: Record, progress=None):  # type: ignore[no-untyped-def]
            if record.station_id == "XX.BAD.":
                raise fault("no good")
            return self.real.apply(record, progress)

        def pick(self, record: Record):  # type: ignore[no-untyped-def]
            return self.apply(record).picks

    run = pick_traces(station_traces(4, 300, "XX.BAD.") + station_traces(4, 300, "XX.GOOD."), Failing())
    assert [p.where for p in run.failures] == ["XX.BAD."]
    assert set(run.picks.station_id) == {"XX.GOOD."}
    rows = {row.station_id: row for row in run.ledger}
    assert "no good" in rows["XX.BAD."].rejected and rows["XX.GOOD."].picks_p > 0


def test_bad_files_beside_good_ones(tmp_path: Path) -> None:
    traces = station_traces(5, 300)
    write_mseed(traces, tmp_path / "good.mseed")
    (tmp_path / "empty.mseed").write_bytes(b"")
    (tmp_path / "noise.mseed").write_bytes(bytes(range(256)) * 8)
    run = pick_files([tmp_path], load("sta-lta"))
    assert len(run.picks) > 0
    assert {Path(p.where).name for p in run.failures} == {"empty.mseed", "noise.mseed"}


def test_one_nan_costs_no_more_than_its_surroundings() -> None:
    traces = [
        Trace(t.station_id, t.channel, t.start_ns, t.rate_hz, t.data.astype(np.float32))
        for t in station_traces(6, 600)
    ]
    clean = pick_traces(traces, load("default", threads=1)).picks
    broken = [Trace(t.station_id, t.channel, t.start_ns, t.rate_hz, t.data.copy()) for t in traces]
    broken[0].data[9000] = np.nan
    run = pick_traces(broken, load("default", threads=1))
    assert any("NaN" in p.reason or "finite" in p.reason for p in run.problems)
    far = np.abs(clean.time_ns - START_NS - 90e9) > 2e9
    times = set(run.picks.time_ns.tolist())
    near_enough = [min(abs(t - u) for u in times) < 2e7 for t in clean.time_ns[far].tolist()]
    assert np.mean(near_enough) >= 0.9


@pytest.mark.parametrize("samples", [1, 17, 1700, 3000])
def test_a_short_record_is_padded_picked_and_flagged(samples: int) -> None:
    traces = [
        Trace(t.station_id, t.channel, t.start_ns, t.rate_hz, t.data[3500 : 3500 + samples])
        for t in station_traces(7, 120)
    ]
    run = pick_traces(traces, load("default", threads=1))
    assert not run.failures
    if samples >= 1700:
        assert len(run.picks) >= 1
        assert all("short" in pick.flags for pick in run.picks)


def test_dead_channels_are_flagged_and_give_no_pick() -> None:
    traces = [Trace("XX.DEAD.", f"HH{c}", START_NS, RATE_HZ, np.full(60_000, 7)) for c in "ZNE"]
    run = pick_traces(traces, load("default", threads=1))
    assert len(run.picks) == 0
    assert "dead" in run.ledger[0].flags and run.ledger[0].why == "every component is dead"


def test_an_sds_archive_is_picked_by_span_and_station(tmp_path: Path) -> None:
    for station in ("ABC", "DEF"):
        for trace in station_traces(8, 1200, f"XX.{station}."):
            folder = tmp_path / "2024" / "XX" / station / f"{trace.channel}.D"
            folder.mkdir(parents=True)
            write_mseed([trace], folder / f"XX.{station}..{trace.channel}.D.2024.001")
    picker = load("sta-lta")
    both = pick_sds(tmp_path, START_NS, START_NS + 1200 * 10**9, picker)
    assert set(both.picks.station_id) == {"XX.ABC.", "XX.DEF."}
    half = pick_sds(tmp_path, START_NS, START_NS + 600 * 10**9, picker, ["XX.DEF"])
    assert set(half.picks.station_id) == {"XX.DEF."}
    assert half.picks.time_ns.max() < START_NS + 600 * 10**9


def test_progress_grows_within_a_record_and_ends_at_the_total() -> None:
    said: list[tuple[float, float, str]] = []
    picker = load("default", threads=1)
    traces = station_traces(9, 900, "XX.A.") + station_traces(9, 300, "XX.B.")
    pick_traces(traces, picker, progress=lambda *step: said.append(step))
    done = [step[0] for step in said]
    assert done == sorted(done)
    assert len(done) > 4
    assert said[-1] == (120_000, 120_000, "XX.B.")
