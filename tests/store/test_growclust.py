"""GrowClust's lists and catalogues, on those of its users."""

from __future__ import annotations

import numpy as np
import pytest

from onsets.errors import CatalogueError
from onsets.store.growclust import read_evlist, read_growclust, write_evlist, write_stlist
from onsets.store.hypodd import read_event_list
from onsets.store.hypodd_dt import read_differences, write_differences
from onsets.tables import Stations
from onsets.waveforms import read_stations

COLUMNS = ("latitude", "longitude", "depth_km", "magnitude", "rms_s", "horizontal_error_km")


def same(a, b, atol=1e-9):
    assert a.event_id.tolist() == b.event_id.tolist() and a.time_ns.tolist() == b.time_ns.tolist()
    for name in COLUMNS:
        np.testing.assert_allclose(getattr(a, name), getattr(b, name), atol=atol, err_msg=name)


def test_spanish_springs(shared, tmp_path):
    """1,616 events of which 734 were relocated, as the program's own log says."""
    folder = shared / "data" / "location" / "growclust_ssprings"
    events = read_evlist(folder / "IN" / "evlist.txt")
    assert len(events) == 1616 and events.rows()[0]["time"] == "2012-10-13T05:53:03.920000Z"
    write_evlist(events, tmp_path / "evlist.txt")
    same(read_evlist(tmp_path / "evlist.txt"), events)
    moved = read_growclust(folder / "OUT" / "out.growclust_cat")
    assert moved.event_id.tolist() == events.event_id.tolist()
    assert int((moved.method == "growclust").sum()) == 734
    still = moved.method == ""
    np.testing.assert_allclose(moved.latitude[still], events.latitude[still], atol=2e-5)
    assert np.isnan(moved.horizontal_error_km).all() and np.isnan(moved.rms_s[still]).all()


def test_italy_is_the_same_in_both_lists(shared, tmp_path):
    folder = shared / "data" / "location" / "locflow_italy_20161014" / "GrowClust" / "IN"
    events, other = read_evlist(folder / "evlist.txt"), read_event_list(folder / "event.dat")
    assert len(events) == len(other) == 59 and events.event_id.tolist() == other.event_id.tolist()
    np.testing.assert_allclose(events.latitude, other.latitude, atol=6e-5)
    assert np.abs(events.time_ns - other.time_ns).max() <= 10**7
    write_evlist(events, tmp_path / "evlist.txt")
    same(read_evlist(tmp_path / "evlist.txt"), events, 5e-6)
    times = read_differences(folder / "dt.ct", "ct")
    write_differences(times, tmp_path / "dt.ct", "ct")
    again = read_differences(tmp_path / "dt.ct", "ct")
    assert len(again) == len(times) > 1000

    def keyed(table):
        names = (table.event_1, table.event_2, table.station_id, table.phase)
        return sorted(zip(*(one.tolist() for one in names), table.dt_s.round(3).tolist(), strict=True))

    assert keyed(again) == keyed(times)


def test_stations_are_listed_once(tmp_path):
    rows = [("IV.A.", 42.5), ("IV.A.00", 42.5), ("IV.LONGER.", -1.25)]
    write_stlist(
        Stations.of({"station_id": a, "latitude": b, "longitude": 13.0} for a, b in rows),
        tmp_path / "stlist.txt",
    )
    back = read_stations(tmp_path / "stlist.txt")
    assert back.station_id.tolist() == [".A.", ".LONGER."] and back.latitude.tolist() == [42.5, -1.25]


@pytest.mark.parametrize("text", ["2012 10 13 5 53 3.9 39.6\n", "2012 10 13 5 53 3.9 x 2 3 4 5 6 7 8\n"])
def test_broken_lists_are_refused(tmp_path, text):
    (tmp_path / "evlist.txt").write_text(text)
    for read in (read_evlist, read_growclust):
        with pytest.raises(CatalogueError, match="line 1"):
            read(tmp_path / "evlist.txt")
