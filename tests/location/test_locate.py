"""Absolute locations: truth recovered, errors honest, and everything that can be wrong with the input."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from onsets.errors import CatalogueError
from onsets.location import LocateOptions, estimate_corrections, locate
from onsets.tables import Assignments, Events, Stations
from tests.location.making import MODEL, catalogue, network, observe, offsets_km

EXACT = LocateOptions(model_error_s=1e-3, model_error_share=0.0, depths_km=(-2.0, 40.0))


def scattered(number, seed, reach=30.0):
    rng = np.random.default_rng(seed)
    return catalogue(*rng.uniform(-reach, reach, (2, number)), rng.uniform(3, 15, number)), rng


@pytest.fixture(scope="module")
def small():
    stations = network()
    events, rng = scattered(6, 1)
    return events, stations, *observe(events, stations, rng)


@pytest.mark.parametrize("change", [{}, {"norm": "l2"}, {"method": "edt"}])
def test_exact_picks_give_the_hypocentre_back(change):
    stations = network()
    events, rng = scattered(4, 2)
    assignments, _ = observe(events, stations, rng, errors=(1e-6, 1e-6))
    found = locate(events, assignments, stations, MODEL, dataclasses.replace(EXACT, **change))
    assert np.abs(offsets_km(found.events, events)).max() < 0.02
    assert np.abs(found.events.time_ns - events.time_ns).max() < 5e6
    assert np.nanmax(np.abs(found.assignments.residual_s)) < 0.005
    assert (found.events.method == "onsets locate").all()
    assert not found.problems


@pytest.mark.parametrize(("change", "limit"), [({}, 1.0), ({"method": "edt"}, 1.0)])
def test_wrong_picks_hardly_matter(change, limit):
    stations = network()
    events, rng = scattered(8, 3, 20.0)
    assignments, deviations = observe(events, stations, rng, outliers=0.1)
    found = locate(events, assignments, stations, MODEL, dataclasses.replace(EXACT, **change), deviations)
    plain = locate(events, assignments, stations, MODEL, dataclasses.replace(EXACT, norm="l2"), deviations)
    robust, least = (np.linalg.norm(offsets_km(one.events, events)[:, :2], axis=1) for one in (found, plain))
    assert np.median(robust) < limit
    assert np.median(robust) < np.median(least)


@pytest.mark.slow
def test_ellipsoids_hold_the_truth_as_often_as_they_say():
    stations = network()
    events, rng = scattered(1000, 0)
    assignments, deviations = observe(events, stations, rng, share=0.7)
    found = locate(events, assignments, stations, MODEL, EXACT, deviations)
    assert 0.63 <= coverage(found, events) <= 0.73


def coverage(found, events):
    """Share of events inside the 68.3 % ellipsoid."""
    inside = []
    for wrong, verdict in zip(offsets_km(found.events, events), found.verdicts, strict=True):
        parts = 2 if "depth_fixed" in verdict.flags else 3
        inverse = np.linalg.pinv(verdict.covariance[:parts, :parts])
        inside.append(wrong[:parts] @ inverse @ wrong[:parts] <= verdict.reach2)
    return np.mean(inside)


def test_a_mine_is_located_in_its_own_kilometres():
    rng = np.random.default_rng(4)
    x, y = rng.uniform(-0.5, 0.5, (2, 12))
    rows = [{"station_id": f".G{i}.", "x_km": x[i], "y_km": y[i], "elevation_m": -400.0} for i in range(12)]
    stations = Stations.of([row | {"elevation_m": rng.uniform(-900, -100)} for row in rows])
    source = np.array([0.1, -0.2, 0.62])
    apart = np.sqrt((x - 0.1) ** 2 + (y + 0.2) ** 2 + (-stations.elevation_m / 1000 - 0.62) ** 2)
    picks = [
        {"event_id": "m", "station_id": row["station_id"], "phase": "P", "time_ns": round(d / 5.0 * 1e9)}
        for row, d in zip(rows, apart, strict=True)
    ]
    options = LocateOptions(
        depths_km=(0.0, 2.0), reach_km=0.5, model_error_s=1e-4, p_error_s=1e-3, default_depth_km=0.5
    )
    found = locate(Events.of([{"event_id": "m"}]), Assignments.of(picks), stations, MODEL, options)
    got = np.array([found.events.x_km[0], found.events.y_km[0], found.events.depth_km[0]])
    np.testing.assert_allclose(got, source, atol=0.002)
    assert np.isnan(found.events.latitude[0])


def test_unknown_stations_and_phases_are_named_counted_and_skipped(small):
    events, stations, assignments, deviations = small
    names = np.where(assignments.station_id == "XX.S03.", "XX.WHAT.", assignments.station_id)
    phases = np.where(assignments.station_id == "XX.S04.", "Lg", assignments.phase)
    changed = assignments.replace(station_id=names, phase=phases)
    found = locate(events, changed, stations, MODEL, EXACT, deviations)
    reasons = {problem.where: problem.reason for problem in found.problems}
    assert reasons["XX.WHAT."].startswith(f"unknown station: {(names == 'XX.WHAT.').sum()} picks skipped")
    assert f"{(phases == 'Lg').sum()} picks skipped" in reasons["phase Lg"]
    assert np.linalg.norm(offsets_km(found.events, events), axis=1).max() < 5
    assert (found.assignments.weight[names == "XX.WHAT."] == 0).all()


def test_of_two_epochs_the_one_of_the_pick_counts(small):
    events, stations, assignments, deviations = small
    began = int(events.time_ns[0]) - 1
    moved = Stations.of(
        [
            {
                "station_id": "XX.S00.",
                "latitude": 41.0,
                "longitude": 12.0,
                "end_ns": int(events.time_ns[0]) - 1,
            },
            {
                "station_id": "XX.S00.",
                "latitude": stations.latitude[0],
                "longitude": stations.longitude[0],
                "elevation_m": stations.elevation_m[0],
                "start_ns": began,
            },
        ]
    )
    both = Stations.concat([moved, stations.take(slice(1, None))])
    expected = locate(events, assignments, stations, MODEL, EXACT, deviations)
    found = locate(events, assignments, both, MODEL, EXACT, deviations)
    np.testing.assert_allclose(found.events.latitude, expected.events.latitude, atol=1e-6)


def test_swapped_angles_are_refused_with_a_hint(small):
    events, stations, assignments, _ = small
    swapped = dataclasses.replace(stations, latitude=stations.longitude, longitude=stations.latitude)
    with pytest.raises(CatalogueError, match="swap the columns"):
        locate(events, assignments, swapped, MODEL, EXACT)


def test_a_station_at_the_other_end_of_the_world_is_left_out(small):
    events, stations, assignments, deviations = small
    latitude = stations.latitude.copy()
    latitude[5] = -45.0
    far = dataclasses.replace(stations, latitude=latitude)
    found = locate(events, assignments, far, MODEL, EXACT, deviations)
    assert any(
        "XX.S05." in problem.reason and "check its place" in problem.reason for problem in found.problems
    )
    assert np.linalg.norm(offsets_km(found.events, events)[:, :2], axis=1).max() < 3


def test_events_of_one_station_are_not_located_and_say_so(small):
    events, stations, assignments, _ = small
    alone = assignments.take(assignments.station_id == "XX.S01.")
    found = locate(events, alone, stations, MODEL, EXACT)
    assert all(verdict.flags == {"not_located"} and not verdict.quality for verdict in found.verdicts)
    np.testing.assert_array_equal(found.events.latitude, events.latitude)
    assert np.isnan(found.events.horizontal_error_km).all()
    assert sum("of 1 stations" in problem.reason for problem in found.problems) >= 1


def test_equal_times_and_double_picks_do_no_harm(small):
    events, stations, assignments, _ = small
    one = assignments.take(assignments.event_id == "e0")
    same = one.replace(time_ns=np.full(len(one), one.time_ns[0]))
    found = locate(events.take([0]), same, stations, MODEL, EXACT)
    assert np.isfinite(found.events.rms_s[0])
    twice = Assignments.concat([one, one.replace(time_ns=one.time_ns + 10**9)])
    found = locate(events.take([0]), twice, stations, MODEL, EXACT)
    assert found.events.picks[0] <= len(one)
    assert any("a later one of the same phase" in problem.reason for problem in found.problems)
    assert np.linalg.norm(offsets_km(found.events, events.take([0]))) < 5


def test_an_event_outside_of_the_first_grid_is_found():
    stations = network(reach_km=20.0)
    events = catalogue(np.array([150.0]), np.array([-40.0]), np.array([8.0]))
    assignments, deviations = observe(events, stations, np.random.default_rng(6), errors=(0.01, 0.01))
    options = dataclasses.replace(EXACT, reach_km=20.0)
    found = locate(events, assignments, stations, MODEL, options, deviations)
    assert np.linalg.norm(offsets_km(found.events, events)[:, :2]) < 5
    assert found.events.azimuthal_gap_deg[0] > 270
    assert found.verdicts[0].quality in ("B", "C", "D") and found.verdicts[0].quality != "A"


def test_a_depth_that_picks_do_not_tell_is_held(small):
    stations = network(6, reach_km=20.0)
    events = catalogue(np.array([120.0]), np.array([0.0]), np.array([8.0]))
    assignments, _ = observe(events, stations, np.random.default_rng(7), errors=(0.01, 0.01))
    p_only = assignments.take(assignments.phase == "P")
    found = locate(events, p_only, stations, MODEL, dataclasses.replace(EXACT, default_depth_km=11.0))
    assert "depth_fixed" in found.verdicts[0].flags
    assert found.events.depth_km[0] == 11.0
    assert np.isnan(found.events.depth_error_km[0])


def test_station_corrections_are_found_and_used():
    stations = network()
    events, rng = scattered(15, 8, 20.0)
    assignments, _ = observe(events, stations, rng, errors=(0.02, 0.03))
    late = {"XX.S02.": 0.4, "XX.S09.": -0.3}
    shift = np.array([late.get(name, 0.0) for name in assignments.station_id.tolist()])
    late_picks = assignments.replace(time_ns=assignments.time_ns + np.round(shift * 1e9).astype(np.int64))
    first = locate(events, late_picks, stations, MODEL, EXACT)
    found = dict(((name, phase), value) for name, phase, value in estimate_corrections(first.assignments))
    for name, value in late.items():
        for phase in "PS":
            assert found[name, phase] == pytest.approx(value, abs=0.12)
    options = dataclasses.replace(EXACT, corrections=estimate_corrections(first.assignments))
    second = locate(events, late_picks, stations, MODEL, options)
    assert np.median(second.events.rms_s) < 0.5 * np.median(first.events.rms_s)


def test_events_of_nonlinloc_in_its_own_model(shared):
    from onsets.earth import LayeredModel, geodesic, read_model
    from onsets.store.nonlinloc import read_hyp, read_obs
    from onsets.waveforms import read_stations

    folder = shared / "data/location/nonlinloc_alaska"
    layers = read_model(folder / "run/nlloc_sample.in")
    model = LayeredModel(layers.depth_km, layers.vp_km_s, layers.vp_km_s / 1.68)  # as LOCMETH asks for
    stations = read_stations(folder / "obs/station_coordinates.txt")
    # LOCGAU2 .02 .05 2 and the errors of the picks; with LOCGAU2, LOCGAU's 0.2 s is not used
    options = LocateOptions(
        method="edt", depths_km=(-5.0, 100.0), model_error_s=0.05, model_error_share=0.02, distance_km=1000.0
    )
    _, picks, errors = read_obs(folder / "obs/2018-11-30-mww70-southern-alaska.obs")
    keys = zip(
        picks.station_id.tolist(), picks.phase.tolist(), (picks.time_ns // 10**6).tolist(), strict=True
    )
    known = dict(zip(keys, errors.tolist(), strict=True))
    files = sorted((folder / "loc").glob("alaska.2018*.hyp"))
    assert len(files) == 7
    for path in files:
        events, rows = read_hyp(path)
        keys = zip(
            rows.station_id.tolist(), rows.phase.tolist(), (rows.time_ns // 10**6).tolist(), strict=True
        )
        found = locate(events, rows, stations, model, options, np.array([known[key] for key in keys]))
        apart, _, _ = geodesic(
            events.latitude[0], events.longitude[0], found.events.latitude[0], found.events.longitude[0]
        )
        assert float(apart) < 2
        assert abs(found.events.depth_km[0] - events.depth_km[0]) < 3
