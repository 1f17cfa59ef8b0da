"""Files, folders and patterns."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import obspy
import pytest

from onsets.errors import ConfigError
from onsets.types import Trace
from onsets.waveforms import find_files, read_mseed, read_traces, write_mseed

START_NS = 1_704_067_200_000_000_000


def trace(n: int = 0, station: str = "ABC", samples: int = 3000) -> Trace:
    data = np.random.default_rng(n).integers(-999, 999, samples).astype(np.int32)
    return Trace(f"XX.{station}.", "HHZ", START_NS + n * 3_600_000_000_000, 100.0, data)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two stations in two folders, one file each with an odd name, and things that are no waveforms."""
    root = tmp_path / "in"
    (root / "b").mkdir(parents=True)
    (root / "a" / "deep").mkdir(parents=True)
    write_mseed([trace(0)], root / "b" / "first.mseed")
    write_mseed([trace(1)], root / "a" / "deep" / "second")
    write_mseed([trace(2, "DEF")], root / "third.dat", version=3)
    write_mseed([trace(3)], root / ".hidden.mseed")
    (root / "stations.csv").write_text("station_id\nXX.ABC\n")
    (root / "notes.TXT").write_text("nothing")
    (root / "b" / "picture.png").write_bytes(b"\x89PNG")
    return root


def content(traces: list[Trace]) -> list[tuple[Any, ...]]:
    return [(one.station_id, one.channel, one.start_ns, one.rate_hz, one.data.tobytes()) for one in traces]


def test_folder_is_walked(folder: Path) -> None:
    files, problems = find_files([folder])
    assert problems == []
    assert [str(path.relative_to(folder)) for path in files] == [
        "a/deep/second",
        "b/first.mseed",
        "third.dat",
    ]
    traces, problems = read_traces([str(folder)])
    assert problems == []
    assert content(traces) == content([trace(0), trace(1), trace(2, "DEF")])
    assert traces[0].source == str(folder / "b" / "first.mseed")


def test_order_of_files_plays_no_part(folder: Path) -> None:
    files, _ = find_files(folder)
    expected = content(read_traces(files)[0])
    assert content(read_traces(files[::-1])[0]) == expected
    assert content(read_traces([files[1], files[0], files[2]])[0]) == expected


def test_same_file_is_read_once(folder: Path) -> None:
    link = folder / "b" / "again.mseed"
    link.symlink_to(folder / "b" / "first.mseed")
    one = str(folder / "b" / "first.mseed")
    twisted = str(folder / "a" / ".." / "b" / "first.mseed")
    traces, problems = read_traces([one, twisted, str(link), str(folder), f"{folder}/b/*"])
    assert problems == []
    assert len(traces) == 3


def test_patterns(folder: Path) -> None:
    assert len(read_traces([f"{folder}/**/*.mseed"])[0]) == 1
    assert len(read_traces([f"{folder}/*"])[0]) == 3
    assert find_files(f"{folder}/*/")[0] == find_files([folder / "a", folder / "b"])[0]
    with pytest.raises(ConfigError, match="matches no file"):
        read_traces([f"{folder}/*.nothing"])
    _, (problem,) = read_traces([f"{folder}/*.csv"])
    assert problem.fatal
    assert "no waveform file" in problem.reason


def test_brackets_in_a_real_name(folder: Path) -> None:
    path = folder / "day[1].mseed"
    write_mseed([trace(5)], path)
    assert content(read_traces([str(path)])[0]) == content([trace(5)])


@pytest.mark.parametrize("name", ["none.mseed", "none", "a/none/"])
def test_missing_path(folder: Path, name: str) -> None:
    with pytest.raises(ConfigError, match="none"):
        read_traces([str(folder / name)])
    with pytest.raises(ConfigError, match="none"):
        find_files([str(folder), str(folder / name)])


def test_named_files_that_are_no_waveforms(folder: Path) -> None:
    for name in ("stations.csv", "notes.TXT", "b/picture.png"):
        traces, (problem,) = read_traces([folder / name])
        assert traces == []
        assert problem.fatal
        assert problem.where == str(folder / name)
    (folder / "notes.txt").write_text("TIMESERIES XX_ABC__HHZ_D, nonsense")
    assert read_traces([folder / "notes.txt"])[1][0].fatal
    assert len(read_traces([folder / ".hidden.mseed"])[0]) == 1


def test_unknown_content_met_in_a_folder_is_no_failure(folder: Path) -> None:
    (folder / "velocity").write_text("words\n" * 99)
    (folder / "README").write_text("words\n" * 99)
    traces, (problem,) = read_traces([folder])
    assert len(traces) == 3
    assert problem.where == str(folder / "velocity")
    assert not problem.fatal
    assert read_traces([folder / "velocity"])[1][0].fatal


