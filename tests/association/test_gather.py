"""Parts of events and leftover picks."""

from __future__ import annotations

import numpy as np

from onsets.association.gather import absorb, adopt, wide_window
from onsets.association.scene import Found


def parts(world, scene, share):
    """Event 2 in two parts: its near picks, and a share of the far ones 1 s late."""
    mine = np.flatnonzero(world.truth == 2)
    away = np.hypot(scene.x_km - world.x_km[2], scene.y_km - world.y_km[2])[scene.station[mine]]
    near, far = mine[away < np.median(away)], mine[away >= np.median(away)][:share]
    origin = (world.origin_ns[2] - world.picks.time_ns.min()) / 1e9
    found = Found(
        np.array([origin, origin + 1.0]),
        np.array([world.x_km[2], world.x_km[2] + 5]),
        np.repeat(world.y_km[2], 2),
        np.array([8.0, 8.0]),
        np.r_[np.zeros(len(near), np.int64), np.ones(len(far), np.int64)],
        np.r_[near, far],
    )
    return found, len(near), len(far), mine


def test_a_part_is_absorbed(world, scene):
    found, near, far, _ = parts(world, scene, 10)
    out = absorb(scene, found, lambda travel, phase: np.full(len(travel), 1.0), 60.0)
    assert len(out) == 1 and len(out.pick) == near + far


def test_the_part_at_the_right_place_stays_though_it_is_smaller(world, scene):
    found, near, far, _ = parts(world, scene, 30)
    few = np.r_[np.arange(6), np.arange(near, near + far)]
    found = Found(
        found.time_s,
        np.add(found.x_km, [0.0, 25.0]),
        found.y_km,
        found.depth_km,
        found.event[few],
        found.pick[few],
    )
    assert far > 6
    out = absorb(scene, found, lambda travel, phase: np.full(len(travel), 1.0), 60.0)
    assert len(out) == 1 and len(out.pick) == 6 + far
    assert out.x_km[0] == world.x_km[2]


def test_another_event_is_not(world, scene):
    found, near, far, _ = parts(world, scene, 10)
    out = absorb(scene, found, lambda travel, phase: np.full(len(travel), 0.001), 60.0)
    assert len(out) == 2 and len(out.pick) == near + far


def test_leftover_picks_are_adopted_once(world, scene):
    found, _, _, mine = parts(world, scene, 0)
    out = adopt(
        scene, found.keep(np.array([True, False])), lambda travel, phase: np.full(len(travel), 1.0), 100.0
    )
    assert set(mine.tolist()) - set(out.pick.tolist()) == set() or len(out.pick) >= len(mine) - 2
    key = 2 * scene.station[out.pick] + scene.phase[out.pick]
    assert len(set(key.tolist())) == len(key)


def test_windows_do_not_grow_where_noise_is_dense(scene):
    half = wide_window(scene, (0.5, 1.0))
    assert half(np.array([100.0, 100.0]), np.array([0, 1])).tolist() == [0.5, 1.0]
