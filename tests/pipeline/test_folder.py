"""A run folder: parts written whole before the ledger says so, and other folders refused."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import numpy as np
import pytest

from onsets.errors import ConfigError
from onsets.pipeline import PickRun, RunFolder, StationDay
from onsets.store import StoreError
from onsets.tables import Detections, LedgerRow, Picks
from onsets.types import Pick

pytest.importorskip("pyarrow.parquet")

CONFIG = {"model": "x"}
DAY_NS = 86_400 * 10**9


def unit(day: int, station: str) -> StationDay:
    return StationDay(station, day, day * DAY_NS, (day + 1) * DAY_NS, ("f",), (), 10, "s", True)


def result(day: int, station: str, count: int = 2) -> PickRun:
    times = [day * DAY_NS + (7 * k + len(station)) * 10**9 for k in range(count)]
    picks = Picks.of([Pick(station, "HH", "P", time, 0.123456789) for time in times])
    spans = Detections.of([(station, time, time + 10**9, 0.5, "x") for time in times])
    row = LedgerRow(station_id=station, day=str(np.datetime64(day, "D")), picks_p=count)
    return PickRun(picks, spans, [row], [])


def filled(path: Path) -> RunFolder:
    folder = RunFolder(path, CONFIG)
    units = [unit(day, station) for day in (19723, 19724) for station in ("XX.A.", "XX.LONG.00")]
    folder.book.expect(units)
    for one in reversed(units):
        folder.keep(one, result(one.day, one.station), 1.0, 1)
    return folder


def test_parts_lie_by_day_and_come_back_sorted(tmp_path: Path) -> None:
    folder = filled(tmp_path / "run")
    assert (tmp_path / "run/picks/day=2024-01-01/XX.A..parquet").is_file()
    days = list(folder.picks())
    assert [len(day) for day in days] == [4, 4]
    whole = Picks.concat(days)
    assert (np.diff(whole.time_ns) >= 0).all()
    assert set(whole.probability.tolist()) == {0.123456789}
    assert [len(day) for day in folder.detections()] == [4, 4]
    folder.close()


def test_pandas_reads_the_partitions(tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    filled(tmp_path / "run").close()
    table = parquet.read_table(tmp_path / "run" / "picks")
    assert table.num_rows == 8 and set(table["day"].to_pylist()) == {"2024-01-01", "2024-01-02"}


def test_parts_are_byte_identical_whenever_they_are_written(tmp_path: Path) -> None:
    filled(tmp_path / "a").close()
    filled(tmp_path / "b").close()
    for path in (tmp_path / "a").rglob("*.parquet"):
        assert path.read_bytes() == (tmp_path / "b" / path.relative_to(tmp_path / "a")).read_bytes()


def test_a_unit_without_picks_leaves_no_part(tmp_path: Path) -> None:
    folder = filled(tmp_path / "run")
    folder.keep(unit(19723, "XX.A."), result(19723, "XX.A.", 0), 1.0, 1)
    assert not (tmp_path / "run/picks/day=2024-01-01/XX.A..parquet").exists()
    assert [len(day) for day in folder.picks()] == [2, 4]
    folder.close()


def test_a_folder_in_use_or_with_something_else_is_refused(tmp_path: Path) -> None:
    filled(tmp_path / "run").close()
    with pytest.raises(ConfigError, match="holds a run already; go on with it by --resume"):
        RunFolder(tmp_path / "run", CONFIG)
    RunFolder(tmp_path / "run", CONFIG, resume=True).close()
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.tex").write_text("x")
    with pytest.raises(ConfigError, match="something else than a run"):
        RunFolder(tmp_path / "mine", CONFIG, resume=True)
    with pytest.raises(ConfigError, match="cannot make the folder"):
        RunFolder(tmp_path / "no" / "parent", CONFIG)


def test_what_a_kill_left_half_written_is_removed(tmp_path: Path) -> None:
    filled(tmp_path / "run").close()
    draft = tmp_path / "run/picks/day=2024-01-01/.onsets-0123.tmp"
    draft.write_bytes(b"half")
    RunFolder(tmp_path / "run", CONFIG, resume=True).close()
    assert not draft.exists()


def test_a_kill_while_the_ledger_is_made_leaves_a_folder_that_can_be_used(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / ".onsets-00.tmp").write_bytes(b"")
    RunFolder(tmp_path / "run", CONFIG, resume=True).close()
    assert (tmp_path / "run" / "ledger.sqlite").is_file()


def test_a_full_disk_leaves_the_unit_undone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = RunFolder(tmp_path / "run", CONFIG)
    folder.book.expect([unit(19723, "XX.A.")])

    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreError, match="No space left on device"):
        folder.keep(unit(19723, "XX.A."), result(19723, "XX.A."), 1.0, 1)
    assert folder.book.counts() == {"waiting": 1}
    assert list((tmp_path / "run").rglob("*.parquet")) == []
    folder.close()


def test_removing(tmp_path: Path) -> None:
    filled(tmp_path / "run").close(remove=True)
    assert not (tmp_path / "run").exists()
