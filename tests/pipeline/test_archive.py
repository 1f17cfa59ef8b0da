"""An archive to files: the same bytes whoever does the work, with or without a run folder."""

from __future__ import annotations

import dataclasses
import errno
import os
from pathlib import Path

import pytest

from onsets.errors import ConfigError
from onsets.pipeline import Archive, Crew, PickOptions, PickRun, Targets, pick_archive
from onsets.store import StoreError, read_picks
from onsets.store.atomic import replacing

from .archives import DAY_NS, small_archive
from .conftest import START_NS

pytest.importorskip("pyarrow")
STA_LTA = PickOptions("sta-lta", threads=1)


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive((), str(small_archive(tmp_path / "sds")), START_NS, START_NS + 3 * DAY_NS)


def picked(archive: Archive, target: Path, crew: Crew | None = None, **settings: object) -> PickRun:
    targets = Targets(str(target), ledger=f"{target}.ledger.csv", **settings)  # type: ignore[arg-type]
    return pick_archive(archive, STA_LTA, crew or Crew(), targets)


@pytest.mark.parametrize("suffix", [".csv", ".jsonl", ".parquet", ".xml"])
def test_one_worker_several_and_a_folder_give_the_same_bytes(
    tmp_path: Path, archive: Archive, suffix: str
) -> None:
    names = [tmp_path / f"{name}{suffix}" for name in ("one", "two", "kept")]
    runs = [
        picked(archive, names[0]),
        picked(archive, names[1], Crew(workers=2)),
        picked(archive, names[2], folder=str(tmp_path / "run")),
    ]
    assert len({name.read_bytes() for name in names}) == 1
    assert len({Path(f"{name}.ledger.csv").read_bytes() for name in names}) == 1
    assert all(run.counts()["P"] > 10 for run in runs)
    assert (tmp_path / "run" / "ledger.sqlite").is_file()
    assert not (tmp_path / f"one{suffix}.run").exists()


def test_picks_on_standard_output_are_those_of_the_file(
    tmp_path: Path, archive: Archive, capsys: pytest.CaptureFixture[str]
) -> None:
    run = picked(archive, tmp_path / "a.csv")
    pick_archive(archive, STA_LTA, Crew(), Targets())
    assert capsys.readouterr().out == (tmp_path / "a.csv").read_text()
    kept = pick_archive(archive, STA_LTA, Crew(), Targets(None, folder=str(tmp_path / "run")))
    assert len(kept.picks) == len(read_picks(tmp_path / "a.csv")) == sum(run.counts().values())


def test_a_run_goes_on_and_does_only_what_is_left(tmp_path: Path, archive: Archive) -> None:
    target, said = tmp_path / "a.csv", []
    targets = Targets(str(target), folder=str(tmp_path / "run"))

    def stop(done: float, total: float, name: str) -> None:
        if done > 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        pick_archive(archive, STA_LTA, Crew(), targets, stop)
    assert not target.exists()
    with pytest.raises(ConfigError, match="--resume"):
        pick_archive(archive, STA_LTA, Crew(), targets)
    targets = dataclasses.replace(targets, resume=True)
    pick_archive(archive, STA_LTA, Crew(), targets, lambda *step: said.append(step))
    assert said[0][0] == 2 and said[-1][:2] == (6, 6)
    picked(archive, tmp_path / "b.csv")
    assert target.read_bytes() == (tmp_path / "b.csv").read_bytes()


def test_going_on_removes_what_a_killed_writer_left_of_the_results(tmp_path: Path, archive: Archive) -> None:
    target = tmp_path / "a.csv"
    with replacing(target):
        (draft,) = tmp_path.glob(".onsets-*.tmp")
    target.unlink()
    others = [tmp_path / ".onsets-0123.tmp", tmp_path / "a.tmp"]
    for path in (draft, *others):
        path.write_bytes(b"half")
    pick_archive(archive, STA_LTA, Crew(), Targets(str(target)))
    assert draft.exists()  # another run may be writing it
    pick_archive(archive, STA_LTA, Crew(), Targets(str(target), resume=True))
    assert not draft.exists() and all(path.exists() for path in others)


def test_another_configuration_or_archive_is_refused_by_name(tmp_path: Path, archive: Archive) -> None:
    targets = Targets(str(tmp_path / "a.csv"), folder=str(tmp_path / "run"), resume=True)
    pick_archive(archive, STA_LTA, Crew(), targets)
    other = dataclasses.replace(STA_LTA, thresholds=(("P", 9.0),))
    with pytest.raises(ConfigError, match=r"thresholds was \{.*\}, is now \{'P': 9\.0"):
        pick_archive(archive, other, Crew(), targets)
    longer = dataclasses.replace(archive, end_ns=START_NS + 9 * DAY_NS)
    with pytest.raises(ConfigError, match="end_ns was"):
        pick_archive(longer, STA_LTA, Crew(), targets)


def test_a_new_file_in_the_archive_is_picked_on_resume(tmp_path: Path, archive: Archive) -> None:
    targets = Targets(str(tmp_path / "a.csv"), folder=str(tmp_path / "run"), resume=True)
    late = [path for path in Path(archive.sds or "").rglob("*S02*.002")]
    kept = {path: path.read_bytes() for path in late}
    for path in late:
        path.unlink()
    pick_archive(archive, STA_LTA, Crew(), targets)
    for path, content in kept.items():
        path.write_bytes(content)
    pick_archive(archive, STA_LTA, Crew(), targets)
    picked(archive, tmp_path / "b.csv")
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()


def test_a_full_disk_stops_the_run_which_then_goes_on(
    tmp_path: Path, archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    targets = Targets(str(tmp_path / "a.csv"), folder=str(tmp_path / "run"), resume=True)
    real, calls = os.replace, []

    def full(source: str, target: str) -> None:
        if str(target).endswith(".parquet"):
            calls.append(target)
            if len(calls) == 3:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(source, target)

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(StoreError, match="No space left on device"):
        pick_archive(archive, STA_LTA, Crew(), targets)
    monkeypatch.setattr(os, "replace", real)
    pick_archive(archive, STA_LTA, Crew(), targets)
    picked(archive, tmp_path / "b.csv")
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()


def test_a_corrupt_file_in_the_middle_costs_its_station_day_only(tmp_path: Path, archive: Archive) -> None:
    clean = picked(archive, tmp_path / "clean.csv")
    (path,) = Path(archive.sds or "").rglob("XX.S01..HHZ.D.2024.001")
    path.write_bytes(os.urandom(4096))
    run = picked(archive, tmp_path / "a.csv", Crew(workers=2))
    assert {Path(problem.where.split(" at ")[0]).name for problem in run.failures} == {path.name}
    rows = {(row.station_id, row.day): row for row in run.ledger}
    assert len(rows) >= len(clean.ledger) and "HHZ" in rows["XX.S01.", "2024-01-01"].rejected
    for row in clean.ledger:
        if row.station_id != "XX.S01.":
            assert rows[row.station_id, row.day] == row or rows[row.station_id, row.day].row() == row.row()


def test_resume_needs_a_place(archive: Archive) -> None:
    with pytest.raises(ConfigError, match="--resume needs -o FILE or --folder"):
        pick_archive(archive, STA_LTA, Crew(), Targets(resume=True))


def test_an_sds_archive_needs_a_span(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="--start and a later --end"):
        Archive((), str(tmp_path)).plan(STA_LTA.picker())
