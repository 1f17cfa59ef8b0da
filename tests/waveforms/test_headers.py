"""Headers without decoding say what decoding says."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from onsets.types import Trace
from onsets.waveforms import read_mseed, write_mseed
from onsets.waveforms._headers import read_headers

START_NS = 1_704_067_200 * 10**9 + 123_400_000


def traces(rate_hz: float = 100.0) -> list[Trace]:
    rng = np.random.default_rng(0)
    data = rng.integers(-1000, 1000, size=5000).astype(np.int32)
    return [
        Trace("XX.ABC.", "HHZ", START_NS, rate_hz, data),
        Trace("YY.DEFGH.10", "BHN", START_NS + 10**12, rate_hz, data),
    ]


@pytest.mark.parametrize("version", [2, 3])
@pytest.mark.parametrize("rate_hz", [0.1, 1.0, 40.0, 100.0, 2000.0])
def test_stations_and_times_are_those_of_the_samples(tmp_path: Path, version: int, rate_hz: float) -> None:
    write_mseed(traces(rate_hz), tmp_path / "a", version=version)
    heads = read_headers((tmp_path / "a").read_bytes())
    assert heads is not None and heads.stations == ("XX.ABC.", "YY.DEFGH.10")
    for k, trace in enumerate(traces(rate_hz)):
        here = heads.station == k
        assert abs(int(heads.start_ns[here].min()) - trace.start_ns) < 10**6
        end_ns = trace.start_ns + round(len(trace.data) * 1e9 / rate_hz)
        assert abs(int(heads.end_ns[here].max()) - end_ns) < 10**6
    assert int((heads.offset + heads.length)[-1]) == (tmp_path / "a").stat().st_size


@pytest.mark.parametrize("damage", ["cut", "noise", "text", "year"])
def test_odd_files_are_left_to_the_decoder(tmp_path: Path, damage: str) -> None:
    write_mseed(traces(), tmp_path / "a")
    buffer = (tmp_path / "a").read_bytes()
    broken = {
        "cut": buffer[:-100],
        "noise": buffer[:512] + bytes(512) + buffer[1024:],
        "text": b"no miniSEED at all",
        "year": buffer[:532] + b"\xff\xff" + buffer[534:],
    }[damage]
    assert read_headers(broken) is None


def test_real_files_agree_with_their_samples(shared: Path) -> None:
    files = sorted((shared / "data" / "continuous").glob("*/*.mseed"))
    assert len(files) > 40
    for path in files:
        heads = read_headers(path.read_bytes())
        found, _ = read_mseed(path)
        assert heads is not None, path
        assert set(heads.stations) == {trace.station_id for trace in found}
        start = min(trace.start_ns for trace in found)
        end = max(trace.start_ns + round(len(trace.data) * 1e9 / trace.rate_hz) for trace in found)
        assert abs(int(heads.start_ns.min()) - start) < 10**6
        assert abs(int(heads.end_ns.max()) - end) < 10**6
