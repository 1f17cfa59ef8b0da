"""Picks to events, whatever the engine."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from onsets.association import PyoctoOptions, RealOptions, associate, placed, settled
from onsets.errors import CatalogueError, ConfigError
from onsets.evaluation.events import score_association
from onsets.tables import Picks, Stations

from .conftest import make_world

ENGINES = [pytest.param(RealOptions(), id="real"), pytest.param(PyoctoOptions(threads=1), id="pyocto")]


def owners(picks, events, assignments):
    """Event number of each pick, -1 for none."""
    number = {name: i for i, name in enumerate(events.event_id.tolist())}
    keys = zip(
        assignments.station_id.tolist(), assignments.phase.tolist(), assignments.time_ns.tolist(), strict=True
    )
    owner = dict(zip(keys, (number[name] for name in assignments.event_id.tolist()), strict=True))
    mine = zip(picks.station_id.tolist(), picks.phase.tolist(), picks.time_ns.tolist(), strict=True)
    return np.array([owner.get(key, -1) for key in mine])


@pytest.mark.parametrize("options", ENGINES)
def test_events_are_found_with_their_picks(world, model, options):
    if isinstance(options, PyoctoOptions):
        pytest.importorskip("pyocto")
    events, assignments = associate(world.picks, world.stations, model, options)
    score = score_association(owners(world.picks, events, assignments), world.truth)
    assert (score.precision, score.recall) == (1.0, 1.0)
    assert score.pick_f1 > 0.97
    assert np.abs((events.time_ns - world.origin_ns) / 1e9).max() < 0.5
    assert np.hypot(events.x_km - world.x_km, events.y_km - world.y_km).max() < 2.0
    assert np.isnan(events.latitude).all() and set(events.method.tolist()) == {
        "real" if isinstance(options, RealOptions) else "pyocto"
    }
    assert events.picks.sum() == len(assignments)


def test_overlapping_events_and_midnight(model):
    world = make_world(events=10, noise=0, seed=3, spacing_s=20.0)  # waves of neighbours overlap
    shift = 86_400 * 10**9 - (world.origin_ns[5] - 1) % (86_400 * 10**9)  # midnight just before the sixth
    picks = dataclasses.replace(world.picks, time_ns=world.picks.time_ns + shift)
    events, assignments = associate(picks, world.stations, model, RealOptions())
    score = score_association(owners(picks, events, assignments), world.truth)
    assert score.recall == 1.0 and score.precision == 1.0
    assert len({int(time) // (86_400 * 10**9) for time in events.time_ns}) == 2


def test_unknown_stations_are_named_and_counted(world, model):
    known = world.stations.take(slice(1, None))
    picks, problems = placed(world.picks, known)
    gone = int((world.picks.station_id == "XX.S00.").sum())
    assert len(picks) == len(world.picks) - gone
    assert [(one.where, one.samples, one.fatal) for one in problems] == [("XX.S00.", gone, False)]
    events, assignments = associate(world.picks, known, model, RealOptions())
    assert len(events) == 12 and "XX.S00." not in set(assignments.station_id.tolist())


def test_other_phases_are_named(world):
    picks = world.picks.take(slice(0, 3))
    odd = Picks(
        **{n: np.array(["P", "Lg", "Sn"]) if n == "phase" else getattr(picks, n) for n in picks.__slots__}
    )
    kept, problems = placed(odd, world.stations)
    assert kept.phase.tolist() == ["P", "Sn"] and "Lg" in problems[0].where


@pytest.mark.parametrize("options", ENGINES)
def test_too_little_gives_no_event(world, model, options):
    if isinstance(options, PyoctoOptions):
        pytest.importorskip("pyocto")
    empty = world.picks.take(slice(0, 0))
    one_station = world.picks.take(world.picks.station_id == "XX.S01.")
    equal = Picks(**{n: np.repeat(getattr(world.picks, n)[:1], 9) for n in world.picks.__slots__})
    for picks in (empty, one_station, equal):
        events, assignments = associate(picks, world.stations, model, options)
        assert len(events) == len(assignments) == 0


def test_stations_without_places_are_refused(world, model):
    nowhere = Stations.of([{"station_id": name} for name in world.stations.station_id])
    with pytest.raises(CatalogueError, match="no place"):
        associate(world.picks, nowhere, model, RealOptions())


def test_an_event_at_the_edge_is_found(model, world):
    left = world.x_km.argmin()
    mine = world.picks.take(world.truth == left)
    events, _ = associate(mine, world.stations, model, RealOptions())
    assert len(events) == 1


def test_settings_are_settled(world, model):
    used = settled(world.picks, world.stations, model, RealOptions())
    assert None not in (used.range_km, used.grid_km, used.grid_depth_km, used.picks, used.s_picks, used.both)


def test_a_second_pass_finds_events_that_are_close_together(model):
    world = make_world(events=10, noise=0, seed=3, spacing_s=3.0)
    recall = []
    for passes in (1, 2):
        events, assignments = associate(world.picks, world.stations, model, RealOptions(passes=passes))
        recall.append(score_association(owners(world.picks, events, assignments), world.truth).recall)
    assert recall[0] < recall[1] == 1.0
    with pytest.raises(ConfigError, match="passes is 0"):
        RealOptions(passes=0)
