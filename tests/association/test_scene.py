"""Scenes and what is found in them."""

from __future__ import annotations

import numpy as np

from onsets.association.scene import Found


def test_keep_numbers_anew():
    five = np.arange(3.0)
    found = Found(five, five, five, five, np.array([0, 1, 2, 2]), np.array([7, 8, 9, 10]))
    kept = found.keep(np.array([True, False, True]))
    assert kept.event.tolist() == [0, 1, 1] and kept.pick.tolist() == [7, 9, 10]
    assert kept.time_s.tolist() == [0.0, 2.0]


def test_distances(scene):
    away = scene.distances(np.array([0.0, 1.0]), np.array([0.0, 0.0]))
    assert away.shape == (20, 2) and np.isclose(away[3, 0], np.hypot(scene.x_km[3], scene.y_km[3]))
    assert len(scene.take(scene.phase == 0).time_s) == (scene.phase == 0).sum()


def test_events_are_joined_and_their_picks_renamed():
    one = Found(*(np.arange(2.0),) * 4, np.array([0, 1, 1]), np.array([0, 1, 2]))
    both = Found.none().join(one.of_picks(np.array([5, 6, 9]))).join(one)
    assert len(both) == 4 and both.event.tolist() == [0, 1, 1, 2, 3, 3]
    assert both.pick.tolist() == [5, 6, 9, 0, 1, 2]
