"""SDS archives, spans and station lists."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from onsets.errors import ConfigError
from onsets.types import Trace
from onsets.waveforms import sds, sds_files, stations_list, trim

DAY_NS = 86_400 * 10**9
NEW_YEAR_NS = 1_704_067_200 * 10**9  # 2024-01-01


def name(station: str, location: str, channel: str, year: int, day: int) -> str:
    network, code = station.split(".")
    return f"{year}/{network}/{code}/{channel}.D/{station}.{location}.{channel}.D.{year}.{day:03d}"


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    root = tmp_path / "sds"
    for station, location in (("XX.ABC", ""), ("XX.ABC", "10"), ("XX.DEF", "00"), ("YY.ABC", "")):
        for channel in ("HHZ", "HHN"):
            for year, days in ((2023, (363, 364, 365)), (2024, (1, 2, 3, 60))):
                for day in days:
                    path = root / name(station, location, channel, year, day)
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.touch()
    return root


def test_span_and_the_day_before(archive: Path) -> None:
    files, problems = sds_files(archive, NEW_YEAR_NS + DAY_NS, NEW_YEAR_NS + 2 * DAY_NS)
    assert problems == []
    assert len(files) == 4 * 2 * 2
    assert {path.name[-8:] for path in files} == {"2024.001", "2024.002"}
    assert files == sorted(files)


def test_end_is_excluded_and_years_are_crossed(archive: Path) -> None:
    files, _ = sds_files(archive, NEW_YEAR_NS - DAY_NS, NEW_YEAR_NS)
    assert {path.name[-8:] for path in files} == {"2023.364", "2023.365"}
    files, _ = sds_files(archive, NEW_YEAR_NS - DAY_NS, NEW_YEAR_NS + 1)
    assert {path.name[-8:] for path in files} == {"2023.364", "2023.365", "2024.001"}
    files, _ = sds_files(archive, NEW_YEAR_NS, NEW_YEAR_NS + 1)
    assert {path.name[-8:] for path in files} == {"2023.365", "2024.001"}


@pytest.mark.parametrize(
    ("patterns", "expected"),
    [
        (["XX.ABC"], {"XX.ABC.", "XX.ABC.10"}),
        (["XX.ABC."], {"XX.ABC."}),
        (["XX.ABC.10"], {"XX.ABC.10"}),
        (["XX.*"], {"XX.ABC.", "XX.ABC.10", "XX.DEF.00"}),
        (["*.ABC", "XX.D?F.00"], {"XX.ABC.", "XX.ABC.10", "XX.DEF.00", "YY.ABC."}),
        (["Y[YZ].A*"], {"YY.ABC."}),
        (None, {"XX.ABC.", "XX.ABC.10", "XX.DEF.00", "YY.ABC."}),
        ([], set()),
    ],
)
def test_station_patterns(archive: Path, patterns: list[str] | None, expected: set[str]) -> None:
    files, problems = sds_files(archive, NEW_YEAR_NS, NEW_YEAR_NS + DAY_NS, patterns)
    assert {".".join(path.name.split(".")[:3]) for path in files} == expected
    assert bool(problems) == (not expected)


def test_pattern_without_a_file(archive: Path) -> None:
    files, (problem,) = sds_files(archive, NEW_YEAR_NS, NEW_YEAR_NS + DAY_NS, ["XX.ABC", "XX.NONE"])
    assert len(files) == 8
    assert "XX.NONE" in problem.reason
    assert not problem.fatal
    files, problems = sds_files(archive, NEW_YEAR_NS, NEW_YEAR_NS + DAY_NS, ["XX.NONE"])
    assert files == []
    assert problems[0].fatal


def test_span_without_a_file(archive: Path) -> None:
    files, (problem,) = sds_files(archive, NEW_YEAR_NS + 99 * DAY_NS, NEW_YEAR_NS + 100 * DAY_NS)
    assert files == []
    assert problem.fatal
    assert "2024-04-09T00:00:00.000000Z" in problem.reason


def test_other_names_are_reported(archive: Path) -> None:
    folder = archive / "2024/XX/ABC/HHZ.D"
    (folder / "XX.ABC..HHZ.D.2024.002.gz").touch()
    (folder / ".hidden").touch()
    (archive / "2024/XX/ABC/LOG.L").mkdir()
    (archive / "2024/XX/readme").touch()
    _, (problem,) = sds_files(archive, NEW_YEAR_NS, NEW_YEAR_NS + DAY_NS)
    assert not problem.fatal
    assert problem.where == str(folder)
    assert "XX.ABC..HHZ.D.2024.002.gz" in problem.reason


def test_no_archive(tmp_path: Path, archive: Path) -> None:
    (tmp_path / "other").mkdir()
    with pytest.raises(ConfigError, match="no SDS archive"):
        sds_files(tmp_path / "other", 0, 1)
    with pytest.raises(ConfigError, match="XX"):
        sds_files(archive / "2024", 0, 1)
    (tmp_path / "other" / "2024" / "a" / "b" / "c").mkdir(parents=True)
    with pytest.raises(ConfigError, match=r"CHAN\.D"):
        sds_files(tmp_path / "other", NEW_YEAR_NS, NEW_YEAR_NS + 1)
    with pytest.raises(ConfigError, match="none"):
        sds_files(tmp_path / "none", 0, 1)
    with pytest.raises(ConfigError, match="empty span"):
        sds_files(archive, 5, 5)
    with pytest.raises(ConfigError, match="'ABC'"):
        sds_files(archive, 0, 1, ["ABC"])


def test_folder_without_permission(archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.scandir

    def scandir(path: Any) -> Any:
        if str(path).endswith("2024/XX/DEF"):
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    files, (problem,) = sds_files(archive, NEW_YEAR_NS, NEW_YEAR_NS + DAY_NS)
    assert len(files) == 3 * 2 * 2 + 2
    assert problem.fatal
    assert problem.where.endswith("DEF")


def test_only_wanted_folders_are_listed(archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    real = os.scandir

    def scandir(path: Any) -> Any:
        seen.append(str(Path(path).relative_to(archive)))
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    sds_files(archive, NEW_YEAR_NS + DAY_NS, NEW_YEAR_NS + 2 * DAY_NS, ["YY.ABC"])
    assert seen == [".", "2024", "2024/YY", "2024/YY/ABC", "2024/YY/ABC/HHN.D", "2024/YY/ABC/HHZ.D"]


@given(
    start=st.integers(-(10**12), 10**12),
    length=st.integers(1, 10**12),
    rate=st.sampled_from([0.1, 1.0, 99.999, 100.0, 128.0, 2000.0]),
)
def test_trim_keeps_exactly_the_span(start: int, length: int, rate: float) -> None:
    trace = Trace("XX.ABC.", "HHZ", NEW_YEAR_NS, rate, np.arange(500))
    times = NEW_YEAR_NS + np.array([round(n * 1e9 / rate) for n in range(500)])
    begin, end = NEW_YEAR_NS + start, NEW_YEAR_NS + start + length
    wanted = np.flatnonzero((times >= begin) & (times < end))
    kept = trim([trace], begin, end)
    assert np.array_equal(kept[0].data if kept else [], wanted)
    if kept:
        assert kept[0].start_ns == times[wanted[0]]
        assert np.shares_memory(kept[0].data, trace.data)


def test_trim_cuts_at_samples() -> None:
    trace = Trace("XX.ABC.", "HHZ", NEW_YEAR_NS, 100.0, np.arange(100))
    assert trim([trace], NEW_YEAR_NS, NEW_YEAR_NS + 10**9) == [trace]
    (cut,) = trim([trace], NEW_YEAR_NS + 10**7, NEW_YEAR_NS + 3 * 10**7)
    assert cut.data.tolist() == [1, 2]
    assert cut.start_ns == NEW_YEAR_NS + 10**7
    assert trim([trace], NEW_YEAR_NS + 10**9, NEW_YEAR_NS + 2 * 10**9) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("station_id\nXX.ABC\nXX.DEF.00\nXX.ABC\n", ["XX.ABC", "XX.DEF.00"]),
        ("\ufeffStation_ID,latitude\r\nXX.ABC.,1\r\n\r\n", ["XX.ABC."]),
        ("network,station\nXX, ABC \n# a comment\nYY,*\n", ["XX.ABC", "YY.*"]),
        (
            "station,elevation_m,network,location\nABC,5,XX,\nDEF,6,XX,00\nG,7,XX,--\n",
            ["XX.ABC", "XX.DEF.00", "XX.G."],
        ),
        ('network,station,name\nXX,ABC,"a, b"\n', ["XX.ABC"]),
        ("station_id\nXX.ABC.--\n", ["XX.ABC."]),
    ],
)
def test_stations_list(tmp_path: Path, text: str, expected: list[str]) -> None:
    path = tmp_path / "stations.csv"
    path.write_text(text, encoding="utf-8", newline="")
    assert stations_list(path) == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is empty"),
        ("station_id\n", "names no station"),
        ("name,latitude\nABC,1\n", "line 1: got columns name,latitude"),
        ("station_id\nXX.ABC\nABC\n", "line 3: .*'ABC'"),
        ("network,station\nXX,ABC\n\n,DEF\n", "line 4"),
        ("network,station\nXX\n", "line 2: got 1 columns"),
        ('station_id\n"XX.ABC\n', "line 2: .*expected a CSV"),
    ],
)
def test_faulty_stations_list(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "stations.csv"
    path.write_text(text)
    with pytest.raises(ConfigError, match=words) as caught:
        stations_list(path)
    assert str(path) in str(caught.value)


def test_unreadable_stations_list(tmp_path: Path) -> None:
    (tmp_path / "bytes.csv").write_bytes(b"\xff\xfe\x00")
    for path in (tmp_path / "none.csv", tmp_path, tmp_path / "bytes.csv"):
        with pytest.raises(ConfigError, match=str(path)):
            stations_list(path)


def test_public_names() -> None:
    assert sds.__all__ == ["sds_files", "stations_list", "trim"]
