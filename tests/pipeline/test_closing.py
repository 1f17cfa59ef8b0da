"""The catalogue and the page of a run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from onsets.config import make
from onsets.pipeline import RunConfig, RunFolder
from onsets.pipeline.closing import write_catalogue, write_report
from onsets.pipeline.plan import Plan
from onsets.pipeline.stage import Stage
from onsets.store import read_catalogue, read_events, write_assignments, write_events
from onsets.store.database import read_database
from onsets.tables import Stations
from tests.location.making import MODEL

from ..store.test_database import catalogue

pytest.importorskip("pyarrow")
pytest.importorskip("matplotlib")


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    values: dict[str, Any] = {
        "archive": {"files": ["a"]},
        "output": {"folder": str(tmp_path / "out")},
        "catalogue": {"files": ["all.csv", "all.xml", "all.sqlite", "all.arc"]},
    }
    folder = RunFolder(tmp_path / "out", {})
    stage = Stage(make(RunConfig, values), folder, Plan((), []))
    stage.told["pick"] = {"files": ["picks.csv"], "station_days": 2, "P": 1234, "S": 1}
    yield stage
    folder.close()


def test_both_origins_stand_in_a_database(stage: Stage) -> None:
    pytest.importorskip("sqlalchemy")
    events, mine = catalogue()
    write_events(events, stage.path("located.csv"))
    write_assignments(mine, stage.path("residuals.csv"))
    moved = events.replace(depth_km=events.depth_km + 1, method=np.full(len(events), "moved"))
    stage.told |= {"locate": {"files": []}, "relocate": {"files": []}}
    for _ in range(2):  # the second time nothing is doubled
        told = write_catalogue(stage, moved, mine)
    assert told == {
        "files": ["all.csv", "all.xml", "all.sqlite", "all.arc"],
        "events": len(events),
        "problems": [],
    }
    now, rows = read_catalogue(stage.path("all.sqlite"))
    assert set(now.method) == {"moved"} and len(now) == len(events) and len(rows) == len(mine)
    before, _ = read_database(stage.path("all.sqlite"), str(events.method[0]))
    assert sorted(before.depth_km + 1) == sorted(now.depth_km)


def test_a_local_grid_has_no_quakeml_but_the_rest(stage: Stage) -> None:
    pytest.importorskip("sqlalchemy")
    events, mine = catalogue()
    local = events.replace(latitude=events.latitude * float("nan"), x_km=events.latitude)
    told = write_catalogue(stage, local, mine)
    assert told["files"] == ["all.csv", "all.sqlite"] and "QuakeML needs" in told["problems"][0][1]
    assert len(read_events(stage.path("all.csv"))) == len(events) and not stage.path("all.xml").exists()


def test_the_page_says_what_was_done_and_left_out(stage: Stage) -> None:
    events, mine = catalogue()
    stage.told["locate"] = {"files": ["located.csv"], "located": 3, "problems": [["XX.LOST.", "unknown"]]}
    stations = Stations.of([{"station_id": "XX.A.", "latitude": 42.0, "longitude": 13.1}])
    assert write_report(stage, events, mine, stations, MODEL) == {"files": ["report.html"]}
    page = stage.path("report.html").read_text()
    assert (
        "1,234 P" in page
        and "a does not exist" in page
        and "XX.LOST." in page
        and "3 located; located.csv" in page
    )
