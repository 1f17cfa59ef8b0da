"""miniSEED: read as ObsPy does, and better where a file is damaged."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import obspy
import pytest

from onsets.errors import ConfigError, WaveformError
from onsets.types import Trace
from onsets.waveforms import mseed
from onsets.waveforms.mseed import is_mseed, read_mseed, write_mseed

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


def same_as_obspy(path: Path, start_tolerance_ns: int = 1000) -> None:
    """Every trace ObsPy gives is given, sample for sample, at the same time to a microsecond."""
    traces, problems = read_mseed(path)
    assert problems == []
    theirs = obspy.read(str(path))
    assert len(traces) == len(theirs)
    ours = sorted(traces, key=lambda one: (f"{one.station_id}.{one.channel}", one.start_ns))
    for mine, other in zip(ours, sorted(theirs, key=lambda one: (one.id, one.stats.starttime)), strict=True):
        assert f"{mine.station_id}.{mine.channel}" == other.id
        assert abs(mine.start_ns - other.stats.starttime.ns) <= start_tolerance_ns
        assert mine.rate_hz == pytest.approx(other.stats.sampling_rate, rel=1e-6)
        assert mine.source == str(path)
        np.testing.assert_array_equal(mine.data, other.data)


@pytest.mark.parametrize("record_length", [512, 4096])
@pytest.mark.parametrize(
    ("encoding", "dtype"),
    [
        ("STEIM1", "int32"),
        ("STEIM2", "int32"),
        ("INT32", "int32"),
        ("FLOAT32", "float32"),
        ("FLOAT64", "float64"),
    ],
)
def test_reads_what_obspy_writes(tmp_path: Path, encoding: str, dtype: str, record_length: int) -> None:
    path = tmp_path / "a.mseed"
    stream = obspy.Stream()
    for seed, channel in enumerate(("HHZ", "HHN", "HHE")):
        header = {"network": "XX", "station": "ABC", "channel": channel, "sampling_rate": 100.0}
        data = wave(5000, dtype, seed)
        stream += obspy.Trace(data, {**header, "starttime": obspy.UTCDateTime(ns=START_NS)})
        stream += obspy.Trace(data[:777], {**header, "starttime": obspy.UTCDateTime(ns=START_NS) + 100})
    stream.write(str(path), format="MSEED", encoding=encoding, reclen=record_length)
    same_as_obspy(path)
    traces, _ = read_mseed(path)
    assert {one.station_id for one in traces} == {"XX.ABC."}
    assert traces[0].data.dtype == dtype


@pytest.mark.parametrize("version", [2, 3])
@pytest.mark.parametrize("encoding", [None, "steim1", "steim2", "int32", "float32", "float64"])
def test_round_trip(tmp_path: Path, version: int, encoding: str | None) -> None:
    dtype = encoding if encoding in ("float32", "float64") else "int32"
    data = wave(3000, dtype)
    path = written(tmp_path, data, version=version, encoding=encoding, record_length=512)
    (back,), problems = read_mseed(path)
    assert problems == []
    assert (back.station_id, back.channel, back.rate_hz) == ("XX.ABC.00", "HHZ", RATE)
    assert back.start_ns == START_NS
    assert back.data.dtype == dtype
    np.testing.assert_array_equal(back.data, data)
    assert path.read_bytes()[:2] == (b"MS" if version == 3 else b"00")
    assert is_mseed(path)


def test_obspy_reads_what_is_written(tmp_path: Path) -> None:
    same_as_obspy(written(tmp_path, version=2))


@pytest.mark.parametrize(("version", "tolerance_ns"), [(2, 500), (3, 0)])
@pytest.mark.parametrize("offset_ns", [0, 1_000, 99_000, 123_457_000, 1, 999_999_999])
@pytest.mark.parametrize("rate", [0.1, 1.0, 31.25, 99.999, 100.0, 2000.0])
def test_start_times_round_trip(
    tmp_path: Path, version: int, tolerance_ns: int, offset_ns: int, rate: float
) -> None:
    start = 1_704_067_199_000_000_000 + offset_ns
    path = tmp_path / "a.mseed"
    write_mseed([trace(wave(1000), start, rate)], path, version=version)
    (back,), problems = read_mseed(path)
    assert problems == []
    assert abs(back.start_ns - start) <= tolerance_ns
    assert back.rate_hz == pytest.approx(rate, rel=1e-6)
    assert len(back.data) == 1000


def test_large_differences_are_kept(tmp_path: Path) -> None:
    data = np.array([2**31 - 1, -(2**31), 0, 5], np.int32)
    np.testing.assert_array_equal(read_mseed(written(tmp_path, data))[0][0].data, data)


@pytest.mark.parametrize("dtype", ["int8", "int16", "uint16", "int64", ">i4", ">f4", "float16"])
def test_other_types_are_widened(tmp_path: Path, dtype: str) -> None:
    data = np.arange(100).astype(dtype)
    np.testing.assert_array_equal(read_mseed(written(tmp_path, data))[0][0].data, data)


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (np.array([0, 2**31]), None),
        (np.array([0.5]), "int32"),
        (np.array([np.nan]), "steim2"),
        (np.zeros((2, 3), np.int32), None),
        (np.array(["a"]), None),
    ],
)
def test_samples_that_do_not_fit_are_refused(tmp_path: Path, data: np.ndarray, encoding: str | None) -> None:
    with pytest.raises(WaveformError, match=r"XX\.ABC\.00\.HHZ"):
        written(tmp_path, data, encoding=encoding)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("options", [{"version": 1}, {"encoding": "steim3"}, {"record_length": 500}])
def test_unknown_options_are_refused(tmp_path: Path, options: dict[str, object]) -> None:
    with pytest.raises(ConfigError):
        written(tmp_path, **options)


def test_write_is_whole_or_not_at_all(tmp_path: Path) -> None:
    path = written(tmp_path)
    before = path.read_bytes()
    with pytest.raises(WaveformError):
        write_mseed([trace(wave()), trace(np.zeros((2, 2)))], path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]
    with pytest.raises(WaveformError, match="missing"):
        write_mseed([trace(wave(10))], tmp_path / "missing" / "a.mseed")


def test_codes_too_long_for_version_2_are_refused(tmp_path: Path) -> None:
    long = trace(wave(10), station_id="XX.ABCDEFG.00")
    with pytest.raises(WaveformError, match="ABCDEFG"):
        write_mseed([long], tmp_path / "a.mseed", version=2)
    write_mseed([long], tmp_path / "b.mseed", version=3)
    assert read_mseed(tmp_path / "b.mseed")[0][0].station_id == "XX.ABCDEFG.00"


def test_empty_and_foreign_files(tmp_path: Path) -> None:
    empty, text = tmp_path / "empty.mseed", tmp_path / "text.mseed"
    empty.write_bytes(b"")
    text.write_text("station,latitude\n" * 100)
    for path, word in (
        (empty, "empty"),
        (text, "no miniSEED"),
        (tmp_path, "director"),
        (tmp_path / "none", "No such"),
    ):
        traces, (problem,) = read_mseed(path)
        assert traces == []
        assert problem.fatal
        assert problem.where == str(path)
        assert word in problem.reason
    assert not is_mseed(empty)
    assert not is_mseed(text)


def test_unreadable_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def deny(self: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", deny)
    assert "Permission denied" in read_mseed(tmp_path / "a")[1][0].reason


def _read(path: Path, blob: bytes) -> tuple[list[Trace], list]:
    path.write_bytes(blob)
    return read_mseed(path)


def test_text_records_are_skipped(tmp_path: Path) -> None:
    from pymseed import DataEncoding, MS3Record

    path = written(tmp_path, wave(1000))
    record = MS3Record(reclen=512, encoding=DataEncoding.TEXT)
    record.formatversion, record.sourceid, record.starttime = 2, "FDSN:XX_ABC_00_L_O_G", START_NS
    blob = path.read_bytes() + b"".join(record.generate(np.frombuffer(b"clock locked" * 9, np.uint8), "t"))
    (one,), problems = _read(path, blob)
    assert problems == []
    assert len(one.data) == 1000


def test_contiguity_is_half_a_sample(tmp_path: Path) -> None:
    data = wave(4000)
    path = tmp_path / "a.mseed"
    for shift_ns, pieces in ((4_000_000, 1), (-4_000_000, 1), (6_000_000, 2), (-6_000_000, 2)):
        second = START_NS + 20_000_000_000 + shift_ns
        write_mseed([trace(data[:2000]), trace(data[2000:], second)], path)
        traces, problems = read_mseed(path)
        assert problems == []
        assert len(traces) == pieces
        np.testing.assert_array_equal(np.concatenate([one.data for one in traces]), data)


def test_a_drifting_clock_does_not_add_up(tmp_path: Path) -> None:
    """Each record 0.3 samples late on the one before: no sample may be off by more than half a sample."""
    data, path = wave(20_000), tmp_path / "a.mseed"
    pieces = [trace(data[n * 200 : (n + 1) * 200], START_NS + n * 2_003_000_000) for n in range(100)]
    write_mseed(pieces, path)
    traces, _ = read_mseed(path)
    assert total(traces) == 20_000
    assert len(traces) < 100
    for one in traces:
        first = int(np.flatnonzero(data == one.data[0])[0]) if len(one.data) else 0
        candidates = [
            n for n in range(0, 20_000, 200) if np.array_equal(data[n : n + len(one.data)], one.data)
        ]
        first = candidates[0]
        for n in range(first // 200, (first + len(one.data)) // 200):
            given = one.start_ns + (n * 200 - first) * 10_000_000
            assert abs(given - (START_NS + n * 2_003_000_000)) <= 5_000_000


def test_repeated_and_overlapping_records_stay_apart(tmp_path: Path) -> None:
    data, path = wave(6000), tmp_path / "a.mseed"
    write_mseed([trace(data), trace(data), trace(data[3000:] + 1, START_NS + 30_000_000_000)], path)
    traces, problems = read_mseed(path)
    assert problems == []
    assert total(traces) == 15_000
    assert len(traces) == 3


def test_records_out_of_order_are_joined(tmp_path: Path) -> None:
    path = written(tmp_path, wave(3000))
    blob = path.read_bytes()
    parts = [blob[at : at + 512] for at in range(0, len(blob), 512)]
    (one,), problems = _read(path, b"".join(parts[::-1]))
    assert problems == []
    assert one.start_ns == START_NS
    np.testing.assert_array_equal(one.data, wave(3000))


def test_codes_that_are_no_file_names(tmp_path: Path) -> None:
    path = written(tmp_path, wave(500))
    blob = path.read_bytes()
    for station, expected in ((b"../A ", "XX.___A.00"), (b"a$b  ", "XX.a_b.00"), (b"     ", "XX.X.00")):
        changed = bytearray(blob)
        for at in range(0, len(blob), 512):
            changed[at + 8 : at + 13] = station
        traces, problems = _read(path, bytes(changed))
        assert [one.station_id for one in traces] == [expected]
        assert len(problems) == 1
        assert not problems[0].fatal
    changed = bytearray(blob)
    for at in range(0, len(blob), 512):
        changed[at + 8 : at + 13] = b"A\x07B\x1bC"
    traces, problems = _read(path, bytes(changed))
    assert traces == []
    assert all(problem.fatal for problem in problems)
    assert problems


def test_lower_case_channels_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "a.mseed"
    write_mseed([trace(wave(100), channel="hhz")], path)
    assert read_mseed(path)[0][0].channel == "hhz"


@pytest.mark.parametrize(
    "name",
    [
        "hengill_malmi_200hz/2C.BIT06.mseed",
        "hualien_redpan/BH.CHKH.20220324T0037.mseed",
        "iquique_deepphasepick/CX.PB01.20140401.mseed",
        "pr_saipy_network/PR.PR15_20170908T17.mseed",
    ],
)
def test_real_files(shared: Path, name: str) -> None:
    path = shared / "data" / "continuous" / name
    if not path.exists():
        pytest.skip(f"no {path}")
    same_as_obspy(path)


def test_public_names() -> None:
    assert mseed.__all__ == ["is_mseed", "read_mseed", "write_mseed"]
