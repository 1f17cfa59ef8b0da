"""A unit of work: files and a span, nothing else."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest

from onsets.errors import ConfigError
from onsets.networks.importers import import_file
from onsets.picking import load
from onsets.pipeline import Unit, pick_unit
from onsets.types import Trace
from onsets.waveforms import write_mseed

from .conftest import START_NS, station_traces


def test_a_unit_uses_only_its_span(tmp_path: Path) -> None:
    write_mseed(station_traces(1, 900), tmp_path / "a.mseed")
    files, picker = (str(tmp_path / "a.mseed"),), load("sta-lta")
    whole = pick_unit(Unit("XX.ABC", files), picker)
    first, last = START_NS + 200 * 10**9, START_NS + 500 * 10**9
    some = pick_unit(Unit("XX.ABC", files, first, last), picker)
    assert 0 < len(some.picks) < len(whole.picks)
    assert first <= some.picks.time_ns.min() and some.picks.time_ns.max() < last
    assert some.ledger[0].samples_read == 3 * 30_000
    late = pick_unit(Unit("XX.ABC", files, first, None), picker)
    assert len(some.picks) < len(late.picks) < len(whole.picks)


def test_a_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="does not exist"):
        pick_unit(Unit("XX.ABC", (str(tmp_path / "a.mseed"),)), load("sta-lta"))


def test_damage_in_the_middle_of_a_large_file_costs_what_is_damaged(tmp_path: Path) -> None:
    """Headers look sound, so the file is read piece by piece; where that fails it is read again, whole."""
    path = tmp_path / "a.mseed"
    write_mseed(station_traces(3, 3000), path)
    assert path.stat().st_size > 1 << 20
    unit, picker = Unit("XX.ABC", (str(path),)), load("default", threads=1)
    sound = pick_unit(unit, picker)
    content = bytearray(path.read_bytes())
    at = len(content) // 1024 * 512
    content[at + 200] ^= 0x55
    path.write_bytes(content)
    run = pick_unit(unit, picker)
    assert len(run.failures) >= 1 and "skipped" in run.failures[0].reason
    times = set(sound.picks.time_ns.tolist())
    kept = sum(time in times for time in run.picks.time_ns.tolist())
    assert kept >= 0.9 * len(times)


def test_samples_left_in_files_give_the_same_picks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from onsets.waveforms import deferred

    traces = station_traces(4, 2 * 3600)
    write_mseed(traces, tmp_path / "a.mseed")
    unit, picker = Unit("XX.ABC", (str(tmp_path / "a.mseed"),)), load("default", threads=1)
    left = pick_unit(unit, picker)
    monkeypatch.setattr(deferred, "LEAST_BYTES", 1 << 40)
    whole = pick_unit(unit, picker)
    assert left.picks.rows() == whole.picks.rows() and len(left.picks) >= 70
    assert left.ledger == whole.ledger


@pytest.mark.parametrize("network", ["phasenet", pytest.param("eqtransformer", marks=pytest.mark.slow)])
def test_the_picks_of_seisbench(network: str, tmp_path: Path, shared: Path) -> None:
    """The same weights in both; same samples, same number (EQTransformer: but for the record's ends)."""
    pytest.importorskip("seisbench")
    obspy = pytest.importorskip("obspy")
    peers = module("peers")
    getattr(peers, f"write_{network}")(shared, tmp_path)
    import_file(tmp_path / "theirs.pt", "seisbench", tmp_path / "ours.safetensors")
    records = module("archives").real_records(shared)
    data = module("archives").day_of(records, 3, 90_000)
    traces = [Trace("XX.ABC.", f"HH{c}", START_NS, 100.0, row) for c, row in zip("ZNE", data, strict=True)]
    write_mseed(traces, tmp_path / "a.mseed")
    theirs = peers.load_peer(network, tmp_path).classify(obspy.read(tmp_path / "a.mseed")).picks
    limits = {"P": 0.05, "S": 0.05} if network == "phasenet" else {}
    if limits:
        model = peers.load_peer(network, tmp_path)
        stream = obspy.read(tmp_path / "a.mseed")
        theirs = model.classify(stream, P_threshold=0.05, S_threshold=0.05).picks
    picker = load(str(tmp_path / "ours.safetensors"), threads=1, thresholds=limits)
    ours = pick_unit(Unit("XX.ABC", (str(tmp_path / "a.mseed"),)), picker).picks
    expected = sorted((pick.phase, int(pick.peak_time._ns)) for pick in theirs)
    got = sorted(zip(ours.phase.tolist(), ours.time_ns.tolist(), strict=True))
    if network == "eqtransformer":  # SeisBench says nothing of a record's first and last 5 s
        last = START_NS + 900 * 10**9
        got = [(p, t) for p, t in got if START_NS + 5 * 10**9 <= t < last - 5 * 10**9]
    assert len(expected) >= 6
    assert got == expected


def module(name: str) -> Any:
    """Import a module of the benchmarks."""
    path = Path(__file__).parents[2] / "benchmarks" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made
