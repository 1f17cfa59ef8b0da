"""VELEST's phases, on those of its users and ObsPy's."""

from __future__ import annotations

import numpy as np
import pytest

from onsets.errors import CatalogueError
from onsets.store.velest import read_cnv, write_cnv
from onsets.tables import Assignments, Events


def same(a, b, mine, rows):
    assert a.time_ns.tolist() == b.time_ns.tolist() and a.event_id.tolist() == b.event_id.tolist()
    for name in ("latitude", "longitude", "depth_km", "magnitude", "picks"):
        np.testing.assert_allclose(getattr(a, name), getattr(b, name), atol=1e-9)
    for name in ("event_id", "station_id", "phase", "time_ns", "weight"):
        assert getattr(mine, name).tolist() == getattr(rows, name).tolist()


def test_the_test_of_velest_comes_back_as_it_was(shared, tmp_path):
    path = shared / "data" / "location" / "velest_test01" / "velest.pha"
    events, mine = read_cnv(path)
    assert len(events) == 5 and len(mine) == 72 and events.picks.sum() == 72
    first = events.rows()[0]
    assert first["time"] == "2024-09-14T16:50:18.740000Z" and first["magnitude"] == 6.67
    assert (first["latitude"], first["longitude"], first["depth_km"]) == (31.9892, 117.6189, 16.0)
    assert mine.rows()[1]["time"] == "2024-09-14T16:50:22.560000Z" and mine.station_id[1] == ".4104."
    write_cnv(events, mine, tmp_path / "a.cnv")
    again, rows = read_cnv(tmp_path / "a.cnv")
    same(again, events, rows, mine)
    assert (tmp_path / "a.cnv").read_text().splitlines()[1].startswith("4104P0  2.324104S0  3.82")


@pytest.mark.parametrize("code", ["ABC", "ABCDEF"])
def test_hemispheres_codes_and_weights(tmp_path, code):
    events = Events.of(
        [
            {"event_id": "x", "time_ns": 600_000_000 * 10**9, "latitude": -8.5, "longitude": -70.25,
             "depth_km": -1.5, "magnitude": -0.3},
            {"event_id": "y", "time_ns": 1_700_000_000 * 10**9, "latitude": 8.5, "longitude": 170.25,
             "depth_km": 1.5},
        ]
    )  # fmt: skip
    mine = Assignments.of(
        {"event_id": event, "station_id": f"XX.{code}.", "phase": "P", "weight": weight,
         "time_ns": start * 10**9 + 123_450_000_000}
        for event, start in (("x", 600_000_000), ("y", 1_700_000_000))
        for weight in (1.0, 0.75, 0.5, 0.25, 0.0, np.nan, 1.0)
    )  # fmt: skip
    write_cnv(events, mine, tmp_path / "a.cnv")
    again, rows = read_cnv(tmp_path / "a.cnv")
    assert again.event_id.tolist() == ["1", "2"] and again.magnitude.tolist() == [-0.3, 0.0]
    assert again.latitude.tolist() == [-8.5, 8.5] and again.longitude.tolist() == [-70.25, 170.25]
    assert rows.time_ns.tolist() == mine.time_ns.tolist() and set(rows.station_id) == {f".{code}."}
    assert rows.weight.tolist()[:7] == [1.0, 0.75, 0.5, 0.25, 0.0, 1.0, 1.0]


def test_obspys_file_is_read(tmp_path):
    obspy = pytest.importorskip("obspy")
    from obspy.core.event import Catalog, Event, Magnitude, Origin, Pick, WaveformStreamID

    time = obspy.UTCDateTime(2020, 2, 3, 4, 5, 6.78)
    origin = Origin(time=time, latitude=-41.25, longitude=174.5, depth=12_340.0)
    picks = [
        Pick(time=time + late, phase_hint=phase, waveform_id=WaveformStreamID("NZ", station))
        for station, phase, late in (("WEL", "P", 3.21), ("BFZ", "S", 40.5))
    ]
    event = Event(origins=[origin], picks=picks, magnitudes=[Magnitude(mag=3.4)])
    Catalog([event]).write(str(tmp_path / "a.cnv"), format="CNV")
    events, mine = read_cnv(tmp_path / "a.cnv")
    assert events.rows()[0]["time"] == "2020-02-03T04:05:06.780000Z"
    assert (events.latitude[0], events.longitude[0], events.depth_km[0]) == (-41.25, 174.5, 12.34)
    told = {(station, phase) for station, phase in zip(mine.station_id, mine.phase, strict=True)}
    assert told == {(".WEL.", "P"), (".BFZ.", "S")}
    late = sorted(((mine.time_ns - events.time_ns[0]) / 1e9).round(2).tolist())
    assert late == [3.21, 40.5]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("4104P0  2.32\n", "before the first event"),
        ("24 914 1650 18.74 31.9892N 117.6189E  16.00   6.67\n4104Q0  2.32\n", "line 2"),
        ("24 914 1650 18.7x 31.9892N 117.6189E  16.00   6.67\n", "line 1"),
        ("\n", "holds no event"),
    ],
)
def test_broken_files_are_refused(tmp_path, text, said):
    (tmp_path / "a.cnv").write_text(text)
    with pytest.raises(CatalogueError, match=said):
        read_cnv(tmp_path / "a.cnv")


def test_what_does_not_fit_is_refused(tmp_path):
    events = Events.of([{"event_id": "x", "latitude": 1.0, "longitude": 2.0, "depth_km": 3.0}])
    mine = Assignments.of([{"event_id": "x", "station_id": "A.B.", "phase": "P", "time_ns": -(10**9)}])
    with pytest.raises(CatalogueError, match="does not fit"):
        write_cnv(events, mine, tmp_path / "a.cnv")
    with pytest.raises(CatalogueError, match="VELEST needs"):
        write_cnv(events.replace(latitude=np.array([np.nan])), mine, tmp_path / "a.cnv")
    assert not (tmp_path / "a.cnv").exists()
