"""REAL's files."""

from __future__ import annotations

import numpy as np
import pytest

from onsets.errors import CatalogueError
from onsets.store.real import read_real_events, read_real_picks, write_real_events, write_real_picks
from onsets.tables import Picks
from onsets.types import Pick

from .test_database import catalogue

DAY_NS = 1_476_403_200 * 10**9  # 2016-10-14


def test_picks_come_back_a_folder_a_day(tmp_path):
    times = [DAY_NS - 500_000_000, DAY_NS + 1_250_000_000, DAY_NS + 3_000_000_000]
    picks = Picks.of(Pick("IV.T1247.", "HH", "PSP"[i], times[i], 0.9, amplitude=0.5) for i in range(3))
    made = write_real_picks(picks, tmp_path)
    assert [path.relative_to(tmp_path).as_posix() for path in made] == [
        "20161013/IV.T1247.P.txt",
        "20161014/IV.T1247.P.txt",
        "20161014/IV.T1247.S.txt",
    ]
    back = read_real_picks(tmp_path / "20161014", "2016-10-14")
    assert sorted(back.time_ns.tolist()) == times[1:] and back.probability.tolist() == [0.9, 0.9]


def test_empty_and_wrong_files(tmp_path):
    with pytest.raises(CatalogueError, match="folder of picks"):
        read_real_picks(tmp_path, "2016-10-14")
    (tmp_path / "IV.A.P.txt").write_text("")
    assert len(read_real_picks(tmp_path, "2016-10-14")) == 0
    (tmp_path / "IV.A.P.txt").write_text("12.0 high 0\n")
    with pytest.raises(CatalogueError, match="line 1"):
        read_real_picks(tmp_path, "2016-10-14")


def test_events_come_back(tmp_path):
    events, assignments = catalogue()
    events = events.replace(
        time_ns=DAY_NS + np.arange(3) * 10**10, azimuthal_gap_deg=np.array([50.0, 60.0, 70.0])
    )
    assignments = assignments.replace(time_ns=events.time_ns[[0, 0, 1, 1, 2, 2]] + 4 * 10**9)
    write_real_events(events, assignments, tmp_path / "phase_sel.txt")
    back, mine = read_real_events(tmp_path / "phase_sel.txt")
    assert back.time_ns.tolist() == events.time_ns.tolist() and back.picks.tolist() == [2, 2, 2]
    assert np.allclose(back.latitude, events.latitude, atol=1e-4) and back.azimuthal_gap_deg.tolist() == [
        50,
        60,
        70,
    ]
    assert np.isnan(back.magnitude[0]) and back.magnitude[1] == 1.5
    assert mine.time_ns.tolist() == assignments.time_ns.tolist() and mine.station_id[0] == "IV.A."
    write_real_events(events, assignments, tmp_path / "catalog_sel.txt", picks_too=False)
    assert len(read_real_events(tmp_path / "catalog_sel.txt")[0]) == 3


def test_published_files_are_read(shared):
    folder = shared / "data/association/alaska_wrangell_esprh/example"
    events, mine = read_real_events(folder / "EqTCatalogs/eqt_real_phase_sel.txt")  # an older form
    assert len(events) > 100 and events.picks.sum() == len(mine)
    assert abs(events.latitude[0] - 62.9991) < 1e-9 and np.isnan(events.magnitude[0])
    assert abs(mine.residual_s[0] - 0.9373) < 1e-9 and mine.station_id[0] == "YG.DEN3."
    picks = read_real_picks(folder / "EqTPicks", "2017-02-01")
    assert len(picks) > 1000 and set(picks.phase.tolist()) == {"P", "S"}


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(CatalogueError, match=r"phase_sel\.txt cannot be read: No such file or directory$"):
        read_real_events(tmp_path / "phase_sel.txt")
