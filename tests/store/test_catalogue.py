"""Catalogues in every format."""

from __future__ import annotations

import numpy as np
import pytest

from onsets.errors import CatalogueError, ConfigError
from onsets.store.catalogue import read_assignments, read_catalogue, read_events, write_events
from onsets.store.write import write_assignments
from onsets.tables import Assignments, Events

from .test_database import catalogue


@pytest.mark.parametrize("suffix", [".csv", ".jsonl", ".parquet", ".xml", ".sqlite"])
def test_every_format_comes_back(tmp_path, suffix):
    if suffix == ".parquet":
        pytest.importorskip("pyarrow")
    events, assignments = catalogue()
    events = events.replace(time_ns=events.time_ns // 1000 * 1000)
    write_events(events, tmp_path / f"a{suffix}", assignments)
    back = read_events(tmp_path / f"a{suffix}")
    assert back.event_id.tolist() == events.event_id.tolist()
    assert back.time_ns.tolist() == events.time_ns.tolist()
    assert np.allclose(back.latitude, events.latitude, atol=1e-6)
    assert np.allclose(back.magnitude, events.magnitude, equal_nan=True) and back.picks.tolist() == [2, 2, 2]
    if suffix in (".xml", ".sqlite"):
        assert len(read_assignments(tmp_path / f"a{suffix}")) == 6


@pytest.mark.parametrize("suffix", [".csv", ".jsonl"])
def test_assignments_come_back(tmp_path, suffix):
    assignments = catalogue()[1]
    write_assignments(assignments.replace(time_ns=assignments.time_ns * 1000), tmp_path / f"a{suffix}")
    back = read_assignments(tmp_path / f"a{suffix}")
    assert back.phase.tolist() == assignments.phase.tolist()
    assert np.allclose(back.residual_s, assignments.residual_s) and np.isnan(back.weight).all()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("event_id,latitude\na,1\n", "no column 'time'"),
        ("event_id,time\na,yesterday\n", "row 1: time is 'yesterday'"),
        ("event_id,time,latitude\na,2016-10-14T00:00:00,north\n", "latitude is 'north'"),
        ("event_id,time\n,2016-10-14T00:00:00\n", "event_id is empty"),
        ("event_id,time,picks\na,2016-10-14T00:00:00,3.5\n", "a whole number"),
    ],
)
def test_wrong_tables_are_named(tmp_path, text, said):
    (tmp_path / "a.csv").write_text(text)
    with pytest.raises(CatalogueError, match=said):
        read_catalogue(tmp_path / "a.csv")


def test_unknown_formats(tmp_path):
    with pytest.raises(ConfigError, match="unknown format"):
        read_events(tmp_path / "a.xls")
    with pytest.raises(ConfigError, match="unknown format"):
        write_events(Events.of([]), tmp_path / "a.xls")
    write_events(Events.of([]), tmp_path / "a.csv", Assignments.of([]))
    assert len(read_events(tmp_path / "a.csv")) == 0
