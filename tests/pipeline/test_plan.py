"""The plan names each station-day once, the same from day files, hour files and any order."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from onsets.errors import ConfigError
from onsets.picking import load
from onsets.pipeline import margins, plan_files, plan_sds
from onsets.waveforms import trim, write_mseed

from .archives import DAY_NS, MIDNIGHT_NS, over_midnight, small_archive, write_sds
from .conftest import START_NS, station_traces

NEEDS = margins(load("default", threads=1))
END_NS = START_NS + 3 * DAY_NS


def test_units_by_day_then_station_with_their_neighbours(tmp_path: Path) -> None:
    plan = plan_sds(small_archive(tmp_path, 2), START_NS, END_NS)
    assert [unit.name for unit in plan.units] == [
        "2024-01-01/XX.S00.",
        "2024-01-01/XX.S01.",
        "2024-01-02/XX.S00.",
        "2024-01-02/XX.S01.",
    ]
    first = plan.units[0]
    assert (first.start_ns, first.end_ns) == (START_NS, MIDNIGHT_NS)
    assert {Path(path).name for path in first.files} == {f"XX.S00..HH{c}.D.2024.001" for c in "ZNE"}
    assert {Path(path).name for path in first.beside} == {f"XX.S00..HH{c}.D.2024.002" for c in "ZNE"}
    assert first.bytes == sum(Path(path).stat().st_size for path in first.files)
    assert plan.station_days == 4 and not plan.problems


def test_headers_give_the_same_plan_as_names(tmp_path: Path) -> None:
    root = small_archive(tmp_path / "sds", 2)
    by_name, by_header = plan_sds(root, START_NS, END_NS), plan_files(root, NEEDS)
    assert [(u.name, u.files, u.beside, u.bytes, u.stamp) for u in by_header.units] == [
        (u.name, u.files, u.beside, u.bytes, u.stamp) for u in by_name.units
    ]


def test_a_span_within_days(tmp_path: Path) -> None:
    root = small_archive(tmp_path, 1)
    (unit,) = plan_sds(root, MIDNIGHT_NS + 10**9, MIDNIGHT_NS + 2 * 10**9).units
    assert (unit.start_ns, unit.end_ns) == (MIDNIGHT_NS + 10**9, MIDNIGHT_NS + 2 * 10**9)
    assert len(unit.beside) == 3


def test_a_record_over_midnight_without_a_file_for_the_next_day_has_a_unit(tmp_path: Path) -> None:
    for trace in over_midnight("XX.A.", 0):
        folder = tmp_path / "2024" / "XX" / "A" / f"{trace.channel}.D"
        folder.mkdir(parents=True)
        write_mseed([trace], folder / f"XX.A..{trace.channel}.D.2024.001")
    plan = plan_sds(tmp_path, START_NS, END_NS)
    assert [(unit.name, len(unit.files)) for unit in plan.units] == [
        ("2024-01-01/XX.A.", 3),
        ("2024-01-02/XX.A.", 0),
    ]
    assert plan.station_days == 1


def test_day_files_that_end_with_the_day_give_no_further_unit(tmp_path: Path) -> None:
    write_sds(tmp_path, [trim([t], 0, MIDNIGHT_NS)[0] for t in over_midnight("XX.A.", 0)])
    assert [unit.name for unit in plan_sds(tmp_path, START_NS, END_NS).units] == ["2024-01-01/XX.A."]


def test_the_stamp_changes_with_a_file_and_not_with_its_folder(tmp_path: Path) -> None:
    root = small_archive(tmp_path / "a", 1)
    before = plan_sds(root, START_NS, END_NS).units
    root = root.rename(tmp_path / "b")
    assert [unit.stamp for unit in plan_sds(root, START_NS, END_NS).units] == [u.stamp for u in before]
    path = Path(plan_sds(root, START_NS, END_NS).units[0].files[0])
    path.write_bytes(path.read_bytes()[:-512])
    after = plan_sds(root, START_NS, END_NS).units
    assert [unit.stamp == old.stamp for unit, old in zip(after, before, strict=True)] == [False, False]


def test_a_file_of_several_stations_is_in_the_unit_of_each(tmp_path: Path) -> None:
    write_mseed([*over_midnight("XX.A.", 0), *over_midnight("XX.B.", 1)], tmp_path / "all.mseed")
    plan = plan_files(tmp_path, NEEDS)
    assert len(plan.units) == 4 and all(unit.alone for unit in plan.units)
    assert {unit.files for unit in plan.units} == {(str(tmp_path / "all.mseed"),)}


def test_hour_files_far_from_a_day_are_not_beside_it(tmp_path: Path) -> None:
    traces = over_midnight("XX.A.", 0, 3 * 3600)
    for k in range(3):
        begin = traces[0].start_ns + k * 3600 * 10**9
        write_mseed(trim(traces, begin, begin + 3600 * 10**9), tmp_path / f"{k}.mseed")
    first, second = plan_files(tmp_path, NEEDS).units
    assert [Path(path).name for path in first.files] == ["0.mseed", "1.mseed"]
    assert [Path(path).name for path in second.files] == ["1.mseed", "2.mseed"]
    assert first.beside == () and second.beside == ()


def test_reading_begins_on_the_grid_of_hops() -> None:
    picker = load("default", threads=1)
    begin, end = margins(picker).around(MIDNIGHT_NS, MIDNIGHT_NS + DAY_NS)
    hop_ns = picker.spec.hop_samples * 10**9 // 100  # type: ignore[attr-defined]
    assert begin % hop_ns == 0
    assert MIDNIGHT_NS - begin >= 3072 * 10**7 and end - MIDNIGHT_NS - DAY_NS >= 2 * 3072 * 10**7


def test_wrong_archives_stop_at_once(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no SDS archive"):
        plan_sds(tmp_path, START_NS, END_NS)
    with pytest.raises(ConfigError, match="empty span"):
        plan_sds(small_archive(tmp_path, 1), END_NS, START_NS)


@pytest.mark.slow
def test_a_hundred_thousand_files(tmp_path: Path) -> None:
    """334 days of a hundred stations, three files each, by their names."""
    days, content = 334, tmp_path / "one"
    write_mseed(station_traces(0, 10)[:1], content)
    for station in range(100):
        for letter in "ZNE":
            folder = tmp_path / "archive" / "2024" / "XX" / f"S{station:03d}" / f"HH{letter}.D"
            folder.mkdir(parents=True)
            content = Path(shutil.copy(content, folder.parent / letter))  # links to a file are limited
            for day in range(1, days + 1):
                (folder / f"XX.S{station:03d}..HH{letter}.D.2024.{day:03d}").hardlink_to(content)
    first = 1_704_067_200 * 10**9  # 2024-01-01
    plan = plan_sds(tmp_path / "archive", first, first + days * DAY_NS)
    assert plan.station_days == 100 * days
