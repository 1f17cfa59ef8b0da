"""A synthetic network, its events and their picks, by the layered tracer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from onsets.association.scene import Scene
from onsets.earth import LayeredModel, time_grid
from onsets.tables import Picks, Stations

MODEL = LayeredModel([0.0, 4.0, 20.0], [5.4, 6.1, 7.0], [3.0, 3.5, 4.0])


@dataclass(frozen=True)
class World:
    """Stations, picks in no order, and the event of each pick (-1 for noise)."""

    stations: Stations
    picks: Picks
    truth: np.ndarray
    origin_ns: np.ndarray
    x_km: np.ndarray
    y_km: np.ndarray


def make_world(events: int = 12, noise: int = 150, seed: int = 1, spacing_s: float = 60.0) -> World:
    """Events every ``spacing_s`` in a network of 20 stations on 60 km, and noise picks."""
    rng = np.random.default_rng(seed)
    sx, sy = rng.uniform(0, 60, 20), rng.uniform(0, 60, 20)
    rows = [{"station_id": f"XX.S{i:02d}.", "x_km": sx[i], "y_km": sy[i]} for i in range(20)]
    zero = 1_500_000_000 * 10**9
    origin = zero + np.round((100 + spacing_s * np.arange(events)) * 1e9).astype(np.int64)
    x, y, z = rng.uniform(10, 50, events), rng.uniform(10, 50, events), rng.uniform(3, 15, events)
    grids = {phase: time_grid(MODEL, phase, 31.0, 300.0) for phase in "PS"}
    station, phase, time, truth = [], [], [], []
    for k in range(events):
        for letter in "PS":
            late = grids[letter].times(np.hypot(sx - x[k], sy - y[k]), z[k]) + rng.normal(0, 0.05, 20)
            station += [row["station_id"] for row in rows]
            phase += [letter] * 20
            time += (origin[k] + np.round(late * 1e9).astype(np.int64)).tolist()
            truth += [k] * 20
    span = (100 + spacing_s * events + 60) * 1e9
    station += [f"XX.S{i:02d}." for i in rng.integers(0, 20, noise)]
    phase += ["PS"[i] for i in rng.integers(0, 2, noise)]
    time += (zero + (rng.random(noise) * span).astype(np.int64)).tolist()
    truth += [-1] * noise
    order = rng.permutation(len(time))
    n = len(time)
    blank, nan = np.full(n, ""), np.full(n, np.nan)
    picks = Picks(
        np.array(station),
        blank,
        np.array(phase),
        np.array(time, np.int64),
        nan,
        nan,
        nan,
        nan,
        blank,
        blank,
        blank,
    ).take(order)
    return World(Stations.of(rows), picks, np.array(truth)[order], origin, x, y)


def scene_of(world: World) -> Scene:
    """The scene that associate() would make."""
    grids = [time_grid(MODEL, phase, 31.0, 300.0) for phase in "PS"]

    def travel(phase, distance_km, depth_km, elevation_km):
        return grids[phase].times(distance_km, depth_km, elevation_km)

    return Scene(
        world.stations.index(world.picks.station_id.tolist()),
        (world.picks.phase == "S").astype(np.int64),
        (world.picks.time_ns - world.picks.time_ns.min()) / 1e9,
        np.ones(len(world.picks)),
        world.stations.x_km,
        world.stations.y_km,
        np.zeros(len(world.stations)),
        travel,
    )


@pytest.fixture(scope="session")
def world() -> World:
    return make_world()


@pytest.fixture(scope="session")
def scene(world) -> Scene:
    return scene_of(world)


@pytest.fixture(scope="session")
def model() -> LayeredModel:
    return MODEL