def test_empty_folder_and_empty_list(tmp_path: Path) -> None:
    (tmp_path / "void").mkdir()
    traces, (problem,) = read_traces([tmp_path / "void"])
    assert traces == []
    assert problem.fatal
    with pytest.raises(ConfigError, match="no files named"):
        read_traces([])


@pytest.mark.parametrize("name", ["day.mseed", "day.MSD", "day.ms3", "day.bin", "XX.ABC..HHZ.D.2024.001"])
def test_broken_first_record(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    write_mseed([trace(samples=20_000)], path)
    blob = path.read_bytes()
    path.write_bytes(bytes(512) + blob[512:])
    traces, (problem,) = read_traces([path])
    assert sum(len(one.data) for one in traces) >= 0.9 * 20_000
    assert problem.fatal
    assert str(path) in problem.where


@pytest.mark.parametrize("name", ["day.mseed", "XX.ABC..HHZ.D.2024.001", "unknown"])
def test_empty_file(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"")
    for given in (path, tmp_path):
        traces, (problem,) = read_traces([given])
        assert traces == []
        assert problem.fatal
        assert problem.where == str(path)
        assert "empty" in problem.reason


def test_miniseed_under_a_foreign_name(tmp_path: Path) -> None:
    path = tmp_path / "wave.txt"
    write_mseed([trace()], path)
    assert content(read_traces([path])[0]) == content([trace()])
    assert content(read_traces([tmp_path])[0]) == content([trace()])


def test_sac_and_miniseed_side_by_side(folder: Path) -> None:
    header = {"network": "XX", "station": "SAC", "channel": "HHZ", "sampling_rate": 100.0}
    sac = obspy.Trace(np.zeros(500, np.float32), {**header, "starttime": obspy.UTCDateTime(ns=START_NS)})
    sac.write(str(folder / "a" / "wave"), format="SAC")
    traces, problems = read_traces([folder])
    assert problems == []
    assert [one.station_id for one in traces] == ["XX.ABC.", "XX.ABC.", "XX.DEF.", "XX.SAC."]


def test_symlink_loop(folder: Path) -> None:
    (folder / "a" / "up").symlink_to(folder)
    (folder / "a" / "self").symlink_to(folder / "a")
    (folder / "nowhere").symlink_to(folder / "nowhere")
    files, _ = find_files([folder])
    assert len(files) == 3
    traces, (problem,) = read_traces([folder])
    assert len(traces) == 3
    assert problem.where == str(folder / "nowhere")
    assert "link to nothing" in problem.reason
    assert not problem.fatal
    assert read_traces([folder / "nowhere"])[1][0].fatal


def test_pipe_is_not_waited_for(folder: Path) -> None:
    os.mkfifo(folder / "pipe")
    traces, (problem,) = read_traces([folder])
    assert len(traces) == 3
    assert problem.where == str(folder / "pipe")


def test_misspelt_name_gets_a_hint(folder: Path) -> None:
    with pytest.raises(ConfigError, match=r"did you mean 'first\.mseed'"):
        read_traces([folder / "b" / "frist.mseed"])


def test_linked_folder_is_entered(folder: Path, tmp_path: Path) -> None:
    outer = tmp_path / "outer"
    outer.mkdir()
    (outer / "link").symlink_to(folder)
    assert len(read_traces([outer])[0]) == 3


def test_folder_without_permission(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.scandir

    def scandir(path: Any = ".") -> Any:
        if str(path).endswith("deep"):
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    traces, (problem,) = read_traces([folder])
    assert len(traces) == 2
    assert problem.fatal
    assert problem.where == str(folder / "a" / "deep")
    assert "Permission denied" in problem.reason


def test_file_without_permission(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import builtins

    real = builtins.open

    def opened(path: Any, *rest: Any, **more: Any) -> Any:
        if str(path).endswith("third.dat"):
            raise PermissionError(13, "Permission denied")
        return real(path, *rest, **more)

    monkeypatch.setattr(builtins, "open", opened)
    traces, (problem,) = read_traces([folder])
    assert len(traces) == 2
    assert problem.fatal
    assert problem.where == str(folder / "third.dat")


def test_single_path_is_taken_as_such(folder: Path) -> None:
    path = folder / "b" / "first.mseed"
    assert content(read_traces(str(path))[0]) == content(read_mseed(path)[0])


def test_many_files(tmp_path: Path) -> None:
    for n in range(2000):
        (tmp_path / f"{n % 20}").mkdir(exist_ok=True)
        (tmp_path / f"{n % 20}" / f"{n}.mseed").touch()
    files, problems = find_files([tmp_path])
    assert len(files) == 2000
    assert files == sorted(files)
    assert problems == []


def test_public_names() -> None:
    import importlib

    assert importlib.import_module("onsets.waveforms.read").__all__ == [
        *("find_files", "find_named", "like_mseed", "read_file", "read_traces", "trace_order")
    ]
