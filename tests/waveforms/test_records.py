"""Files to records in one call."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import onsets
from onsets.errors import ConfigError, WaveformError
from onsets.types import Trace
from onsets.waveforms import read, read_records, write_mseed

X = np.random.default_rng(0).integers(-1000, 1000, (3, 5000)).astype(np.int32)


def traces(station: str = "XX.ABC.") -> list[Trace]:
    return [
        Trace(station, f"HH{c}", 1_704_067_200 * 10**9, 100.0, row) for c, row in zip("ZNE", X, strict=True)
    ]


def test_one_file_is_one_record(tmp_path: Path) -> None:
    write_mseed(traces(), tmp_path / "a.mseed")
    record = read(tmp_path / "a.mseed")
    assert np.array_equal(record.data, X.astype(np.float32))
    assert onsets.read(tmp_path / "a.mseed").start_ns == record.start_ns


def test_several_records_ask_for_the_other_function(tmp_path: Path) -> None:
    write_mseed(traces(), tmp_path / "a.mseed")
    write_mseed(traces("XX.DEF."), tmp_path / "b.mseed")
    with pytest.raises(WaveformError, match=r"2 records .*XX\.ABC.*use read_records"):
        read(tmp_path)
    records, problems = read_records([tmp_path])
    assert [record.station_id for record in records] == ["XX.ABC.", "XX.DEF."]
    assert problems == []


def test_what_is_lost_is_an_error_in_read_and_a_problem_in_read_records(tmp_path: Path) -> None:
    write_mseed(traces(), tmp_path / "a.mseed")
    (tmp_path / "b.mseed").write_bytes(b"")
    with pytest.raises(WaveformError, match=r"b\.mseed"):
        read(tmp_path)
    records, problems = read_records([tmp_path])
    assert len(records) == 1
    assert [Path(problem.where).name for problem in problems] == ["b.mseed"]


def test_a_missing_path_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nowhere\.mseed"):
        read(tmp_path / "nowhere.mseed")
