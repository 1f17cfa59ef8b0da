"""Samples left in a file are the samples that are in it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from onsets.types import Trace
from onsets.waveforms import DeferredError, read_mseed, read_traces, trim, write_mseed
from onsets.waveforms.deferred import Deferred, defer

START_NS = 1_704_067_200 * 10**9


def noise(samples: int, seed: int = 0, dtype=np.int32) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.integers(-(2**20), 2**20, samples).astype(dtype)


@pytest.fixture(scope="module")
def station(tmp_path_factory):
    """Three channels with gaps in one file, more than a megabyte of it."""
    path = tmp_path_factory.mktemp("deferred") / "a.mseed"
    traces = [
        Trace("XX.ABC.", f"HH{c}", START_NS + at * 10**7, 100.0, noise(count, seed))
        for seed, c in enumerate("ZNE")
        for at, count in ((0, 90_000), (90_100, 60_000), (150_350, 77))
    ]
    write_mseed(traces, path)
    return path


def test_the_same_runs_without_their_samples(station) -> None:
    whole, problems = read_mseed(station)
    assert not problems
    left = defer(station)
    key = [(t.station_id, t.channel, t.start_ns, t.rate_hz, len(t.data)) for t in whole]
    assert sorted((t.station_id, t.channel, t.start_ns, t.rate_hz, len(t.data)) for t in left) == sorted(key)
    assert all(isinstance(trace.data, Deferred) for trace in left)
    for trace in left:
        same = next(t for t in whole if (t.channel, t.start_ns) == (trace.channel, trace.start_ns))
        assert trace.data.dtype == same.data.dtype and trace.data.size == len(same.data)
        np.testing.assert_array_equal(trace.data[:], same.data)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(a=st.integers(-10, 90_010), b=st.integers(-10, 90_010))
def test_any_slice(station, a, b) -> None:
    left = next(t for t in defer(station) if t.channel == "HHN" and len(t.data) == 90_000)
    whole = noise(90_000, 1)
    np.testing.assert_array_equal(left.data[a:b], whole[a:b])
    part = left.data.part(100, 500)
    np.testing.assert_array_equal(part[5:50], whole[105:150])


def test_trimming_decodes_nothing(station) -> None:
    traces, _ = read_traces([station], deferred=True)
    some = trim(traces, START_NS + 10 * 10**9, START_NS + 20 * 10**9)
    assert [len(trace.data) for trace in some] == [1000] * 3
    assert all(isinstance(trace.data, Deferred) for trace in some)
    for trace, seed in zip(some, (2, 1, 0), strict=True):  # E, N, Z
        np.testing.assert_array_equal(trace.data[:], noise(90_000, seed)[1000:2000])


@pytest.mark.parametrize(("dtype", "encoding"), [(np.float32, None), (np.float64, None), (np.int32, "int32")])
def test_every_kind_of_samples(tmp_path, dtype, encoding) -> None:
    data = noise(400_000, 3, dtype)
    write_mseed([Trace("XX.A.", "HHZ", START_NS, 50.0, data)], tmp_path / "a", encoding=encoding)
    (trace,) = defer(tmp_path / "a")
    np.testing.assert_array_equal(trace.data[1000:250_000], data[1000:250_000])
    assert trace.data.dtype == data.dtype


def test_what_has_to_be_read_whole(tmp_path, station) -> None:
    small = tmp_path / "small"
    write_mseed([Trace("XX.A.", "HHZ", START_NS, 50.0, noise(1000))], small)
    assert defer(small) is None
    third = tmp_path / "third"
    write_mseed([Trace("XX.A.", "HHZ", START_NS, 50.0, noise(500_000))], third, version=3)
    assert defer(third) is None
    content = station.read_bytes()
    for name, altered in (
        ("cut", content[:-100]),
        ("zeros", content[:51_200] + bytes(512) + content[51_712:]),
        ("doubled", content[:102_400] + content),
        ("turned", content[512_000:1_024_000] + content[:512_000] + content[1_024_000:]),
    ):
        (tmp_path / name).write_bytes(altered)
        assert defer(tmp_path / name) is None, name


def test_damage_that_headers_do_not_show_is_told(tmp_path, station) -> None:
    content = bytearray(station.read_bytes())
    content[200 * 512 + 100] ^= 0x55
    (tmp_path / "a").write_bytes(content)
    traces = defer(tmp_path / "a")
    assert traces is not None
    with pytest.raises(DeferredError, match="piece by piece"):
        _ = [trace.data[:] for trace in traces]


def test_a_file_that_is_gone(tmp_path, station) -> None:
    path = tmp_path / "a"
    path.write_bytes(station.read_bytes())
    traces = defer(path)
    path.unlink()
    with pytest.raises(DeferredError):
        _ = traces[0].data[:10]
