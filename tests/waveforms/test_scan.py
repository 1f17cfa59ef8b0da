"""Damaged miniSEED: what is sound is kept at its own time, what is not is named."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from onsets.types import Trace
from onsets.waveforms import _scan, mseed
from onsets.waveforms.mseed import read_mseed, write_mseed

START_NS = 1_704_067_200_123_456_000
RATE = 100.0


def wave(samples: int = 20_000, dtype: str = "int32", seed: int = 0) -> np.ndarray:
    values = np.cumsum(np.random.default_rng(seed).normal(0, 100, samples))
    return np.round(values).astype(dtype) if dtype == "int32" else values.astype(dtype)


def trace(data: np.ndarray, start_ns: int = START_NS, rate: float = RATE, **codes: str) -> Trace:
    return Trace(codes.get("station_id", "XX.ABC.00"), codes.get("channel", "HHZ"), start_ns, rate, data)


def written(tmp_path: Path, data: np.ndarray | None = None, **options: object) -> Path:
    path = tmp_path / "day.mseed"
    write_mseed([trace(wave() if data is None else data)], path, **options)
    return path


def total(traces: list[Trace]) -> int:
    return sum(len(one.data) for one in traces)


def test_missing_bytes_are_fatal_however_little_remains(tmp_path: Path) -> None:
    """All but 30 bytes of one record are gone: little is skipped, yet samples are missing."""
    blob = written(tmp_path).read_bytes()
    traces, problems = _read(tmp_path / "cut.mseed", blob[:1024] + blob[1506:])
    assert 0 < 20_000 - total(traces) < 1000
    assert any(problem.fatal for problem in problems)


def test_header_that_denies_its_samples(tmp_path: Path) -> None:
    path = written(tmp_path)
    blob = bytearray(path.read_bytes())
    blob[512 + 30 : 512 + 32] = bytes(2)
    traces, (problem,) = _read(path, bytes(blob))
    assert 0 < 20_000 - total(traces) < 1000
    assert problem.fatal
    assert problem.where == f"{path} at byte 512"


@pytest.mark.parametrize("version", [2, 3])
@pytest.mark.parametrize("dtype", ["int32", "float32"])
def test_every_truncation(tmp_path: Path, version: int, dtype: str) -> None:
    """A file cut at any length gives the whole records before the cut, and says so."""
    path = written(tmp_path, wave(700, dtype), version=version, record_length=512)
    blob = path.read_bytes()
    ends = _record_ends(blob)
    assert len(ends) >= 3
    full = read_mseed(path)[0][0].data
    counts = [total(_read(path, blob[:end])[0]) for end in ends]
    for length in range(0, len(blob), 7):
        traces, problems = _read(path, blob[:length])
        whole = max([n for end, n in zip(ends, counts, strict=True) if end <= length], default=0)
        assert total(traces) == whole
        if traces:
            np.testing.assert_array_equal(traces[0].data, full[:whole])
        cut_inside = length not in ends
        assert bool(problems) == cut_inside
        assert all(problem.fatal for problem in problems)


def _record_ends(blob: bytes) -> list[int]:
    if not blob.startswith(b"MS\x03"):
        return list(range(512, len(blob) + 1, 512))
    ends, at = [], 0
    while at < len(blob):
        sid, extra, payload = struct.unpack_from("<BHI", blob, at + 33)
        at += 40 + sid + extra + payload
        ends.append(at)
    return ends


def _read(path: Path, blob: bytes) -> tuple[list[Trace], list]:
    path.write_bytes(blob)
    return read_mseed(path)


@pytest.mark.parametrize("version", [2, 3])
@pytest.mark.parametrize("damage", ["zeroed first", "zeroed third", "zeroed last", "random third"])
def test_damaged_record_loses_no_other(tmp_path: Path, version: int, damage: str) -> None:
    path = written(tmp_path, version=version, record_length=512)
    blob = bytearray(path.read_bytes())
    bounds = list(zip([0, *_record_ends(bytes(blob))], _record_ends(bytes(blob)), strict=False))
    begin, end = bounds[{"first": 0, "third": 2, "last": -1}[damage.split()[1]]]
    noise = np.random.default_rng(1).bytes(end - begin)
    blob[begin:end] = bytes(end - begin) if "zeroed" in damage else noise
    traces, problems = _read(path, bytes(blob))
    data = wave()
    lost = len(data) - total(traces)
    assert 0 < lost <= 2 * len(data) / len(bounds)
    (problem,) = problems
    assert problem.fatal
    assert problem.where == f"{path} at byte {begin}"
    assert f"{end - begin} bytes (about 1 record)" in problem.reason
    assert problem.station_id == "XX.ABC.00"
    _same_samples_at_same_times(traces, data)


def _same_samples_at_same_times(traces: list[Trace], data: np.ndarray) -> None:
    for one in traces:
        first = round((one.start_ns - START_NS) * RATE / 1e9)
        np.testing.assert_array_equal(one.data, data[first : first + len(one.data)])


@pytest.mark.parametrize("version", [2, 3])
@pytest.mark.parametrize("inserted", [1, 7, 77, 512, 5000])
def test_inserted_bytes(tmp_path: Path, version: int, inserted: int) -> None:
    path = written(tmp_path, version=version, record_length=512)
    blob = path.read_bytes()
    ends = _record_ends(blob)
    noise = np.random.default_rng(inserted).bytes(inserted)
    for at, most_lost in ((ends[3], 0), (ends[3] + 200, 2)):
        traces, problems = _read(path, blob[:at] + noise + blob[at:])
        assert total(traces) >= 20_000 * (1 - most_lost / len(ends)) * 0.99
        assert problems
        assert all("at byte" in problem.where for problem in problems)
        assert any(problem.fatal for problem in problems) == (inserted >= 48 or at != ends[3])
        _same_samples_at_same_times(traces, wave())


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("inserted", [1, 4, 30, 77, 600])
def test_inserted_bytes_never_shift_samples_without_a_checksum(
    tmp_path: Path, dtype: str, inserted: int
) -> None:
    data = wave(5000, dtype)
    path = written(tmp_path, data)
    blob = path.read_bytes()
    for at in (512, 3000, len(blob) - 100):
        noise = np.random.default_rng(at).bytes(inserted)
        traces, problems = _read(path, blob[:at] + noise + blob[at:])
        assert total(traces) >= 5000 * (1 - 2.2 * 512 / len(blob))
        assert any(problem.fatal for problem in problems)
        _same_samples_at_same_times(traces, data)


@pytest.mark.parametrize("dtype", ["int32", "float32", "float64"])
def test_bytes_missing(tmp_path: Path, dtype: str) -> None:
    path = written(tmp_path, wave(20_000, dtype), version=2)
    blob = path.read_bytes()
    traces, problems = _read(path, blob[:1300] + blob[1500:])
    assert 20_000 > total(traces) >= 20_000 * (1 - 2.2 * 512 / len(blob))
    assert any(problem.fatal for problem in problems)
    _same_samples_at_same_times(traces, wave(20_000, dtype))


def test_crc_of_miniseed_3(tmp_path: Path) -> None:
    """A flipped bit in a float sample costs its record, and is never passed on."""
    data = wave(2000, "float32")
    path = written(tmp_path, data, version=3, record_length=512)
    blob = path.read_bytes()
    ends = _record_ends(blob)
    for bit in range(0, 8 * len(blob), 997):
        damaged = bytearray(blob)
        damaged[bit // 8] ^= 1 << (bit % 8)
        traces, problems = _read(path, bytes(damaged))
        assert problems
        assert total(traces) >= 2000 * (1 - 2.5 / len(ends))
        _same_samples_at_same_times(traces, data)
    damaged = bytearray(blob)
    damaged[ends[1] + 100] ^= 1
    _, (problem,) = _read(path, bytes(damaged))
    assert "CRC" in problem.reason


def test_steim_checksum(tmp_path: Path) -> None:
    """Steim frames end with their last sample: a record that does not arrive there is given up."""
    path = written(tmp_path, wave(5000))
    blob = bytearray(path.read_bytes())
    blob[512 * 2 + 200] ^= 0x10
    traces, problems = _read(path, bytes(blob))
    assert problems
    _same_samples_at_same_times(traces, wave(5000))


def test_wrong_steim_checksums_throughout_are_the_writers_habit(tmp_path: Path) -> None:
    path = written(tmp_path, wave(5000))
    blob = bytearray(path.read_bytes())
    for at in range(0, len(blob), 512):
        blob[at + 64 + 8 : at + 64 + 12] = b"\x00\x00\x00\x01"
    (one,), (problem,) = _read(path, bytes(blob))
    np.testing.assert_array_equal(one.data, wave(5000))
    assert not problem.fatal
    assert "checksum" in problem.reason


def test_bad_rates_are_rejected(tmp_path: Path) -> None:
    path = written(tmp_path, wave(500), version=2)
    blob = path.read_bytes()
    for factor, multiplier in ((0, 1), (32767, 32767), (-32768, -32768)):
        changed = bytearray(blob)
        for at in range(0, len(blob), 512):
            struct.pack_into(">hh", changed, at + 32, factor, multiplier)
            changed[at + 46 : at + 48] = b"\x00\x30"
        traces, problems = _read(path, bytes(changed))
        assert traces == []
        assert all(problem.fatal and "rate" in problem.reason for problem in problems)
        assert problems


def test_negative_and_infinite_rate_of_version_3(tmp_path: Path) -> None:
    path = written(tmp_path, wave(100), version=3, record_length=512)
    for rate in (float("nan"), float("inf"), 0.0):
        blob = bytearray(path.read_bytes())
        struct.pack_into("<d", blob, 16, rate)
        blob[28:32] = bytes(4)
        struct.pack_into("<I", blob, 28, _crc32c(bytes(blob)))
        target = tmp_path / "bad.mseed"
        traces, problems = _read(target, bytes(blob))
        assert traces == []
        assert problems[0].fatal


def _crc32c(blob: bytes) -> int:
    crc = 0xFFFFFFFF
    for byte in blob:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    edits=st.lists(st.tuples(st.integers(0, 4095), st.integers(0, 255)), min_size=1, max_size=40),
    seed=st.integers(0, 3),
)
def test_mutated_files_never_raise(tmp_path: Path, edits: list[tuple[int, int]], seed: int) -> None:
    path = tmp_path / f"{seed}.mseed"
    if not (tmp_path / f"{seed}.blob").exists():
        dtype = ("int32", "float32", "float64", "int32")[seed]
        write_mseed(
            [trace(wave(900, dtype))],
            tmp_path / f"{seed}.blob",
            version=3 if seed == 3 else 2,
            record_length=512,
        )
    blob = bytearray((tmp_path / f"{seed}.blob").read_bytes())
    for at, value in edits:
        blob[at % len(blob)] = value
    traces, problems = _read(path, bytes(blob))
    for one in traces:
        assert one.data.ndim == 1
        assert 0 < one.rate_hz < float("inf")
        assert len(one.station_id.split(".")) == 3
    assert traces or problems


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(blob=st.binary(max_size=600))
def test_any_bytes_never_raise(tmp_path: Path, blob: bytes) -> None:
    traces, problems = _read(tmp_path / "a.mseed", blob)
    assert traces == []
    assert all(problem.fatal for problem in problems)
    assert problems


def test_nothing_is_printed(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path)
    blob = bytearray(path.read_bytes())
    blob[1000:1800] = bytes(800)
    blob[3000] ^= 0x55
    _read(path, bytes(blob))
    captured = capfd.readouterr()
    assert captured.out == captured.err == ""


def test_fast_path_and_scan_agree(shared: Path) -> None:
    path = shared / "data" / "continuous" / "borehole_fcm_2000hz" / "EVENT_1.mseed"
    if not path.exists():
        pytest.skip(f"no {path}")
    quick = mseed._decode(path.read_bytes())
    slow, problems = mseed.scan(path.read_bytes(), "x")
    assert quick is not None
    assert problems == []
    quick.sort(key=lambda one: (one.sourceid, one.start_ns))
    assert [(one.sourceid, one.start_ns, len(one.data)) for one in quick] == [
        (one.sourceid, one.start_ns, len(one.data)) for one in slow
    ]
    for one, other in zip(quick, slow, strict=True):
        np.testing.assert_array_equal(one.data, other.data)


def test_public_names() -> None:
    assert _scan.__all__ == sorted(_scan.__all__)
    assert {"Piece", "scan"} <= set(_scan.__all__)
