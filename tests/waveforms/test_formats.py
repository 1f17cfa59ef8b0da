"""Other formats by ObsPy."""

from __future__ import annotations

import builtins
import gzip
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import obspy
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from onsets.waveforms import formats
from onsets.waveforms.formats import read_other

START = obspy.UTCDateTime("2024-01-01T00:00:00.123")


def stream(dtype: str = "int32", traces: int = 1, **codes: str) -> obspy.Stream:
    header = {"network": "XX", "station": "ABC", "channel": "HHZ", **codes}
    rng = np.random.default_rng(0)
    return obspy.Stream(
        obspy.Trace(
            rng.integers(-1000, 1000, 800).astype(dtype),
            {**header, "sampling_rate": 100.0, "starttime": START + 10 * n},
        )
        for n in range(traces)
    )


@pytest.mark.parametrize(
    ("kind", "dtype", "tolerance_ns"),
    [
        ("SAC", "float32", 1000),
        ("GSE2", "int32", 1_000_000),
        ("SLIST", "int32", 1000),
        ("TSPAIR", "int32", 1000),
        ("SH_ASC", "float32", 1_000_000),
        ("AH", "float32", 1_000_000),
    ],
)
def test_formats(tmp_path: Path, kind: str, dtype: str, tolerance_ns: int) -> None:
    path = tmp_path / "wave.dat"
    stream(dtype).write(str(path), format=kind)
    other = obspy.read(str(path), format=kind)[0]
    (one,), problems = read_other(path)
    assert problems == []
    assert one.station_id.split(".")[1] == "ABC"
    assert one.channel.endswith("Z")
    assert one.rate_hz == 100.0
    assert abs(one.start_ns - START.ns) <= tolerance_ns
    assert one.source == str(path)
    np.testing.assert_array_equal(one.data, other.data)


def test_sac_keeps_its_location(tmp_path: Path) -> None:
    path = tmp_path / "wave.sac"
    stream("float32", location="10").write(str(path), format="SAC")
    assert read_other(path)[0][0].station_id == "XX.ABC.10"


def test_segy_traces_are_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "shot.sgy"
    stream("float32", traces=3).write(str(path), format="SEGY", data_encoding=5)
    traces, (problem,) = read_other(path)
    assert [one.station_id for one in traces] == [".X0001.", ".X0002.", ".X0003."]
    assert not problem.fatal
    assert problem.where == str(path)


def test_masked_arrays_are_split(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    masked = stream("float32")
    data = masked[0].data
    masked[0].data = np.ma.masked_array(data, mask=(np.arange(800) // 100) % 2 == 1)
    monkeypatch.setattr(formats, "_read", lambda path: ("SAC", masked))
    traces, problems = read_other(tmp_path / "a.sac")
    assert problems == []
    assert [(one.start_ns - START.ns) // 10**9 for one in traces] == [0, 2, 4, 6]
    for n, one in enumerate(traces):
        assert not np.ma.isMaskedArray(one.data)
        np.testing.assert_array_equal(one.data, data[200 * n : 200 * n + 100])


@pytest.mark.parametrize("rate", [0.0, float("nan"), -100.0])
def test_bad_rates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rate: float) -> None:
    bad = stream()
    bad[0].stats.__dict__["sampling_rate"] = rate
    monkeypatch.setattr(formats, "_read", lambda path: ("SAC", bad))
    traces, (problem,) = read_other(tmp_path / "a.sac")
    assert traces == []
    assert problem.fatal
    assert problem.samples == 800
    assert "rate" in problem.reason


def test_without_obspy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "wave.sac"
    stream("float32").write(str(path), format="SAC")
    real = builtins.__import__

    def without(name: str, *rest: Any) -> Any:
        if name.split(".")[0] == "obspy":
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    traces, (problem,) = read_other(path)
    assert traces == []
    assert problem.fatal
    assert problem.where == str(path)
    assert "onsets[obspy]" in problem.reason
    assert not read_other(path, sure=False)[1][0].fatal


def test_foreign_empty_missing_and_packed_files(tmp_path: Path) -> None:
    text, empty, packed = tmp_path / "a.sac", tmp_path / "b.sac", tmp_path / "c.gz"
    text.write_text("nothing of the kind\n" * 40)
    empty.write_bytes(b"")
    packed.write_bytes(gzip.compress(bytes(100_000)))
    expected = {text: "known format", empty: "empty", packed: "gzip", tmp_path / "none.sac": "No such file"}
    for path, words in expected.items():
        traces, (problem,) = read_other(path)
        assert traces == []
        assert problem.fatal
        assert problem.where == str(path)
        assert words in problem.reason


class _Trap:
    def __init__(self, path: str) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, tuple[str, str]]:
        return open, (self.path, "w")


def test_no_pickle_is_ever_opened(tmp_path: Path) -> None:
    trap, path = tmp_path / "sprung", tmp_path / "wave.pickle"
    path.write_bytes(pickle.dumps(("obspy.core.stream", _Trap(str(trap))), protocol=0))
    traces, (problem,) = read_other(path)
    assert traces == []
    assert problem.fatal
    assert not trap.exists()
    pickle.loads(path.read_bytes())[1].close()  # noqa: S301  our own
    assert trap.exists(), "the trap itself works"


def test_every_format_has_its_reader() -> None:
    for kind in formats.FORMATS:
        assert callable(formats._plugin(kind, "isFormat"))
        assert callable(formats._plugin(kind, "readFormat"))
    assert not {"PICKLE", "CSS", "NNSA_KB_CORE", "MSEED"} & set(formats.FORMATS)


@pytest.mark.parametrize("damage", [b"", b"\xff", b"\x00"])
def test_gse_lines_that_obspy_cannot_hold_are_refused(tmp_path: Path, damage: bytes) -> None:
    path = tmp_path / "long.gse"
    stream("int32").write(str(path), format="GSE2")
    assert read_other(path)[0], "sound as written"
    lines = path.read_bytes().split(b"\n")
    first = next(k for k, line in enumerate(lines) if line.startswith(b"DAT2")) + 1
    lines[first : first + 9] = [damage.join(lines[first : first + 9])]
    path.write_bytes(b"\n".join(lines))
    traces, (problem,) = read_other(path)
    assert traces == []
    assert "damaged" in problem.reason


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    kind=st.sampled_from(["SAC", "GSE2", "SEGY"]),
    edits=st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 255)), max_size=8),
    keep=st.floats(0, 1),
)
def test_mutated_files_never_raise(
    tmp_path: Path, kind: str, edits: list[tuple[int, int]], keep: float
) -> None:
    good = tmp_path / kind
    if not good.exists():
        stream("int32" if kind == "GSE2" else "float32").write(str(good), format=kind)
    blob = bytearray(good.read_bytes())
    for at, value in edits:
        blob[at % len(blob)] = value
    path = tmp_path / "mutated"
    path.write_bytes(blob[: round(keep * len(blob))])
    traces, problems = read_other(path)
    assert traces or problems
    assert all(0 < one.rate_hz < float("inf") for one in traces)


def test_public_names() -> None:
    assert formats.__all__ == ["FORMATS", "read_other"]
