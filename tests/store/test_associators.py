"""Tables of GaMMA and PyOcto."""

from __future__ import annotations

import pytest

from onsets.errors import CatalogueError, ConfigError
from onsets.store.associators import read_associator_events, read_associator_picks, write_associator_picks
from onsets.tables import Picks
from onsets.types import Pick

TIME_NS = 1_476_403_209_040_250_000


@pytest.mark.parametrize("program", ["gamma", "pyocto"])
def test_picks_come_back(tmp_path, program):
    picks = Picks.of(
        [Pick("IV.A.", "", "P", TIME_NS, 0.5), Pick("IV.A.", "", "S", TIME_NS + 1_000_000, 0.25)]
    )
    write_associator_picks(picks, tmp_path / "p.csv", program)
    back = read_associator_picks(tmp_path / "p.csv")
    assert back.time_ns.tolist() == picks.time_ns.tolist() and back.phase.tolist() == ["P", "S"]
    assert back.probability.tolist() == [0.5, 0.25] and back.station_id.tolist() == ["IV.A."] * 2


def test_events_of_gamma(tmp_path):
    (tmp_path / "e.csv").write_text(
        "time\tmagnitude\tlongitude\tlatitude\tdepth_km\tevent_index\tnum_picks\n"
        "2016-10-14T00:00:09.040\t999\t13.2\t42.8\t6.0\t7\t12\n"
    )
    (tmp_path / "p.csv").write_text(
        "id,timestamp,prob,type,event_index\nIV.A.,2016-10-14T00:00:11,0.9,p,7\nIV.B.,2016-10-14T00:00:12,0.9,s,-1\n"
    )
    events, mine = read_associator_events(tmp_path / "e.csv", tmp_path / "p.csv")
    assert events.rows()[0]["magnitude"] is None and events.picks.tolist() == [12]
    assert (
        mine.station_id.tolist() == ["IV.A."]
        and mine.phase.tolist() == ["P"]
        and mine.event_id.tolist() == ["7"]
    )


def test_events_of_pyocto(tmp_path):
    (tmp_path / "e.csv").write_text(
        "idx,time,x,y,z,picks,latitude,longitude,depth\n0,1476403209.04,1,2,6,9,42.8,13.2,6\n"
    )
    events, _ = read_associator_events(tmp_path / "e.csv")
    assert events.time_ns.tolist() == [1_476_403_209_040_000_000]
    assert (events.depth_km[0], events.x_km[0], events.method[0]) == (6.0, 1.0, "pyocto")


def test_wrong_tables(tmp_path):
    (tmp_path / "p.csv").write_text("a,b\n1,2\n")
    for read in (read_associator_picks, read_associator_events):
        with pytest.raises(CatalogueError, match="expected"):
            read(tmp_path / "p.csv")
    with pytest.raises(ConfigError, match="did you mean 'gamma'"):
        write_associator_picks(Picks.of([]), tmp_path / "p.csv", "gama")
