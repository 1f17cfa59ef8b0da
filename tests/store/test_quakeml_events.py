"""Catalogues as QuakeML, read by ObsPy and valid against the schema."""

from __future__ import annotations

import numpy as np
import pytest

from onsets.errors import CatalogueError
from onsets.store.quakeml_events import read_quakeml_events, write_quakeml_events
from onsets.tables import Amplitudes, Assignments, Events, Picks
from onsets.types import Pick


@pytest.fixture
def catalogue():
    events = Events.of(
        [
            {
                "event_id": "a 1",
                "time_ns": 1_476_403_209_040_000_000,
                "latitude": 42.81221,
                "longitude": 13.21262,
                "depth_km": 6.03,
                "picks": 2,
                "rms_s": 0.2,
                "azimuthal_gap_deg": 70.0,
                "horizontal_error_km": 0.4,
                "depth_error_km": 0.9,
                "time_error_s": 0.05,
                "magnitude": 2.1,
                "magnitude_type": "ML",
                "magnitude_error": 0.25,
                "method": "geiger",
            },
            {
                "event_id": "b",
                "time_ns": 1_476_403_309_040_000_000,
                "latitude": -1.0,
                "longitude": 179.9,
                "depth_km": 0.0,
            },
        ]
    )
    times = 1_476_403_209_040_000_000 + np.array([2, 3]) * 10**9
    assignments = Assignments.of(
        {
            "event_id": "a 1",
            "station_id": "IV.T1247.",
            "phase": phase,
            "time_ns": time,
            "residual_s": 0.1,
            "distance_km": 11.119,
            "weight": 0.8,
        }
        for phase, time in zip("PS", times, strict=True)
    )
    picks = Picks.of([Pick("IV.T1247.", "HH", "P", int(times[0]), 0.9, 0.05, polarity="U", model="phasenet")])
    return events, assignments, picks


def test_it_comes_back(catalogue, tmp_path):
    events, assignments, picks = catalogue
    write_quakeml_events(events, assignments, tmp_path / "a.xml", picks)
    back, mine = read_quakeml_events(tmp_path / "a.xml")
    assert back.time_ns.tolist() == events.time_ns.tolist()
    assert np.allclose(back.latitude, events.latitude, atol=1e-6) and back.picks.tolist() == [2, 0]
    assert (
        back.magnitude_error[0] == 0.25
        and back.magnitude_type.tolist() == ["ML", ""]
        and back.method.tolist() == ["geiger", ""]
    )
    assert back.horizontal_error_km[0] == pytest.approx(0.4) and back.depth_km[0] == pytest.approx(6.03)
    assert mine.station_id.tolist() == ["IV.T1247."] * 2 and mine.distance_km[0] == pytest.approx(
        11.119, abs=1e-3
    )
    assert mine.time_ns.tolist() == assignments.time_ns.tolist()


def test_obspy_reads_it_and_finds_it_valid(catalogue, tmp_path):
    obspy = pytest.importorskip("obspy")
    from obspy.io.quakeml.core import _validate

    events, assignments, picks = catalogue
    path = str(tmp_path / "a.xml")
    write_quakeml_events(events, assignments, path, picks)
    assert _validate(path, verbose=True)
    first = obspy.read_events(path)[0]
    origin = first.preferred_origin()
    assert (
        origin.time == obspy.UTCDateTime("2016-10-14T00:00:09.04Z") and origin.time_errors.uncertainty == 0.05
    )
    assert origin.depth == 6030 and origin.depth_errors.uncertainty == 900
    assert origin.origin_uncertainty.horizontal_uncertainty == 400
    assert first.preferred_magnitude().mag == 2.1 and first.preferred_magnitude().magnitude_type == "ML"
    assert len(origin.arrivals) == 2 and origin.arrivals[0].distance == pytest.approx(0.1, abs=1e-4)
    pick = origin.arrivals[0].pick_id.get_referred_object()
    assert pick.waveform_id.channel_code == "HHZ" and pick.polarity == "positive"
    assert pick.time_errors.uncertainty == 0.05


def test_what_has_no_place_is_refused(tmp_path):
    local = Events.of([{"event_id": "x", "x_km": 1.0, "y_km": 1.0}])
    with pytest.raises(CatalogueError, match="latitude"):
        write_quakeml_events(local, Assignments.of([]), tmp_path / "a.xml")
    assert not (tmp_path / "a.xml").exists()


def test_other_files_are_refused(tmp_path):
    (tmp_path / "a.xml").write_text("<html></html>")
    with pytest.raises(CatalogueError, match="no QuakeML"):
        read_quakeml_events(tmp_path / "a.xml")


def test_obspy_finds_amplitudes_and_station_magnitudes(catalogue, tmp_path):
    obspy = pytest.importorskip("obspy")
    from obspy.io.quakeml.core import _validate

    events, assignments, picks = catalogue
    name = str(events.event_id[0])
    rows = [
        {"event_id": name, "station_id": "IV.T1247.", "channel": "HHN", "time_ns": int(events.time_ns[0]),
         "amplitude_mm": 0.5, "snr": 12.0, "magnitude": 2.0, "magnitude_type": "ML"},
        {"event_id": name, "station_id": "IV.X.01", "time_ns": int(events.time_ns[0]), "duration_s": 40.0,
         "magnitude": 2.2, "magnitude_type": "Md"},
    ]  # fmt: skip
    path = str(tmp_path / "a.xml")
    write_quakeml_events(events, assignments, path, picks, Amplitudes.of(rows))
    assert _validate(path, verbose=True)
    first, second = obspy.read_events(path)[:2]
    assert [one.generic_amplitude for one in first.amplitudes] == [0.0005, 40.0]
    kinds = [(one.type, one.unit, one.snr) for one in first.amplitudes]
    assert kinds == [("AML", "m", 12.0), ("END", "s", None)]
    assert first.preferred_magnitude().station_count == 2 and second.amplitudes == []
    size = first.station_magnitudes[0]
    assert (size.mag, size.station_magnitude_type) == (2.0, "ML")
    assert size.amplitude_id.get_referred_object().waveform_id.channel_code == "HHN"
    assert size.origin_id == first.preferred_origin_id
    assert read_quakeml_events(path)[0].magnitude[0] == 2.1
