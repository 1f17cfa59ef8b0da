"""A unit of work: files and a span, nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from onsets.errors import ConfigError
from onsets.picking import load
from onsets.pipeline import Unit, pick_unit
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
