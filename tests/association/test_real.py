"""REAL's grid search as a whole."""

from __future__ import annotations

import dataclasses

import numpy as np

from onsets.association.real import search
from onsets.association.real_options import RealOptions
from onsets.association.settle import settle


def test_events_share_no_pick_and_have_enough(scene):
    options = settle(RealOptions(), scene)
    found = search(scene, options)
    assert len(found) == 12
    assert len(set(found.pick.tolist())) == len(found.pick)
    assert np.bincount(found.event).min() >= options.picks
    assert (np.diff(found.time_s) > 0).all()


def test_noise_alone_gives_nothing(scene, world):
    noise = scene.take(world.truth < 0)
    assert len(search(noise, settle(RealOptions(), scene))) == 0


def test_trying_every_pick_finds_the_same(scene):
    options = settle(RealOptions(), scene)
    every = search(scene, dataclasses.replace(options, forget=0.0))
    assert np.allclose(every.time_s, search(scene, options).time_s, atol=1.0)


def test_more_picks_than_there_are_give_nothing(scene):
    assert len(search(scene, dataclasses.replace(settle(RealOptions(), scene), picks=41))) == 0
