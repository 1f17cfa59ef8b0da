"""NonLinLoc's phase and location files."""

from __future__ import annotations

import numpy as np
import pytest

from onsets.errors import CatalogueError
from onsets.store.nonlinloc import read_hyp, read_obs, write_hyp, write_obs
from onsets.tables import Assignments, Events

PICKS = Assignments.of(
    {
        "event_id": "a",
        "station_id": station,
        "phase": phase,
        "time_ns": 1_700_000_005_250_000_000,
        "residual_s": 0.05,
        "distance_km": 12.5,
        "weight": 1.0,
    }
    for station, phase in (("XX.A.", "P"), ("XX.A.00", "S"), (".B.", "P"))
)
EVENTS = Events.of(
    [
        {
            "event_id": "a",
            "time_ns": 1_700_000_000_000_000_000,
            "latitude": 61.3,
            "longitude": -149.9,
            "depth_km": 44.9,
            "picks": 3,
            "rms_s": 0.05,
            "azimuthal_gap_deg": 90.0,
            "horizontal_error_km": 1.5,
            "depth_error_km": 3.0,
        }
    ]
)


def test_phases_come_back(tmp_path):
    write_obs(PICKS, tmp_path / "a.obs", np.array([0.02, np.nan, 0.1]))
    events, picks, errors = read_obs(tmp_path / "a.obs")
    assert events.event_id.tolist() == ["a"] and events.picks.tolist() == [3]
    assert picks.station_id.tolist() == PICKS.station_id.tolist()
    assert picks.time_ns.tolist() == PICKS.time_ns.tolist()
    np.testing.assert_allclose(errors, [0.02, 0.2, 0.1])


def test_locations_come_back(tmp_path):
    write_hyp(EVENTS, PICKS, tmp_path / "a.hyp")
    events, picks = read_hyp(tmp_path / "a.hyp")
    for name in (
        "time_ns",
        "latitude",
        "depth_km",
        "rms_s",
        "horizontal_error_km",
        "depth_error_km",
        "picks",
    ):
        np.testing.assert_allclose(getattr(events, name), getattr(EVENTS, name), rtol=1e-5)
    np.testing.assert_allclose(picks.residual_s, 0.05)
    np.testing.assert_allclose(picks.distance_km, 12.5)


def test_other_files_are_refused(tmp_path):
    path = tmp_path / "a.hyp"
    path.write_text("nothing\n")
    with pytest.raises(CatalogueError, match="holds no location"):
        read_hyp(path)
    path.write_text("AB ? ? ? P ? 20181130 1729 late GAU 0.1 0 0 0 1\n")
    with pytest.raises(CatalogueError, match="line 1"):
        read_obs(path)


def test_published_files(shared):
    folder = shared / "data/location/nonlinloc_alaska"
    events, picks, errors = read_obs(folder / "obs/2018-11-30-mww70-southern-alaska.obs")
    assert (len(events), len(picks), errors[0]) == (7, 274, 0.01)
    assert picks.station_id[1] == "AK.RC01."
    located, used = read_hyp(folder / "loc/alaska.20181130.172935.grid0.loc.hyp")
    assert (located.latitude[0], located.depth_km[0]) == (61.335856, 44.936523)
    assert int((used.weight > 0).sum()) == located.picks[0] == 35
